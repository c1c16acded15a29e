"""The API's own house: who joins, who may sign in, the inventory, settings and the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from collector import audit, authority, joined, joining
from collector.authority import AuthorityError, Life
from collector.state import Agent
from console import acts, first_inventory, inventory_file, joins, people, settings
from console.acts import Act
from console.addresses import parse
from console.api.operation import Operation, Word, act, missing, read, user
from console.first_inventory import Office
from console.funnel import Step, funnel
from console.inventory_file import EditError
from console.pages.forms import FILE_DEADLINE_SECONDS, SHEET_BYTES_MOST
from console.pages.inventory import keep
from console.pages.render import desk
from console.pages.settings import told_values
from console.people import User
from console.spreadsheet import lines

SHEET_BASE64_BYTES_MOST = SHEET_BYTES_MOST // 3 * 4 + 65_536
REFUSALS: Mapping[str, str] = {
    "changed": "somebody saved the inventory meanwhile: read /api/inventory again, and save over it",
    "site": "site.id must stay as it is: everything that is kept belongs to it",
    "broken": "the file that stands there has mistakes itself: mend it on the server",
}


class Funnel(Struct, frozen=True):
    """How far each declared PC has come, and every agent that ever joined."""

    machines: tuple[Step, ...]
    agents: tuple[Agent, ...]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A PC to be joined: a declared one, or null for any."""

    asset: str | None = None


class Join(Struct, frozen=True):
    """What the PC is given, once."""

    join: str
    asset: str | None


class Letting(Struct, frozen=True, forbid_unknown_fields=True):
    """Let a waiting agent report for a declared PC, or shut an agent out."""

    act: Literal["approve", "revoke"]
    asset: str = ""


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


class Checked(Struct, frozen=True):
    """Whether it is right, and every mistake with its line."""

    ok: bool
    problems: tuple[str, ...]


class Sheet(Struct, frozen=True, forbid_unknown_fields=True):
    """The office's own list, CSV or XLSX by its name, in base64; and what is asked of the office."""

    file: Word
    content: Annotated[bytes, Meta(min_length=1)]
    name: Word = ""
    parent: Word = ""
    address: Word = ""
    phone: Word = ""
    email: Word = ""
    police: Word = ""
    place: Word = ""


class Drafted(Struct, frozen=True):
    """An inventory made of a list: to be looked at, checked and saved; which rows were left out."""

    text: str
    left_out: tuple[str, ...]
    problems: tuple[str, ...]


class Settings(Struct, frozen=True):
    """Thresholds and notices as they hold, by their place in the inventory; the certificate's life."""

    thresholds: Mapping[str, str]
    notices: Mapping[str, str]
    certificate: Life | None


class Chained(Struct, frozen=True):
    """Whether every row of the audit log fits the one before it."""

    rows: int
    head: str
    broken_seq: int | None
    reason: str | None


def agents(request: Request) -> Funnel:
    """How far each PC has come."""
    here = desk(request)
    with here.store.read() as connection:
        known = tuple(joined.agents(connection))
    return Funnel(funnel(here.moment().office), known)


def join(request: Request, asked: Wish) -> Join:
    """A join string: one use, 24 hours."""
    here = desk(request)
    listen = parse(settings.load(here.state_folder).listen)
    with here.store.write() as connection:
        string = joins.new_string(
            connection,
            here.clock(),
            here.source.current(),
            user(request),
            asked.asset,
            listen,
            here.state_folder,
        )
    return Join(string, asked.asset)


def let_in(request: Request, asked: Letting) -> Funnel:
    """Approve a waiting agent for a declared PC, or revoke one."""
    here, agent = desk(request), request.path_params["agent"]
    with here.store.write() as connection:
        if agent not in {one.id for one in joined.agents(connection)}:
            raise missing(f"no agent {agent} ever joined", "/api/agents")
        if asked.act == "revoke":
            joining.revoke(connection, here.clock(), user(request), agent)
        else:
            declared = here.source.current()
            joining.approve(connection, here.clock(), declared, user(request), agent, asked.asset)
    here.forget()
    return agents(request)


