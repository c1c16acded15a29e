"""What the office owns: profiles, machines, devices and Internet lines."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collector.inventory.declared import Declared
from collector.inventory.kinds import Address, Day, HostPort, Id, StoredPath, Text, UnfitError


class Profile(Declared):
    """What "meets the needs of digital work" means here, as the chairman's decision sets it."""

    id: Id
    """Id of the profile."""
    name: Text
    """What the profile is called on papers."""
    decision: Text
    """Number and date of the decision that set it."""
    memory_gib: Annotated[float, Field(gt=0, le=65536)]
    """Least memory, GiB."""
    cpu_cores: Annotated[int, Field(ge=1, le=4096)] = 2
    """Least number of processor cores."""
    disk_gib: Annotated[float, Field(ge=0, le=10_000_000)] = 0
    """Least total disk size, GiB."""
    ssd: bool = True
    """Whether an SSD is required."""
    display: bool = True
    """Whether a display is required."""
    os_supported: bool = True
    """Whether the maker must still support the operating system."""


class Machine(Declared):
    """One PC or server. `person` is absent on a server and on a shared PC."""

    id: Id
    """Id of the machine, the label `asset` of its figures."""
    profile: Id
    """The profile that it has to meet."""
    room: Text
    """Where it stands."""
    person: Id | None = None
    """Whose it is; left out for a server or a shared PC."""
    department: Id | None = None
    """The department that holds it."""
    serial: Text | None = None
    """Serial number on its label: it tells the machine when it first reports."""
    collector: bool = False
    """This is the machine that `wardwatch up` runs on."""
    always_on: bool = False
    """Expected day and night, not in office hours alone."""
    bought: Day | None = None
    """Day of purchase."""


class Snmp(Declared):
    """How to ask a device; the secret stands in a file."""

    version: Literal["2c", "3"] = "2c"
    """SNMP version, in quotes."""
    community_file: StoredPath | None = None
    """Version 2c: file that holds the community."""
    user: Text | None = None
    """Version 3: the user."""
    auth_file: StoredPath | None = None
    """Version 3: file that holds the authentication key."""
    privacy_file: StoredPath | None = None
    """Version 3: file that holds the privacy key."""

    @model_validator(mode="after")
    def _can_ask(self) -> Self:
        if self.version == "2c" and self.community_file is None:
            raise UnfitError("version 2c needs community_file")
        if self.version == "3" and (self.user is None or self.auth_file is None):
            raise UnfitError("version 3 needs user and auth_file")
        return self


class Device(Declared):
    """A printer, switch, router, UPS, NAS or scanner."""

    id: Id
    """Id of the device, the label `asset` of its figures."""
    kind: Literal["printer", "scanner", "switch", "router", "ups", "nas", "access-point"]
    """What it is."""
    name: Text
    """What the office calls it."""
    address: Address | None = None
    """IP address or host name on the local network."""
    room: Text | None = None
    """Where it stands."""
    snmp: Snmp | None = None
    """How to ask it; left out where it cannot be asked."""


class Line(Declared):
    """One Internet line, what was contracted and what proves that it works."""

    id: Id
    """Id of the line, the label `line` of its figures."""
    name: Text
    """What the office calls it."""
    provider: Text
    """Who provides it."""
    down_mbit_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    """Contracted download rate, Mbit/s."""
    up_mbit_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    """Contracted upload rate, Mbit/s."""
    gateway: Address | None = None
    """Its router's address on the local network."""
    targets: Annotated[tuple[HostPort, ...], Field(min_length=2, max_length=8)]
    """Independent outside hosts as `host:port`; the line is up while one of them answers."""
    price_vnd_per_month: Annotated[int, Field(ge=0, le=10**12)] | None = None
    """Price a month, VND."""
