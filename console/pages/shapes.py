"""The shapes that the officer's API takes and answers, beside the values of the parts themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.sending import Recipient
from collector.state import Agent, Machine
from console.answers import Answer, Task
from console.funnel import Step
from console.machines import MachineRow


class Status(Struct, frozen=True):
    """The four answers, what to do first, and the open incidents."""

    at: Any
    site: str
    answers: tuple[Answer, ...]
    tasks: tuple[Task, ...]
    incidents: tuple[Incident, ...]
    inventory_problems: tuple[str, ...]


class OneMachine(Struct, frozen=True):
    """One PC with its newest readings and what the rules say of it."""

    row: MachineRow
    readings: Machine
    findings: tuple[Finding, ...]


class Funnel(Struct, frozen=True):
    """How far each declared PC has come, and every agent that ever joined."""

    machines: tuple[Step, ...]
    agents: tuple[Agent, ...]


class Deed(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with an incident, and why."""

    action: str
    reason: str = ""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A PC to be joined: a declared one, or null for any."""

    asset: str | None = None


class Join(Struct, frozen=True):
    """What the PC is given, once."""

    join: str
    asset: str | None


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of an inventory file."""

    text: str


class Saving(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole inventory file, and the SHA-256 of the one that it replaces."""

    text: str
    before: str


class Saved(Struct, frozen=True):
    """The SHA-256 of what stands there now."""

    sha256: str


class Inventoried(Struct, frozen=True):
    """The inventory file as it stands."""

    text: str
    sha256: str


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person reports; without a PC it concerns the whole office."""

    kind: str
    words: str
    who: str
    subject: str | None = None
    told_at: datetime | None = None
    drill: bool = False


class Approving(Struct, frozen=True, forbid_unknown_fields=True):
    """Which kept files go to whom; none named: the newest police file."""

    to: tuple[Recipient, ...]
    papers: tuple[int, ...] = ()
    obligation: str | None = None


class Checked(Struct, frozen=True):
    """Whether it is right, and every mistake with its line."""

    ok: bool
    problems: tuple[str, ...]