def user_list(request: Request) -> tuple[User, ...]:
    """Everybody who may sign in, or might."""
    with desk(request).store.read() as connection:
        return people.everyone(connection)


def setting_list(request: Request) -> Settings:
    """Thresholds, notices, and how long the certificate is believed."""
    here = desk(request)
    inventory = here.source.current()
    try:
        life = authority.life(here.state_folder / "ca")
    except AuthorityError:
        life = None
    return Settings(
        dict(told_values(inventory.rules.model_dump(), "rules")),
        dict(told_values(inventory.notices.model_dump(), "notices")),
        life,
    )


def audit_list(request: Request) -> tuple[Act, ...]:
    """Rows of the audit log, newest first (actor, action, before)."""
    asked = request.query_params
    text = asked.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    with desk(request).store.read() as connection:
        return acts.acts(
            connection,
            actor=asked.get("actor", "")[:100],
            action=asked.get("action", "")[:100],
            before=before,
        )


def audit_chain(request: Request) -> Chained:
    """Walk the whole chain of the audit log."""
    with desk(request).store.read() as connection:
        found = audit.verify(connection)
    return Chained(found.rows, found.head.hex(), found.broken_seq, found.reason)


def check(request: Request, asked: Text) -> Checked:
    """Check an inventory without saving it."""
    found = inventory_file.problems(asked.text, desk(request).source.path.name)
    return Checked(not found, tuple(str(one) for one in found))


def inventory(request: Request) -> Inventoried:
    """The inventory file, to be changed and saved."""
    content = desk(request).source.path.read_bytes()
    return Inventoried(content.decode("utf-8", "replace"), inventory_file.mark(content))


def draft_inventory(request: Request, asked: Sheet) -> Drafted:
    """Make an inventory out of the office's spreadsheet; nothing is saved."""
    here = desk(request)
    found = first_inventory.draft(lines(asked.content, asked.file))
    fields = ("name", "parent", "address", "phone", "email", "police", "place")
    told = {name: getattr(asked, name).strip() for name in fields}
    office = Office(id=here.source.current().site.id, **told)
    text = first_inventory.written(office, found, here.clock())
    problems = inventory_file.problems(text, here.source.path.name)
    return Drafted(text, found.left_out, tuple(str(one) for one in problems))


def save(request: Request, asked: Saving) -> Saved:
    """Save an inventory that is right, if nobody changed it meanwhile."""
    here = desk(request)
    found = inventory_file.problems(asked.text, here.source.path.name)
    if found:
        raise HTTPException(409, "; ".join(str(one) for one in found[:30]))
    try:
        keep(here, user(request), asked.text, asked.before)
    except EditError as error:
        raise HTTPException(409, REFUSALS.get(str(error), str(error))) from error
    return Saved(inventory_file.mark(asked.text.encode()))


OPERATIONS: tuple[Operation, ...] = (
    read("/api/agents", agents, Funnel),
    act("/api/agents/{agent}", let_in, Letting, Funnel),
    act("/api/tokens", join, Wish, Join),
    read("/api/users", user_list, tuple[User, ...]),
    read("/api/settings", setting_list, Settings),
    read("/api/inventory", inventory, Inventoried),
    act("/api/inventory", save, Saving, Saved),
    act("/api/inventory/check", check, Text, Checked),
    Operation(
        "POST",
        "/api/inventory/draft",
        draft_inventory,
        Drafted,
        Sheet,
        bytes_most=SHEET_BASE64_BYTES_MOST,
        seconds_most=FILE_DEADLINE_SECONDS,
    ),
    read(
        "/api/audit",
        audit_list,
        tuple[Act, ...],
        actor="Whose acts.",
        action="Which kind of act.",
        before="Rows before that number: the next page.",
    ),
    read("/api/audit/chain", audit_chain, Chained),
)
