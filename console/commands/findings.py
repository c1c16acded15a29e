"""`wardwatch findings`: what every rule says of every subject now."""

from __future__ import annotations

import click

from console.commands.call import Call, json_option, print_json, state_option


@click.command()
@click.option("--verdict", type=click.Choice(["pass", "fail", "unknown"]))
@click.option("--rule", metavar="ID")
@json_option
@state_option
@click.pass_obj
def findings(call: Call, verdict: str | None, rule: str | None, as_json: bool) -> None:
    """List the verdicts with the readings that they rest on."""
    from alerts import words  # noqa: PLC0415

    with call.desk() as desk:
        found = [
            one
            for one in desk.moment().findings
            if verdict in {None, one.verdict} and rule in {None, one.rule}
        ]
        timezone = desk.source.current().site.timezone
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one.verdict:<8} {one.rule:<24} {words.because(one, 'vi', timezone)}")
