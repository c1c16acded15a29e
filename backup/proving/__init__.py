"""How each kind of proof is made. To add one: a module with `make`, a line here, when in `plan`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from backup.plan import Job, Kind
from backup.proving import (
    check,
    copy,
    drilling,
    heal,
    prepare,
    retain,
    selftest,
    sweeping,
    watch,
    whole,
)
from backup.proving.failure import ProofError
from collector.inventory.model import Inventory

if TYPE_CHECKING:
    from backup.proofs import Proof
    from backup.prove import Verifier

__all__ = ["MAKERS", "ProofError"]

MAKERS: Mapping[Kind, Callable[[Verifier, Inventory, Job], Proof]] = {
    "prepare": prepare.make,
    "watch": watch.make,
    "sweep": sweeping.make,
    "check": check.make,
    "drill": drilling.make,
    "whole": whole.make,
    "heal": heal.make,
    "copy": copy.make,
    "retain": retain.make,
    "selftest": selftest.make,
}
