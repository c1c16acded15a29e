"""The shape of inventory.yaml: the whole office, and every part of it by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from collector.inventory.assets import Device, Machine, Profile, Snmp
from collector.inventory.backups import BackupSet, Keep, Repository
from collector.inventory.declared import Declared
from collector.inventory.incidents import Thresholds
from collector.inventory.kinds import HostPort, Hours, Id, Text
from collector.inventory.lines import Line, SpeedTest
from collector.inventory.lists import Prices, SoftwareLists
from collector.inventory.notices import Channel, Mail, Notices
from collector.inventory.site import (
    Contact,
    Contacts,
    Department,
    Documents,
    Holiday,
    OfficeHours,
    Person,
    Site,
    Ward,
)
from collector.inventory.thresholds import (
    AgentSilent,
    DiskFilling,
    DnsFailing,
    LineDown,
    LineSlow,
    LineUnstable,
    Rules,
)

__all__ = [
    "AgentSilent",
    "BackupSet",
    "Channel",
    "Contact",
    "Contacts",
    "Declared",
    "Department",
    "Device",
    "DiskFilling",
    "DnsFailing",
    "Documents",
    "Holiday",
    "HostPort",
    "Hours",
    "Id",
    "Inventory",
    "Keep",
    "Line",
    "LineDown",
    "LineSlow",
    "LineUnstable",
    "Machine",
    "Mail",
    "Notices",
    "OfficeHours",
    "Person",
    "Prices",
    "Profile",
    "Repository",
    "Rules",
    "Site",
    "Snmp",
    "SoftwareLists",
    "SpeedTest",
    "Text",
    "Thresholds",
    "Ward",
]


class Inventory(Declared):
    """The whole office. References are checked by the reader, after the shape."""

    version: Literal[1]
    """Version of this file's form."""
    site: Site
    """The office itself."""
    contacts: Contacts
    """Whom to reach."""
    departments: tuple[Department, ...]
    """Departments of the office."""
    people: tuple[Person, ...]
    """Posts of the office."""
    profiles: tuple[Profile, ...]
    """What a machine has to meet."""
    machines: tuple[Machine, ...]
    """PCs and servers."""
    devices: tuple[Device, ...] = ()
    """Network devices and peripherals."""
    lines: tuple[Line, ...] = ()
    """Internet lines."""
    repositories: tuple[Repository, ...] = ()
    """Where backups are kept."""
    backups: tuple[BackupSet, ...] = ()
    """What is backed up."""
    rules: Rules = Rules()
    """Thresholds of the rules."""
    mail: Mail | None = None
    """The mail server that sends the office's mail; without it, none is sent."""
    notices: Notices = Notices()
    """How the office is told of incidents."""
    incidents: Thresholds = Thresholds()
    """How bad an incident is, and what goes out unasked."""
    software: SoftwareLists = SoftwareLists()
    """Programs that are approved or forbidden."""
    prices: Prices = Prices()
    """Prices for the plan of equipment."""
    documents: Documents
    """How papers are made."""
    wards: tuple[Ward, ...] = ()
    """A city's office: the wards whose figures of each day it takes."""

    @cached_property
    def machines_by_id(self) -> Mapping[str, Machine]:
        """Worked out once: a page of a city asks for thousands of them, one after the other."""
        return {one.id: one for one in self.machines}

    @cached_property
    def people_by_id(self) -> Mapping[str, Person]:
        """Likewise."""
        return {one.id: one for one in self.people}

    def machine(self, asset: str) -> Machine | None:
        """The declared machine of that id, or None: an asset may have been taken off the list."""
        return self.machines_by_id.get(asset)

    def line(self, id: str) -> Line | None:
        """The declared line of that id, or None."""
        return next((line for line in self.lines if line.id == id), None)

    def ward(self, id: str) -> Ward | None:
        """The declared ward of that id, or None."""
        return next((ward for ward in self.wards if ward.id == id), None)

    def profile(self, id: str) -> Profile:
        """The profile of that id; the reader has made sure that it exists."""
        return next(profile for profile in self.profiles if profile.id == id)
