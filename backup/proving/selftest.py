"""Does the verifier find what it is there to find? Once a week it is given a fault to find."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from backup import look, sacrifice, sealed, sweep
from backup.plan import Job
from backup.proofs import Proof
from backup.proving.failure import ProofError
from collector.inventory.model import Inventory
from collector.store.columns import METADATA
from collector.store.database import Store, connect

if TYPE_CHECKING:
    from backup.prove import Verifier


def make(verifier: Verifier, _inventory: Inventory, job: Job) -> Proof:
    """Good when one flipped bit in a repository of its own is found, and nothing before it."""
    scratch = verifier.state_folder / "scratch"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="selftest-", dir=scratch))
    store = connect(f"sqlite:///{folder / 'ledger.sqlite'}")
    try:
        METADATA.create_all(store.engine)
        repository = sacrifice.make(folder)
        if found := _swept(verifier, store, repository):
            raise ProofError(f"the verifier told of damage where there is none: {found[0]}")
        hurt = _flip(verifier, repository)
        found = _swept(verifier, store, repository)
        if not any(hurt in problem for problem in found):
            raise ProofError(f"the verifier did not find a bit that was flipped in {hurt}")
    finally:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)
    return Proof(job, verifier.clock(), ok=True, files=1)


def _swept(verifier: Verifier, store: Store, repository: Path) -> tuple[str, ...]:
    key = sealed.master(repository / "keys", "hy-sinh")
    aside = repository.parent / "quarantine"
    looked = look.look(store, "hy-sinh", repository, aside, key, verifier.clock())
    place = sweep.Place("hy-sinh", repository, 1, "UTC")
    return sweep.sweep(store, place, looked.ledger, key, verifier.clock, verifier.stop).problems


def _flip(verifier: Verifier, repository: Path) -> str:
    paths = [
        path
        for kind in ("data", "index", "snapshots")
        for path in sorted((repository / kind).rglob("*"))
        if path.is_file()
    ]
    chosen = verifier.chance.choice(paths)
    content = bytearray(chosen.read_bytes())
    bit = verifier.chance.randrange(len(content) * 8)
    content[bit // 8] ^= 1 << bit % 8
    chosen.chmod(0o600)
    chosen.write_bytes(content)
    return chosen.name
