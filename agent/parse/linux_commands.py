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
DOCUMENTS = (
    *(".doc", ".docx", ".odp", ".ods", ".odt", ".pdf", ".ppt", ".pptx", ".rtf", ".xls", ".xlsx"),
    *(".7z", ".csv", ".jpg", ".png", ".rar", ".zip"),
)
"""What a command is about, not what it starts: such a name may be a person's document."""
PREFIXES = "-@+!:"
"""What systemd takes before the path of a program (systemd.service(5), ExecStart=)."""


def start(command: str) -> Start:
    """The first whole path of a command, as cron, systemd and the desktop start it."""
    words = [word.lstrip(PREFIXES) for word in command[:LONGEST].translate(SEPARATORS).split()]
    # `MYSQL_PWD=…` before a command is a setting, and often a secret.
    words = [word for word in words if word.startswith("/") or "=" not in word]
    for word in words:
        if word.startswith("/") and word.count("/") > 1 and not word.startswith(NO_PROGRAM):
            name = word.rpartition("/")[2]
            return Start(_plain(name), place(word))
    return Start(_plain(words[0]) if words else None)


def _plain(name: str) -> str | None:
    if not name.isascii() or not name.isprintable() or name.lower().endswith(DOCUMENTS):
        return None
    return name[:NAMED] if name.strip("[{") else None


def place(path: str) -> str:
    """What kind of folder a file lies in."""
    return next((name for name, tops in PLACES if path.startswith(tops)), "other")
