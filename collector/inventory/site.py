"""The office itself: who it is, when it is open, who works there, how its papers look."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from collector.inventory.declared import Declared
from collector.inventory.kinds import (
    Day,
    DayHours,
    Email,
    Id,
    StoredPath,
    Text,
    TimeZone,
    UnfitError,
)


class Holiday(Declared):
    """Days on which the office is closed, both ends included."""

    first: Day
    """First day off."""
    last: Day
    """Last day off."""
    name: Text
    """What the holiday is called."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise UnfitError("ends before it begins", "write the earlier day as first")
        return self


class OfficeHours(Declared):
    """Working spans of each weekday in the site's time zone, as `07:30-11:30`."""

    monday: DayHours = ()
    """Spans of Monday; an empty list is a day off."""
    tuesday: DayHours = ()
    """Spans of Tuesday."""
    wednesday: DayHours = ()
    """Spans of Wednesday."""
    thursday: DayHours = ()
    """Spans of Thursday."""
    friday: DayHours = ()
    """Spans of Friday."""
    saturday: DayHours = ()
    """Spans of Saturday."""
    sunday: DayHours = ()
    """Spans of Sunday."""


class Site(Declared):
    """The office itself, as it signs its papers."""

    id: Id
    """Id of the office, the label `site` of every figure."""
    name: Text
    """Name of the body that issues its papers."""
    parent: Text
    """The body above it."""
    timezone: TimeZone = "Asia/Ho_Chi_Minh"
    """Time zone of office hours, holidays and schedules."""
    address: Text
    """Postal address, as reports need it."""
    phone: Text
    """Telephone of the office."""
    email: Email
    """E-mail of the office."""
    system_name: Text
    """Name of the information system as classified (hệ thống thông tin)."""
    system_level: Annotated[int, Field(ge=1, le=5)] | None = None
    """Security level of the system, 1 to 5, once a decision has set it."""
    system_decision: Text | None = None
    """Number and date of the decision that set the level."""
    office_hours: OfficeHours = OfficeHours()
    """When the office is open; outside it, a PC may be off."""
    holidays: tuple[Holiday, ...] = ()
    """Days on which the office is closed."""


class Contact(Declared):
    """Whom to reach; a name is optional, a post is enough."""

    post: Text
    """The post, or the name of the body."""
    name: Text | None = None
    """Name of the person, where the office wants it on papers."""
    phone: Text | None = None
    """Telephone number."""
    email: Email | None = None
    """E-mail address."""


class Contacts(Declared):
    """The officer who runs wardwatch, and who receives security reports."""

    it_officer: Contact
    """The IT officer, who runs wardwatch."""
    police: Contact
    """The ward police (Công an phường)."""
    cyber_force: Contact | None = None
    """The Ministry's specialised force (A05/PA05)."""
    data_authority: Contact | None = None
    """The personal-data authority."""


class Department(Declared):
    """A department (phòng, ban, trung tâm) of the office."""

    id: Id
    """Id of the department."""
    name: Text
    """Its full name."""


class Person(Declared):
    """One official's post. Only `specialist: true` counts in item 23."""

    id: Id
    """Id of the post, never a person's name."""
    post: Text
    """Title of the post."""
    department: Id
    """The department it belongs to."""
    specialist: bool = True
    """Whether item 23 counts the post: it needs a computer for its work."""
    name: Text | None = None
    """Name of the official; not needed for any figure."""


class Ward(Declared):
    """An office that tells this one its signed figures of each day."""

    id: Id
    """Id of the ward, as `site.id` in its own file."""
    name: Text
    """Its name."""


class Documents(Declared):
    """How papers are headed, signed and addressed."""

    place: Text
    """Place name before the date: `Hoa Mai`."""
    symbol: Text = "BC-UBND"
    """Symbol after the number of a paper."""
    signature: tuple[Text, ...] = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    """Lines of the signature block, from the top."""
    recipients: tuple[Text, ...] = ()
    """Lines under `Nơi nhận`."""
    templates: StoredPath | None = None
    """Folder of the office's own templates; without it, those of wardwatch."""
    signing_roots: StoredPath | None = None
    """Certificates (PEM) of the authorities whose signatures the office accepts."""
