"""`wardwatch simulate`: what this collector bears, asked by a fleet that is not there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import (
    Call,
    Refused,
    actor,
    json_option,
    print_json,
    state_option,
)

if TYPE_CHECKING:
    from collector.simulation.load import Outcome


@click.command()
@click.option("--agents", type=click.IntRange(1, 250_000), required=True, metavar="N")
@click.option("--interval", type=click.FloatRange(0.1, 86_400), default=60.0, metavar="SECONDS")
@click.option("--seconds", type=click.FloatRange(1, 86_400), default=60.0, metavar="SECONDS")
@click.option("--connections", type=click.IntRange(1, 60_000), metavar="N", help="By default 256.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, metavar="N")
@json_option
@state_option
@click.pass_obj
def simulate(
    call: Call,
    agents: int,
    interval: float,
    seconds: float,
    connections: int | None,
    processes: int,
    as_json: bool,
) -> None:
    """Let N simulated agents report to this state folder's collector, and print how it went.

    Whoever may write the state folder may do this; it stands in the audit log. The agents speak
    for no machine, so no figure changes; afterwards they are revoked. Their reports take room
    until they are 35 days old.
    """
    from collector.simulation import fleet, load  # noqa: PLC0415
    from console.addresses import at_home, parse  # noqa: PLC0415

    listen, who = at_home(parse(call.settings().listen)), actor()
    with call.desk() as desk:
        with desk.store.write() as connection:
            members = fleet.enrol(connection, call.clock(), who, agents)
        course = load.Course(
            host=listen.address,
            port=listen.port,
            ca_file=str(call.folder / "ca" / "ca.pem"),
            fleet=members,
            connections=min(connections or 256, agents),
            interval_seconds=interval,
            seconds=seconds,
        )
        try:
            outcome = load.run(course, min(processes, agents))
        except OSError as error:  # a TimeoutError is one too
            raise Refused(f"the collector at {listen} does not answer: {error}") from error
        finally:
            with desk.store.write() as connection:
                fleet.dismiss(connection, call.clock(), who, members)
    told = {"agents": agents, **_told(outcome, seconds)}
    if as_json:
        print_json(told)
    else:
        for name, value in told.items():
            click.echo(f"{name.replace('_', ' '):18} {value}")
    sys.exit(0 if outcome.stored == outcome.due else 1)


def _told(outcome: Outcome, seconds: float) -> dict[str, Any]:
    from collector.simulation.load import quantile  # noqa: PLC0415

    return {
        "connections": outcome.connections,
        "reports_due": outcome.due,
        "reports_stored": outcome.stored,
        "stored_per_second": outcome.stored / seconds,
        "latency_seconds": {
            "p50": quantile(outcome.latencies, 0.5),
            "p99": quantile(outcome.latencies, 0.99),
            "max": quantile(outcome.latencies, 1.0),
        },
        "errors": outcome.errors,
    }
