"""Long work that an officer asked for on a page: one piece at a time, beside the answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from backup import commands, handover
from backup.commands import CommandError
from backup.handover import Handover
from backup.pin import PinError
from backup.proofs import Proof, sentence
from backup.prove import Verifier
from backup.restic import ResticError
from backup.restoring import Wish
from backup.stores import StoreError
from collector.inventory.model import Inventory
from collector.store.database import Store

log = logging.getLogger(__name__)


class Workshop:
    """Restores, drills, sweeps and healing by button. What came of one is read from where any other leaves it."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], datetime]) -> None:
        self.verifier = Verifier(store, folder.absolute(), clock)
        self._at_work: threading.Thread | None = None
        self._door = threading.Lock()

    def drill(self, inventory: Inventory, set_id: str) -> bool:
        """Start a drill; False while other work is still running."""
        return self._alone(
            f"the drill of {set_id}", lambda: (commands.drill(self.verifier, inventory, set_id),)
        )

    def verify(self, inventory: Inventory, repository: str) -> bool:
        """Start reading a repository again; False while other work is still running."""
        return self._alone(
            f"verifying {repository}",
            lambda: commands.verify(self.verifier, inventory, repository),
        )

    def heal(self, inventory: Inventory, repository: str) -> bool:
        """Start healing a repository; False while other work is still running."""
        return self._alone(
            f"healing {repository}",
            lambda: (commands.heal(self.verifier, inventory, repository)[0],),
        )

    def hand_over(self, inventory: Inventory, wish: Wish, actor: str) -> Handover | None:
        """Start a restore into a folder of its own; None while other work is still running."""
        verifier = self.verifier
        with self._door:
            if self._busy:
                return None
            begun = handover.begin(verifier.state_folder, wish, actor, verifier.clock())
            self._start(lambda: self._restore(inventory, wish, begun))
            return begun

    def stop(self) -> None:
        """Cut it short, and wait until its scratch is removed."""
        self.verifier.stop.set()
        if self._at_work is not None:
            self._at_work.join()

    @property
    def _busy(self) -> bool:
        return self._at_work is not None and self._at_work.is_alive()

    def _alone(self, what: str, prove: Callable[[], tuple[Proof, ...]]) -> bool:
        with self._door:
            if self._busy:
                return False
            self._start(lambda: self._prove(what, prove))
            return True

    def _start(self, work: Callable[[], None]) -> None:
        self._at_work = threading.Thread(target=work, name="workshop", daemon=True)
        self._at_work.start()

    def _restore(self, inventory: Inventory, wish: Wish, begun: Handover) -> None:
        try:
            done = handover.fill(self.verifier, inventory, wish, begun)
        except Exception:  # the thread's end: whatever it is must reach the log
            log.exception("the restore of %s broke", wish.set)
            return
        level = logging.WARNING if done.error else logging.INFO
        log.log(level, "restore of %s: %s", done.name, done.error or done.state)

    def _prove(self, what: str, prove: Callable[[], tuple[Proof, ...]]) -> None:
        try:
            proofs = prove()
        except (CommandError, PinError, ResticError, StoreError) as error:
            log.warning("%s: %s", what, error)
            return
        except Exception:  # the thread's end: whatever it is must reach the log
            log.exception("%s broke", what)
            return
        for one in proofs:
            log.log(logging.INFO if one.ok else logging.WARNING, "by hand: %s", sentence(one))
