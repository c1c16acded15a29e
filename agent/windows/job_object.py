"""A job object of Windows for this process: what it starts dies with it, and takes no more than that.

A process cannot leave it, nor can what it starts. The one handle is this process's own, so that
Windows closes it however the process ends, and with it whatever is still in the job: a program
that hangs goes with the child that asked it, a backup goes with the service. Jobs nest since
Windows 8: a probe's child has one of its own within the service's.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_int64, c_size_t, c_uint32, c_uint64, c_void_p

EXTENDED_LIMITS = 9
"""JobObjectExtendedLimitInformation (winnt.h)."""
KILL_ON_CLOSE, PROCESS_MEMORY, JOB_MEMORY, PRIORITY = 0x2000, 0x100, 0x200, 0x20
BELOW_NORMAL = 0x4000
"""BELOW_NORMAL_PRIORITY_CLASS (winbase.h): behind whatever the official does. No cap on the
processor: one would make a reading slow where nobody else wants it."""


class JobError(Exception):
    """Windows did not take this process into a job; worded for the operator."""


class Basic(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION (winnt.h)."""

    _fields_ = (
        ("process_time", c_int64),
        ("job_time", c_int64),
        ("flags", c_uint32),
        ("least_working_set", c_size_t),
        ("most_working_set", c_size_t),
        ("processes", c_uint32),
        ("affinity", c_size_t),
        ("priority", c_uint32),
        ("scheduling", c_uint32),
    )


class Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION (winnt.h); `counters` is an IO_COUNTERS, unused."""

    _fields_ = (
        ("basic", Basic),
        ("counters", c_uint64 * 6),
        ("process_memory_bytes", c_size_t),
        ("job_memory_bytes", c_size_t),
        ("most_process_memory_bytes", c_size_t),
        ("most_job_memory_bytes", c_size_t),
    )


def limits(memory_bytes: int | None) -> Limits:
    """What is asked for: with a cap, all in the job together may commit so much and step back."""
    told = Limits()
    told.basic.flags = KILL_ON_CLOSE
    if memory_bytes is not None:
        told.basic.flags |= PROCESS_MEMORY | JOB_MEMORY | PRIORITY
        told.basic.priority = BELOW_NORMAL
        told.process_memory_bytes = told.job_memory_bytes = memory_bytes
    return told


def confine(memory_bytes: int | None = None) -> None:
    """Take this process, and whatever it starts from now on, into a job; raises `JobError`."""
    if sys.platform != "win32":
        raise JobError("only Windows has job objects")
    library = ctypes.WinDLL("kernel32", use_last_error=True)
    library.CreateJobObjectW.restype = library.GetCurrentProcess.restype = c_void_p
    told = limits(memory_bytes)
    # Never closed here: Windows does, when this process ends.
    job = c_void_p(library.CreateJobObjectW(None, None))
    done = (
        bool(job)
        and library.SetInformationJobObject(
            job, EXTENDED_LIMITS, ctypes.byref(told), ctypes.sizeof(told)
        )
        and library.AssignProcessToJobObject(job, c_void_p(library.GetCurrentProcess()))
    )
    if not done:
        raise JobError(f"no job object for this process: error {ctypes.get_last_error()}")
