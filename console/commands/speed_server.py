"""`wardwatch speed-server`: what lines are measured against, at the city or wherever it is far enough."""

from __future__ import annotations

import asyncio
import signal
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

import click

from console.commands.call import Refused

if TYPE_CHECKING:
    from starlette.types import Scope

    Networks = tuple[IPv4Network | IPv6Network, ...]


@click.command("speed-server")
@click.option("--listen", default="0.0.0.0:8099", show_default=True, metavar="ADDRESS:PORT")
@click.option("--allow", "allowed", multiple=True, required=True, metavar="NETWORK")
def speed_server(listen: str, allowed: tuple[str, ...]) -> None:
    """Answer speed tests from the networks named by --allow (10.0.0.0/8), by plain HTTP.

    It serves wardwatch's own way and that of speedtest-cli's Mini servers; it keeps nothing.
    """
    from console.addresses import AddressError, parse  # noqa: PLC0415

    try:
        networks = tuple(map(ip_network, allowed))
        place = parse(listen)
    except (ValueError, AddressError) as error:
        raise Refused(str(error)) from error
    asyncio.run(_run(place.address, place.port, networks))


async def _run(address: str, port: int, networks: Networks) -> None:
    from collector.serve import ServeError, serve  # noqa: PLC0415
    from collector.speed import Speed  # noqa: PLC0415

    async def admits(scope: Scope) -> bool:
        client = ip_address(scope["client"][0])
        mapped = getattr(client, "ipv4_mapped", None)
        return any((mapped or client) in network for network in networks)

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await serve(Speed(admits, mini=True), address, port, None, stop)
    except ServeError as error:
        raise Refused(str(error)) from error
