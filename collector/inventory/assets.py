"""What the office owns: profiles, machines, devices and Internet lines."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collector.inventory.declared import Declared
from collector.inventory.kinds import (
    Address,
    Day,
    Id,
    Mac,
    Port,
    StoredPath,
    Text,
    UnfitError,
)


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
    printer: bool = False
    """Whether its official needs a printer within reach."""
    scanner: bool = False
    """Whether its official needs a scanner within reach."""
    signature_token: bool = False
    """Whether its official signs with a USB token (chữ ký số chuyên dùng)."""


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
    warranty_until: Day | None = None
    """Last day of the maker's warranty."""


class Snmp(Declared):
    """How to ask a device; the secret stands in a file."""

    version: Literal["2c", "3"] = "2c"
    """SNMP version, in quotes."""
    community_file: StoredPath | None = None
    """Version 2c: file that holds the community."""
    port: Port = 161
    """UDP port that it is asked on."""
    user: Text | None = None
    """Version 3: the user."""
    auth_file: StoredPath | None = None
    """Version 3: file that holds the authentication key."""
    auth_protocol: Literal["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"] = "SHA"
    """Version 3: how it proves the key; MD5 for old devices alone."""
    privacy_file: StoredPath | None = None
    """Version 3: file that holds the privacy key."""
    privacy_protocol: Literal["DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"] = (
        "AES-128"
    )
    """Version 3: how it is enciphered; -C is Cisco's way, DES for old devices alone."""
    context: Annotated[Text, Field(max_length=64)] | Literal[""] = ""
    """Version 3: context name, where the device keeps several."""

    @model_validator(mode="after")
    def _can_ask(self) -> Self:
        if self.version == "2c" and self.community_file is None:
            raise UnfitError("version 2c needs community_file")
        if self.version == "3" and (self.user is None or self.auth_file is None):
            raise UnfitError("version 3 needs user and auth_file")
        return self


class Ssh(Declared):
    """How to fetch facts and configuration; key and password stand in files."""

    user: Text
    """The user to sign in as; one that may only read is enough."""
    dialect: Literal["linux", "openwrt", "mikrotik", "cisco", "draytek"]
    """Which language it speaks."""
    port: Port = 22
    """TCP port."""
    key_file: StoredPath | None = None
    """File that holds the private key."""
    password_file: StoredPath | None = None
    """File that holds the password."""
    legacy: bool = False
    """Allow SHA-1 `ssh-rsa`, for an old device that knows nothing better."""

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.key_file is None and self.password_file is None:
            raise UnfitError("SSH needs key_file or password_file")
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
    serial: Text | None = None
    """Serial number on its label: another one at its address is a finding."""
    mac: Mac | None = None
    """Hardware address on its label."""
    snmp: Snmp | None = None
    """How to ask it; left out where it cannot be asked."""
    ssh: Ssh | None = None
    """How to fetch its configuration; left out where that is not wanted."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.address is None and (self.snmp or self.ssh):
            raise UnfitError("a device that is asked needs an address")
        return self
