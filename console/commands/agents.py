"""`wardwatch agents`: which agents have joined, and which may report."""

from __future__ import annotations

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group(invoke_without_command=True)
@click.pass_context
def agents(context: click.Context) -> None:
    """List the agents that have joined; approve or revoke one."""
    if context.invoked_subcommand is None:
        context.invoke(list_agents)


@agents.command("list")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@json_option
@state_option
@click.pass_obj
def list_agents(call: Call, language: str = "vi", as_json: bool = False) -> None:
    """How far each declared machine has come, and what the stuck ones wait for."""
    from collector import joined  # noqa: PLC0415
    from collector.numbers import numbers  # noqa: PLC0415
    from console import screen  # noqa: PLC0415
    from console.funnel import funnel  # noqa: PLC0415

    with call.desk() as desk:
        office = desk.moment().office
        with desk.store.read() as connection:
            known = joined.agents(connection)
            counted = numbers(connection)
    if as_json:
        print_json({"machines": funnel(office), "agents": known, "numbers": counted})
    else:
        screen.show_funnel(office, known, counted, "en" if language == "en" else "vi")


@agents.command()
@click.argument("agent")
@click.argument("asset")
@state_option
@click.pass_obj
def approve(call: Call, agent: str, asset: str) -> None:
    """Let the pending AGENT report for the declared machine ASSET."""
    from collector import joining  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            declared = desk.source.current()
            joining.approve(connection, call.clock(), declared, actor(), agent, asset)
        except joining.JoiningError as error:
            raise Refused(str(error)) from error
    click.echo(f"{agent} reports for {asset} from now on")


@agents.command()
@click.argument("agent")
@state_option
@click.pass_obj
def revoke(call: Call, agent: str) -> None:
    """Shut AGENT out from its next request on; what it reported stays."""
    from collector import joining  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            joining.revoke(connection, call.clock(), actor(), agent)
        except joining.JoiningError as error:
            raise Refused(str(error)) from error
    click.echo(f"{agent} is shut out")
