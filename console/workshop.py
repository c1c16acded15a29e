"""Long work that an officer asked for on a page: one piece at a time, beside the answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from backup import commands
from backup.proofs import sentence
from backup.prove import Verifier
from collector.inventory.model import Inventory
from collector.store.database import Store

log = logging.getLogger(__name__)


class Workshop:
    """Restore drills by button. What came of one is read from the store like any other proof."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], datetime]) -> None:
        self._verifier = Verifier(store, folder.absolute(), clock)
        self._at_work: threading.Thread | None = None
        self._door = threading.Lock()

    def drill(self, inventory: Inventory, set_id: str) -> bool:
        """Start a drill; False while another is still running."""
        with self._door:
            if self._at_work is not None and self._at_work.is_alive():
                return False
            self._at_work = threading.Thread(
                target=self._drill, args=(inventory, set_id), name="drill", daemon=True
            )
            self._at_work.start()
            return True

    def stop(self) -> None:
        """Cut it short, and wait until its scratch is removed."""
        self._verifier.stop.set()
        if self._at_work is not None:
            self._at_work.join()

    def _drill(self, inventory: Inventory, set_id: str) -> None:
        try:
            proof = commands.drill(self._verifier, inventory, set_id)
        except Exception:  # the thread's end: whatever it is must reach the log
            log.exception("the drill of %s broke", set_id)
            return
        log.log(logging.INFO if proof.ok else logging.WARNING, "by hand: %s", sentence(proof))
