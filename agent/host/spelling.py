"""File names as a recording spells them: `0000:00:02.0` is `0000%3A00%3A02.0`, which Windows can keep."""

from __future__ import annotations

import re

UNSAFE = '%<>:"|?*\\'
"""What Windows takes in no name, and the sign of the escape itself."""
ESCAPED = {f"%{ord(sign):02X}": sign for sign in UNSAFE}
SAFE = str.maketrans({sign: code for code, sign in ESCAPED.items()})
CODE = re.compile("|".join(ESCAPED))


def safe(name: str) -> str:
    """The name as it is recorded."""
    return name.translate(SAFE)


def meant(spelled: str) -> str:
    """The machine's own name; one that was recorded as it is stays so."""
    return CODE.sub(lambda found: ESCAPED[found[0]], spelled)
