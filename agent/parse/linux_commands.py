"""Which program a command of an autorun on Linux starts, and in what kind of folder it lies.

Without patterns: compiling them costs a child more than the whole list does.
"""

from __future__ import annotations

from agent.parse.starts import LONGEST, NAMED, Start

PLACES = (
    ("temporary", ("/tmp/", "/var/tmp/", "/dev/shm/")),  # noqa: S108 - looked for, not written to
    ("local", ("/usr/local/", "/opt/", "/etc/", "/srv/")),
    ("system", ("/usr/", "/lib/", "/lib64/", "/bin/", "/sbin/", "/snap/", "/var/lib/")),
    ("generated", ("/run/",)),
    ("account", ("/home/", "/root/")),
)
NO_PROGRAM = ("/dev/null", "/run/")
"""`test -d /run/systemd/system ||` stands before many commands of cron, and starts nothing."""
SEPARATORS = str.maketrans(dict.fromkeys(";&|<>()'\"`", " "))
PREFIXES = "-@+!:"
"""What systemd takes before the path of a program (systemd.service(5), ExecStart=)."""


def start(command: str) -> Start:
    """The first whole path of a command, as cron, systemd and the desktop start it."""
    words = [word.lstrip(PREFIXES) for word in command[:LONGEST].translate(SEPARATORS).split()]
    for word in words:
        if word.startswith("/") and word.count("/") > 1 and not word.startswith(NO_PROGRAM):
            name = word.rpartition("/")[2]
            return Start(_plain(name), place(word))
    return Start(_plain(words[0]) if words else None)


def _plain(name: str) -> str | None:
    return name[:NAMED] if name.isascii() and name.isprintable() and name.strip("[{") else None


def place(path: str) -> str:
    """What kind of folder a file lies in."""
    return next((name for name, tops in PLACES if path.startswith(tops)), "other")
