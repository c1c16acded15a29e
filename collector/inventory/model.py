"""The shape of inventory.yaml: every key, its unit and its meaning."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""Lower case, digits and hyphens: safe as a metric label, a file name and a part of a URL."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
HostPort = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s/]+):[0-9]{1,5}$")]
Hours = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")]


class Declared(BaseModel):
    """What the office writes: an unknown key is a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Holiday(Declared):
    """Days on which the office is closed, both ends included."""

    first: date
    last: date
    name: Text


class OfficeHours(Declared):
    """Working spans of each weekday in the site's time zone, as `07:30-11:30`."""

    monday: tuple[Hours, ...] = ()
    tuesday: tuple[Hours, ...] = ()
    wednesday: tuple[Hours, ...] = ()
    thursday: tuple[Hours, ...] = ()
    friday: tuple[Hours, ...] = ()
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()


class Site(Declared):
    """The office itself, as it signs its papers."""

    id: Id
    name: Text
    parent: Text
    timezone: str = "Asia/Ho_Chi_Minh"
    address: Text
    phone: Text
    email: Text
    system_name: Text
    """Name of the information system as classified (hệ thống thông tin)."""
    system_level: Annotated[int, Field(ge=1, le=5)] | None = None
    system_decision: Text | None = None
    """Number and date of the decision that set the level."""
    office_hours: OfficeHours = OfficeHours()
    holidays: tuple[Holiday, ...] = ()


class Contact(Declared):
    """Whom to reach; a name is optional, a post is enough."""

    post: Text
    name: Text | None = None
    phone: Text | None = None
    email: Text | None = None


class Contacts(Declared):
    """The officer who runs wardwatch, and who receives security reports."""

    it_officer: Contact
    police: Contact
    cyber_force: Contact | None = None
    """The Ministry's specialised force (A05/PA05)."""
    data_authority: Contact | None = None


class Department(Declared):
    """A department (phòng, ban, trung tâm) of the office."""

    id: Id
    name: Text


class Person(Declared):
    """One official's post. Only `specialist: true` counts in item 23."""

    id: Id
    post: Text
    department: Id
    specialist: bool = True
    name: Text | None = None


class Profile(Declared):
    """What "meets the needs of digital work" means here, as the chairman's decision sets it."""

    id: Id
    name: Text
    decision: Text
    memory_gib: Annotated[float, Field(gt=0)]
    cpu_cores: Annotated[int, Field(ge=1)] = 2
    disk_gib: Annotated[float, Field(ge=0)] = 0
    ssd: bool = True
    display: bool = True
    os_supported: bool = True


class Machine(Declared):
    """One PC or server. `person` is absent on a server and on a shared PC."""

    id: Id
    profile: Id
    room: Text
    person: Id | None = None
    department: Id | None = None
    serial: Text | None = None
    collector: bool = False
    """This is the machine that `wardwatch up` runs on."""
    always_on: bool = False
    """Expected day and night, not in office hours alone."""
    bought: date | None = None


class Snmp(Declared):
    """How to ask a device; the secret stands in a file."""

    version: Literal["2c", "3"] = "2c"
    community_file: str | None = None
    user: str | None = None
    auth_file: str | None = None
    privacy_file: str | None = None


class Device(Declared):
    """A printer, switch, router, UPS, NAS or scanner."""

    id: Id
    kind: Literal["printer", "scanner", "switch", "router", "ups", "nas", "access-point"]
    name: Text
    address: str | None = None
    room: Text | None = None
    snmp: Snmp | None = None


class Line(Declared):
    """One Internet line, what was contracted and what proves that it works."""

    id: Id
    name: Text
    provider: Text
    down_mbit_per_second: Annotated[float, Field(gt=0)]
    up_mbit_per_second: Annotated[float, Field(gt=0)]
    gateway: str | None = None
    targets: Annotated[tuple[HostPort, ...], Field(min_length=2)]
    """Independent outside hosts as `host:port`; the line is up while one of them answers."""
    price_vnd_per_month: Annotated[int, Field(ge=0)] | None = None


class Repository(Declared):
    """Where backups are kept. A relative path lies in the state folder."""

    id: Id
    path: Text
    password_file: Text
    sweep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Every stored byte is read again within so many days."""


class Keep(Declared):
    """How many snapshots retention leaves."""

    daily: Annotated[int, Field(ge=1)] = 14
    weekly: Annotated[int, Field(ge=0)] = 8
    monthly: Annotated[int, Field(ge=0)] = 12


class BackupSet(Declared):
    """What is backed up from one machine. A relative path lies in the state folder."""

    id: Id
    name: Text
    machine: Id
    repository: Id
    paths: Annotated[tuple[Text, ...], Field(min_length=1)]
    excludes: tuple[Text, ...] = ()
    schedule: Text
    """Five cron fields in the site's time zone."""
    keep: Keep = Keep()
    rpo_hours: Annotated[float, Field(gt=0)] = 26
    """A backup older than this is late (recovery point objective)."""
    rto_hours: Annotated[float, Field(gt=0)] = 8
    drill_days: Annotated[int, Field(ge=1)] = 7
    """Restored and compared at least so often."""


class AgentSilent(Declared):
    """Thresholds of the rule agent-silent."""

    after_seconds: Annotated[float, Field(gt=0)] = 180


class DiskFilling(Declared):
    """Thresholds of the rule disk-filling."""

    used_ratio: Annotated[float, Field(gt=0, le=1)] = 0.9


class LineDown(Declared):
    """Thresholds of the rule line-down."""

    after_seconds: Annotated[float, Field(gt=0)] = 180


class Rules(Declared):
    """Thresholds that the office may change, by rule id."""

    agent_silent: Annotated[AgentSilent, Field(alias="agent-silent")] = AgentSilent()
    disk_filling: Annotated[DiskFilling, Field(alias="disk-filling")] = DiskFilling()
    line_down: Annotated[LineDown, Field(alias="line-down")] = LineDown()


class Documents(Declared):
    """How papers are headed, signed and addressed."""

    place: Text
    """Place name before the date: `Hoa Mai`."""
    symbol: Text = "BC-UBND"
    signature: tuple[Text, ...] = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    recipients: tuple[Text, ...] = ()
    templates: str | None = None


class Inventory(Declared):
    """The whole office. References are checked by the reader, after the shape."""

    version: Literal[1]
    site: Site
    contacts: Contacts
    departments: tuple[Department, ...]
    people: tuple[Person, ...]
    profiles: tuple[Profile, ...]
    machines: tuple[Machine, ...]
    devices: tuple[Device, ...] = ()
    lines: tuple[Line, ...] = ()
    repositories: tuple[Repository, ...] = ()
    backups: tuple[BackupSet, ...] = ()
    rules: Rules = Rules()
    documents: Documents

    def machine(self, asset: str) -> Machine | None:
        """The declared machine of that id, or None: an asset may have been taken off the list."""
        return next((machine for machine in self.machines if machine.id == asset), None)

    def profile(self, id: str) -> Profile:
        """The profile of that id; the reader has made sure that it exists."""
        return next(profile for profile in self.profiles if profile.id == id)
