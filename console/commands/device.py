"""`wardwatch device`: ask, search, list, name and accept devices that carry no agent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.commands.call import Call, Refused, actor, json_option, print_json, state_option

if TYPE_CHECKING:
    from collector.devices.credentials import Credentials

COMMUNITY = "public"
"""What most devices answer to as they come from the shop; a finding of its own on a good day."""
UNANSWERED = 1


@click.group()
def device() -> None:
    """Printers, switches, routers, UPS, NAS: ask one, search a network, list what is declared."""


@device.command()
@click.argument("address", metavar="ADDRESS[:PORT]")
@click.option("--community-file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--v3-file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--kind", help="What it is; else what its own objects tell.")
@json_option
def probe(
    address: str, community_file: Path | None, v3_file: Path | None, kind: str | None, as_json: bool
) -> None:
    """Ask the SNMP device at ADDRESS once, and print all that it tells."""
    from collector.devices.kinds import KINDS  # noqa: PLC0415 - 0.3 s that `--help` can spare
    from collector.devices.probe import probe as ask  # noqa: PLC0415
    from collector.devices.snmp import Target  # noqa: PLC0415

    if kind is not None and kind not in KINDS:
        raise Refused(f"{kind} is no kind of device; known: {', '.join(KINDS)}")
    host, port = _place(address)
    reading = ask(Target(host, _credentials(community_file, v3_file), port), kind)
    if as_json:
        print_json(reading)
    else:
        from console.device_screen import show  # noqa: PLC0415

        show(reading)
    silent = next((gap.cause for gap in reading.gaps if gap.field == "device"), None)
    if silent is not None and reading.description is None and reading.kind is None:
        click.echo(f"wardwatch: {address}: {silent}", err=True)
        raise SystemExit(UNANSWERED)


@device.command()
@click.argument("network")
@click.option("--community-file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--v3-file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--port", type=click.IntRange(1, 65535), default=161, show_default=True)
@json_option
@state_option
@click.pass_obj
def discover(
    call: Call,
    network: str,
    community_file: Path | None,
    v3_file: Path | None,
    port: int,
    as_json: bool,
) -> None:
    """Search NETWORK, which must be declared under lines.networks, for devices that answer SNMP."""
    import asyncio  # noqa: PLC0415

    from collector import audit  # noqa: PLC0415
    from collector.devices import discover as searching  # noqa: PLC0415

    with call.desk() as desk:
        inventory = desk.source.current()
        try:
            wanted = searching.consented(inventory, network)
        except searching.NotDeclaredError as error:
            raise Refused(str(error)) from error
        ways = [_credentials(community_file, v3_file)]
        with desk.store.write() as connection:
            detail = {"network": str(wanted)}
            audit.append(connection, call.clock(), actor(), "network-searched", detail)
    declared = {one.address: one.id for one in inventory.devices if one.address}
    addresses = [str(one) for one in wanted.hosts()]
    found = asyncio.run(searching.search(addresses, ways, port, declared))
    if as_json:
        print_json(found)
        return
    for one in found:
        named = " ".join(filter(None, (one.maker, one.model))) or one.name or "?"
        click.echo(f"{one.address:<16} {one.kind or '?':<13} {named:<40} {one.declared or '+'}")
    click.echo(f"{len(found)} of {len(addresses)} addresses of {wanted} answered", err=True)


@device.command("list")
@json_option
@state_option
@click.pass_obj
def list_devices(call: Call, as_json: bool) -> None:
    """Every declared device with what was last read of it."""
    from collector.devices.known import Device  # noqa: PLC0415
    from console import device_rows, device_screen  # noqa: PLC0415

    with call.desk() as desk:
        moment = desk.moment()
        office, words = moment.office, call.words(desk)
    known = office.state.devices
    if as_json:
        print_json([known.get(one.id, Device(one.id)) for one in office.inventory.devices])
    else:
        device_screen.show_list(device_rows.rows(office, moment.findings), words)


@device.command()
@click.argument("mac")
@click.argument("name")
@state_option
@click.pass_obj
def name(call: Call, mac: str, name: str) -> None:
    """Say what the unknown hardware address MAC is; it is asked about no more."""
    from collector.devices import sightings  # noqa: PLC0415
    from console import device_acts  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        try:
            known = device_acts.name(connection, call.clock(), actor(), mac, name)
        except sightings.NameError as error:
            raise Refused(str(error)) from error
    click.echo(f"{known} is {name} from now on")


@device.command()
@click.argument("id")
@click.option("--for-hours", type=click.FloatRange(0, 168), default=0.0, show_default=True)
@state_option
@click.pass_obj
def accept(call: Call, id: str, for_hours: float) -> None:
    """Answer for what changed on device ID: identity, host key, configuration; or is about to."""
    from datetime import timedelta  # noqa: PLC0415

    from console import device_acts  # noqa: PLC0415

    with call.desk() as desk:
        if all(one.id != id for one in desk.source.current().devices):
            raise Refused(f"{id} is not declared under devices")
        with desk.store.write() as connection:
            device_acts.accept(connection, call.clock(), actor(), id, timedelta(hours=for_hours))
    click.echo(f"{id}: what it is now is trusted" + (f", for {for_hours:g} h" if for_hours else ""))


@device.command()
@click.argument("id")
@click.option("--number", type=int, metavar="N", help="Which one; by default the newest.")
@click.option("--list", "listed", is_flag=True, help="Which are kept, newest first.")
@click.option("--difference", is_flag=True, help="What it changed from the one before.")
@click.option("--whole", is_flag=True, help="With its secrets, to set a device up again. Audited.")
@state_option
@click.pass_obj
def configuration(
    call: Call, /, id: str, number: int | None, listed: bool, difference: bool, whole: bool
) -> None:
    """Print the kept configuration of device ID, secrets hidden."""
    from collector import audit  # noqa: PLC0415
    from collector.devices import kept  # noqa: PLC0415
    from collector.devices.ssh import SshError  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        every = kept.all_of(connection, id)
        one = next((each for each in every if number in (None, each.number)), None)
        if one is None:
            raise Refused(f"no such configuration of {id} is kept: see --list")
        if listed:
            for each in every:
                planned = "" if each.planned else "  not confirmed"
                at = call.words(desk).instant(each.at)
                click.echo(f"{each.number:>6}  {at}  {each.size_bytes:>8} bytes{planned}")
            return
        text = one.difference if difference else one.masked
        if whole:
            try:
                text = kept.in_full(connection, call.folder, id, one.number)
            except SshError as error:
                raise Refused(str(error)) from error
            detail: dict[str, str | int | None] = {"device": id, "configuration": one.number}
            audit.append(connection, call.clock(), actor(), "device-configuration-read", detail)
    click.echo(text)


def _place(address: str) -> tuple[str, int]:
    """Host and port of `ADDRESS[:PORT]`; an IPv6 address with a port stands in brackets."""
    host, colon, port = address.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        return address.strip("[]"), 161
    if not port.isdigit() or not 1 <= int(port) <= 65535 or not host:
        raise Refused(f"{address} is not an address, or one with a port as 192.168.10.21:161")
    return host.strip("[]"), int(port)


def _credentials(community_file: Path | None, v3_file: Path | None) -> Credentials:
    from collector.devices import credentials  # noqa: PLC0415

    if community_file is not None and v3_file is not None:
        raise Refused("give --community-file or --v3-file, not both")
    try:
        if v3_file is not None:
            return credentials.v3(v3_file)
        if community_file is not None:
            return credentials.community(community_file)
    except credentials.CredentialError as error:
        raise Refused(str(error)) from error
    return credentials.Credentials(community=COMMUNITY)
