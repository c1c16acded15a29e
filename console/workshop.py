"""Long work that an officer asked for on a page: one piece at a time, beside the answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from backup import commands, handover
from backup.handover import Handover
from backup.proofs import sentence
from backup.prove import Verifier
from backup.restoring import Wish
from collector.inventory.model import Inventory
from collector.store.database import Store

log = logging.getLogger(__name__)


class Workshop:
    """Restores and drills by button. What came of one is read from where any other leaves it."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], datetime]) -> None:
        self.verifier = Verifier(store, folder.absolute(), clock)
        self._at_work: threading.Thread | None = None
        self._door = threading.Lock()

    def drill(self, inventory: Inventory, set_id: str) -> bool:
        """Start a drill; False while another is still running."""
        with self._door:
            return not self._busy and self._start(lambda: self._drill(inventory, set_id))

    def hand_over(self, inventory: Inventory, wish: Wish, actor: str) -> bool:
        """Start a restore into a folder of its own; False while other work is still running."""
        verifier = self.verifier
        with self._door:
            if self._busy:
                return False
            begun = handover.begin(verifier.state_folder, wish, actor, verifier.clock())
            return self._start(lambda: self._restore(inventory, wish, begun))

    def stop(self) -> None:
        """Cut it short, and wait until its scratch is removed."""
        self.verifier.stop.set()
        if self._at_work is not None:
            self._at_work.join()

    @property
    def _busy(self) -> bool:
        return self._at_work is not None and self._at_work.is_alive()

    def _start(self, work: Callable[[], None]) -> bool:
        self._at_work = threading.Thread(target=work, name="workshop", daemon=True)
        self._at_work.start()
        return True

    def _restore(self, inventory: Inventory, wish: Wish, begun: Handover) -> None:
        try:
            done = handover.fill(self.verifier, inventory, wish, begun)
        except Exception:  # the thread's end: whatever it is must reach the log
            log.exception("the restore of %s broke", wish.set)
            return
        level = logging.WARNING if done.error else logging.INFO
        log.log(level, "restore of %s: %s", done.name, done.error or done.state)

    def _drill(self, inventory: Inventory, set_id: str) -> None:
        try:
            proof = commands.drill(self.verifier, inventory, set_id)
        except Exception:  # the thread's end: whatever it is must reach the log
            log.exception("the drill of %s broke", set_id)
            return
        log.log(logging.INFO if proof.ok else logging.WARNING, "by hand: %s", sentence(proof))
