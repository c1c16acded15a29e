"""Registry exports: what regedit writes as `.reg`, version 5 in UTF-16 and the older REGEDIT4."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping

from agent.host import Value
from agent.parse.texts import decoded, marked

HEADING = "Windows Registry Editor Version 5.00"
OLD_HEADING = "REGEDIT4"
ROOTS = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_USERS": "HKU",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_CURRENT_CONFIG": "HKCC",
}
LONG = {short: long for long, short in ROOTS.items()}
CONTROL_SET = re.compile(r"(?i)(\\SYSTEM\\)(?:CurrentControlSet|ControlSet\d{3})(?=\\|$)")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
HEX = re.compile(r"hex(?:\(([0-9a-f]{1,8})\))?:(.*)", re.IGNORECASE)
DWORD = re.compile(r"dword:([0-9a-f]{1,8})", re.IGNORECASE)
REG_SZ, REG_EXPAND_SZ, REG_DWORD, REG_BIG_DWORD, REG_MULTI_SZ, REG_QWORD = 1, 2, 4, 5, 7, 11

Values = dict[str, Value]


def keys(data: bytes) -> Iterator[tuple[str, Values]]:
    """Every key of an export with its values; the path as `path` spells it. Damage is passed over."""
    text = decoded(data)
    old = text.lstrip().startswith(OLD_HEADING)
    found: tuple[str, Values] | None = None
    for line in _lines(text):
        if line.startswith("["):
            if found:
                yield found
            # `[-HKEY_…]` deletes: it tells nothing of what is there.
            told = line.endswith("]") and not line.startswith("[-")
            found = (path(line[1:-1]), {}) if told else None
        elif found and (value := _value(line, old=old)):
            found[1][value[0]] = value[1]
    if found:
        yield found


def path(written: str) -> str:
    """A key's path in one spelling: short root, `CurrentControlSet` whichever set it names."""
    root, slash, rest = written.strip().strip("\\").partition("\\")
    return CONTROL_SET.sub(r"\1CurrentControlSet", ROOTS.get(root.upper(), root) + slash + rest)


def written(found: Iterable[tuple[str, Mapping[str, Value]]]) -> bytes:
    """The keys as an export of version 5 that `keys` reads."""
    lines = [HEADING, ""]
    for name, values in found:
        root, slash, rest = name.partition("\\")
        lines.append(f"[{LONG.get(root, root)}{slash}{rest}]")
        lines += [f"{_quoted(one) if one else '@'}={_told(values[one])}" for one in values]
        lines.append("")
    return marked("\n".join(lines) + "\n")


def _lines(text: str) -> Iterator[str]:
    """Lines without the breaks inside hexadecimal values and inside strings."""
    parts: list[str] = []
    string = False
    for line in text.split("\n"):
        # A heading ends a string that was never closed: one damaged value costs no other key.
        if parts and line.startswith("[HKEY_"):
            yield "".join(parts)
            parts, string = [], False
        if string:
            parts += ["\n", line]
            string = not _open(line)
        else:
            parts.append(line.strip().removesuffix("\\"))
            if line.rstrip().endswith("\\") and (len(parts) > 1 or "=hex" in line):
                continue
            string = len(parts) == 1 and line.lstrip()[:1] in {'"', "@"} and _open(line)
        if not string:
            yield "".join(parts)
            parts = []
    yield "".join(parts)


def _open(line: str) -> bool:
    """A string that goes on in the next line: an odd number of quotes that nothing escapes."""
    return re.sub(r"\\.", "", line, flags=re.DOTALL).count('"') % 2 == 1


def _value(line: str, *, old: bool) -> tuple[str, Value] | None:
    name = STRING.match(line)
    if name:
        called, rest = _unescaped(name[1]), line[name.end() :].lstrip()
    elif line.startswith("@"):
        called, rest = "", line[1:].lstrip()
    else:
        return None
    if not rest.startswith("="):
        return None
    value = _data(rest[1:].strip(), old=old)
    return None if value is None else (called, value)


def _data(text: str, *, old: bool) -> Value | None:
    if string := STRING.fullmatch(text):
        return _unescaped(string[1])
    if number := DWORD.fullmatch(text):
        return int(number[1], 16)
    if found := HEX.fullmatch(text):
        return _typed(int(found[1] or "3", 16), _octets(found[2]), old=old)
    return None


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(",", " ").replace("\\", " "))
    except ValueError:
        return b""


def _typed(kind: int, raw: bytes, *, old: bool) -> Value:
    wide = "utf-8" if old else "utf-16-le"  # regedit 4 wrote the bytes of the PC's own code page
    if kind in {REG_SZ, REG_EXPAND_SZ}:
        return raw.decode(wide, "replace").partition("\0")[0]
    if kind == REG_MULTI_SZ:
        return tuple(part for part in raw.decode(wide, "replace").split("\0") if part)
    if kind == REG_DWORD and len(raw) == 4:
        return int(struct.unpack("<I", raw)[0])
    if kind == REG_BIG_DWORD and len(raw) == 4:
        return int(struct.unpack(">I", raw)[0])
    if kind == REG_QWORD and len(raw) == 8:
        return int(struct.unpack("<Q", raw)[0])
    return raw


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _told(value: Value) -> str:
    if isinstance(value, str):
        plain = not re.search(r"[\x00-\x1f]", value)
        return _quoted(value) if plain else f"hex(1):{_hex(_wide(value))}"
    if isinstance(value, int):
        small = 0 <= value < 1 << 32
        return f"dword:{value:08x}" if small else f"hex(b):{_hex(struct.pack('<Q', value))}"
    if isinstance(value, tuple):
        return f"hex(7):{_hex(b''.join(_wide(part) for part in value) + bytes(2))}"
    return f"hex:{_hex(value)}"


def _wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def _hex(raw: bytes) -> str:
    return raw.hex(",")
