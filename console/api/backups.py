"""What the API tells and does of backups: proofs, holds, and what the officer orders by hand."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from backup import course as courses
from backup import holds
from backup.course import Course
from backup.holds import Hold
from backup.prove import Verifier
from backup.status import Backups
from collector.inventory.model import Inventory
from console import by_hand
from console.api.operation import Nothing, Operation, act, missing, read, user
from console.backup_plan import Due, plan
from console.pages.backups import WHY_MOST
from console.pages.problems import number
from console.pages.render import desk

BUSY = "other long work is running: wait for it in /api/backups/course, and ask again"


class Asked(Struct, frozen=True):
    """The number of the ask; the PC takes it with its next report."""

    ask: int


class Started(Struct, frozen=True):
    """Long work began; what comes of it stands in /api/backups."""

    started: bool


class Why(Struct, frozen=True, forbid_unknown_fields=True):
    """What happened, in words."""

    why: Annotated[str, Meta(min_length=1, max_length=WHY_MOST)]


class Meant(Struct, frozen=True, forbid_unknown_fields=True):
    """An object that was meant to vanish or to be there, as `/api/backups` names it: `keys/…`."""

    object: str


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """A key in quarantine, by its name: who holds it can read everything."""

    key: str


def backups(request: Request) -> Backups:
    """Every set and repository with its proofs."""
    return desk(request).moment().office.backups


def backup_plan(request: Request) -> tuple[Due, ...]:
    """When each set was last due by its schedule."""
    here = desk(request)
    return plan(here.source.current(), here.clock())


def backup_course(request: Request) -> Course:
    """Drills, sizes day by day, what damage hits, holds, and what is under way."""
    here = desk(request)
    machines = here.moment().office.state.machines
    with here.store.read() as connection:
        return courses.course(connection, machines, here.clock())


def hold_list(request: Request) -> tuple[Hold, ...]:
    """What keeps old snapshots until somebody explains it."""
    with desk(request).store.read() as connection:
        return tuple(holds.unexplained(connection))


def explain_hold(request: Request, asked: Why) -> tuple[Hold, ...]:
    """Explain what holds retention; the holds that are left."""
    hold, why = number(request, "hold"), asked.why.strip()
    if not why:
        raise HTTPException(400, "say why, in words")
    verifier, _ = _parts(request)
    if not by_hand.explain(verifier, hold, why, user(request)):
        raise missing(f"no hold {hold} waits for an explanation", "/api/backups/holds")
    desk(request).forget()
    return hold_list(request)


def run_backup(request: Request, _asked: Nothing) -> Asked:
    """Ask the PC of a set for a backup."""
    return Asked(by_hand.ask(*_parts(request), set_of(request), user(request)))


def drill(request: Request, _asked: Nothing) -> Started:
    """Restore files of a set to scratch and compare them, now."""
    wanted = set_of(request)
    began = desk(request).workshop.drill(_parts(request)[1], wanted)
    return _started(request, "drill-started", "set", wanted, began=began)


def verify_repository(request: Request, _asked: Nothing) -> Started:
    """Read a repository again by hash and check its structure, now."""
    wanted = _repository(request)
    began = desk(request).workshop.verify(_parts(request)[1], wanted)
    return _started(request, "verify-started", "repository", wanted, began=began)


def heal_repository(request: Request, _asked: Nothing) -> Started:
    """Heal a repository from its exact copy; what has none is asked of the PCs again."""
    wanted = _repository(request)
    began = desk(request).workshop.heal(_parts(request)[1], wanted)
    return _started(request, "heal-started", "repository", wanted, began=began)


def accept_object(request: Request, asked: Meant) -> Backups:
    """Say that an object was meant to vanish, or a new key to be there."""
    by_hand.accept(*_parts(request), _repository(request), asked.object, user(request))
    desk(request).forget()
    return backups(request)


def approve_key(request: Request, asked: Key) -> Backups:
    """Let a new key out of quarantine and into its repository."""
    by_hand.approve_key(*_parts(request), _repository(request), asked.key, user(request))
    desk(request).forget()
    return backups(request)


def _started(request: Request, action: str, kind: str, of: str, *, began: bool) -> Started:
    if not began:
        raise HTTPException(409, BUSY)
    by_hand.note(_parts(request)[0], user(request), action, **{kind: of})
    return Started(True)


def _parts(request: Request) -> tuple[Verifier, Inventory]:
    here = desk(request)
    return here.workshop.verifier, here.source.current()


def set_of(request: Request) -> str:
    """The declared set that the address names."""
    wanted: str = request.path_params["set"]
    if all(one.id != wanted for one in desk(request).source.current().backups):
        raise missing(f"no backup set {wanted} is declared", "/api/backups/plan")
    return wanted


def _repository(request: Request) -> str:
    wanted: str = request.path_params["repository"]
    if all(one.id != wanted for one in desk(request).source.current().repositories):
        raise missing(f"no repository {wanted} is declared", "/api/backups")
    return wanted


OPERATIONS: tuple[Operation, ...] = (
    read("/api/backups", backups, Backups),
    read("/api/backups/plan", backup_plan, tuple[Due, ...]),
    read("/api/backups/course", backup_course, Course),
    read("/api/backups/holds", hold_list, tuple[Hold, ...]),
    act("/api/backups/holds/{hold:int}/explain", explain_hold, Why, tuple[Hold, ...]),
    act("/api/backups/{set}/run", run_backup, Nothing, Asked),
    act("/api/backups/{set}/drill", drill, Nothing, Started),
    act("/api/repositories/{repository}/verify", verify_repository, Nothing, Started),
    act("/api/repositories/{repository}/heal", heal_repository, Nothing, Started),
    act("/api/repositories/{repository}/accept", accept_object, Meant, Backups),
    act("/api/repositories/{repository}/approve-key", approve_key, Key, Backups),
)
