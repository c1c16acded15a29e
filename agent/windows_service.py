"""Runs the agent as a service of Windows: between the service control manager and the resident.

The resident keeps the main thread, which alone may take signals; the manager has a thread of its
own, which turns what it asks for (stop, shutdown, sleep) into the words of a goodbye.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from ctypes import c_uint32, c_void_p, c_wchar_p
from dataclasses import dataclass, field

from agent.windows import job_object

NAME = "wardwatch-agent"
OWN_PROCESS = 0x10
STOPPED, STOP_PENDING, RUNNING = 1, 3, 4
STOP, INTERROGATE, SHUTDOWN, POWER, PRESHUTDOWN = 1, 4, 5, 13, 15
"""Controls (winsvc.h). Preshutdown comes before the network is taken down, shutdown after."""
ACCEPTED = 0x1 | 0x40 | 0x100
"""Stop, power events, preshutdown; shutdown would only come second to the latter."""
SUSPEND, RESUMED = 0x4, 0x12
"""PBT_APMSUSPEND, PBT_APMRESUMEAUTOMATIC (winuser.h)."""
NOT_IMPLEMENTED = 120
STOPPING_MILLISECONDS = 10_000
"""Longer than the resident takes for its goodbye."""


class ServiceError(Exception):
    """The service control manager did not take this process; worded for the operator."""


class Status(ctypes.Structure):
    """SERVICE_STATUS (winsvc.h)."""

    _fields_ = tuple(
        (name, c_uint32)
        for name in ("type", "state", "accepted", "error", "own_error", "checkpoint", "wait")
    )


def word(control: int, event: int) -> str | None:
    """The word of presence for a control; None for one that changes nothing."""
    if control == STOP:
        return "stopped"
    if control in {SHUTDOWN, PRESHUTDOWN}:
        return "shutdown"
    if control == POWER:
        return {SUSPEND: "sleep", RESUMED: "started"}.get(event)
    return None


def status(state: int) -> Status:
    """What the manager is told. While it stops nothing more is accepted."""
    accepted = ACCEPTED if state == RUNNING else 0
    wait = STOPPING_MILLISECONDS if state == STOP_PENDING else 0
    return Status(OWN_PROCESS, state, accepted, 0, 0, 0, wait)


@dataclass
class Hosted:
    """One run as a service. `say` takes each word that comes, in the manager's thread."""

    say: Callable[[str], None]
    handle: int = 0
    problem: ServiceError | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, resident: Callable[[], None]) -> None:
        """Run the resident in this, the main thread, until the manager stops it."""
        if sys.platform != "win32":
            raise ServiceError("only Windows runs services this way")
        try:
            job_object.confine()  # a service that is killed leaves no backup and no probe behind
        except job_object.JobError as problem:
            raise ServiceError(str(problem)) from problem
        threading.Thread(target=self._dispatch, daemon=True).start()
        self.begun.wait()
        if self.problem:
            raise self.problem
        try:
            resident()
        finally:
            self.report(STOPPED)
            self.ended.set()

    def control(self, control: int, event: int) -> int:
        """Answer one control of the manager."""
        told = word(control, event)
        if told in {"stopped", "shutdown"}:
            self.report(STOP_PENDING)
            self.say(told)
            # As Ctrl-C would: the one signal that wakes a sleeping main thread on Windows.
            signal.raise_signal(signal.SIGINT)
        elif told:
            self.say(told)
        return 0 if told or control in {INTERROGATE, POWER} else NOT_IMPLEMENTED

    def report(self, state: int) -> None:
        """Tell the manager how the service stands."""
        if sys.platform == "win32" and self.handle:
            ctypes.WinDLL("advapi32").SetServiceStatus(
                c_void_p(self.handle), ctypes.byref(status(state))
            )

    def _dispatch(self) -> None:
        if sys.platform != "win32":
            return
        library = ctypes.WinDLL("advapi32", use_last_error=True)
        library.RegisterServiceCtrlHandlerExW.restype = c_void_p
        handler = ctypes.WINFUNCTYPE(c_uint32, c_uint32, c_uint32, c_void_p, c_void_p)
        main = ctypes.WINFUNCTYPE(None, c_uint32, c_void_p)

        def controlled(control: int, event: int, _data: int, _context: int) -> int:
            return self.control(control, event)

        def began(_count: int, _words: int) -> None:
            self.handle = library.RegisterServiceCtrlHandlerExW(c_wchar_p(NAME), kept, None)
            self.report(RUNNING)
            self.begun.set()
            self.ended.wait()

        # Both must outlive the call: Windows keeps bare addresses of them.
        kept, entry = handler(controlled), main(began)

        class Row(ctypes.Structure):
            _fields_ = (("name", c_wchar_p), ("main", main))

        table = (Row * 2)(Row(NAME, entry), Row(None, main()))
        if not library.StartServiceCtrlDispatcherW(table):
            code = ctypes.get_last_error()
            self.problem = ServiceError(
                f"not started by the service control manager: error {code};"
                " `wardwatch-agent run` runs without it"
            )
            self.begun.set()
