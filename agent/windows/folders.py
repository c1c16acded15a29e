"""Where Windows keeps its own programs, as the kernel says: an environment could say anything."""

from __future__ import annotations

import os
import sys

KEPT = ("SystemDrive", "ProgramData", "ProgramFiles", "TEMP", "TMP", "NUMBER_OF_PROCESSORS")
"""Names of the environment that Windows' programs do not start without; none of them is searched."""


def system() -> str:
    r"""`C:\Windows\System32`; raises `OSError`."""
    if sys.platform != "win32":
        raise OSError("no Windows here")
    import ctypes  # noqa: PLC0415 - a megabyte that Linux never needs

    buffer = ctypes.create_unicode_buffer(260)
    if not ctypes.windll.kernel32.GetSystemDirectoryW(buffer, len(buffer)):
        raise ctypes.WinError()
    return buffer.value


def powershell(system_folder: str) -> str:
    """The folder of Windows PowerShell, which every Windows since 7 has."""
    return f"{system_folder}\\WindowsPowerShell\\v1.0"


def environment(system_folder: str) -> dict[str, str]:
    """What a program of Windows itself needs, and nothing that could lead it elsewhere."""
    windows = system_folder.rpartition("\\")[0]
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "SystemRoot": windows,
        "windir": windows,
        "PATH": f"{system_folder};{powershell(system_folder)}",
        "PATHEXT": ".EXE",
        "PSModulePath": f"{powershell(system_folder)}\\Modules",
    }
