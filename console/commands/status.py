"""`wardwatch status`: the four answers on one screen, from the same function as the overview."""

from __future__ import annotations

import click

from console.commands.call import Call, json_option, print_json, state_option


@click.command()
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@json_option
@state_option
@click.pass_context
def status(context: click.Context, language: str, as_json: bool) -> None:
    """Show the four answers; exit code 0 when all is well, 1 when something needs you."""
    from console import screen  # noqa: PLC0415 - after the command is known to be this one
    from console.answers import answers, well  # noqa: PLC0415

    call: Call = context.obj
    with call.desk() as desk:
        moment, problem = desk.moment(), desk.source.problem
    given, problems = answers(moment.targets, moment.findings), problem.problems if problem else ()
    if as_json:
        print_json(screen.as_values(moment, problems))
    else:
        screen.show(moment, problems, "en" if language == "en" else "vi")
    context.exit(0 if well(given) and not problems else 1)
