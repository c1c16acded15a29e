"""What each field of a text, a JSON document or a table of bytes is, and how it can be wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

Damage = Callable[[Any], Any]
Path = tuple[str | int, ...]

NOISE = "\N{REPLACEMENT CHARACTER}garbage\x01"
WORDS = ("", NOISE, "-1", "9" * 30, "Không", "nan", "2099-12-31", "20991231")
"""What a word is turned into: nothing, noise, less than nothing, more than can be, another
language's word, a number that is none, a day to come."""
LEAVES: tuple[Any, ...] = (
    *(None, "", NOISE, -1, 10**30, 1e308, [], {}, [[]] * 3, "2099-12-31T00:00:00Z"),
)
"""What a value of JSON is turned into; also true where it was a number, and its absence."""
SHORT_LINES = 40
"""Of a text this short each line is damaged word by word, of a longer one each field's first and
last line is, and the others as a whole: a table says the same of each of its rows."""
SHORT_BYTES = 512
"""Of a table of bytes this short each byte is a field; a longer one is SMBIOS's, and has a form."""


def damages(found: bytes | str) -> Iterator[tuple[str, Damage]]:
    """Every field of a file or of a program's output."""
    if isinstance(found, bytes):
        text = _text(found)
        if text is None:
            yield from _octets(found)
            return
        yield from ((words, _of_bytes(damage)) for words, damage in _texts(text))
        return
    yield from _texts(found)


def leaves(found: Any) -> Iterator[tuple[str, Damage]]:
    """Every field of a document: gone, and turned into what it is not."""
    for path in _paths(found, ()):
        yield f"{_named(path)} gone", partial(_without, path)
        for value in LEAVES:
            yield f"{_named(path)}={value!r:.40}", partial(_with, path, value)
        if not isinstance(_at(found, path), bool):
            yield f"{_named(path)}=true", partial(_with, path, True)


def _text(found: bytes) -> str | None:
    try:
        text = found.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _of_bytes(damage: Damage) -> Damage:
    return lambda found: str(damage(found.decode("utf-8"))).encode("utf-8", "surrogatepass")


def _texts(text: str) -> Iterator[tuple[str, Damage]]:
    document = _document(text)
    if isinstance(document, dict | list):
        for words, damage in leaves(document):
            yield words, partial(_in_document, damage)
    else:
        yield from _lines(text)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _in_document(damage: Damage, text: str) -> str:
    return json.dumps(damage(json.loads(text)))


def _lines(text: str) -> Iterator[tuple[str, Damage]]:
    lines = text.splitlines()
    same, fields = _ends(lines), _ends([_label(line) for line in lines])
    long = len(lines) > SHORT_LINES
    for number, line in enumerate(lines):
        # /proc/cpuinfo says the same of each of its processors.
        if not line.strip() or number not in same[line]:
            continue
        yield f"line {number}: noise", partial(_line, number, NOISE)
        if long and number not in fields[_label(line)]:
            continue
        for found in re.finditer(r"(?<=[:=] ).+" if LABEL.match(line) and long else WORD, line):
            for word in WORDS:
                changed = line[: found.start()] + word + line[found.end() :]
                yield f"line {number}: {changed!r:.60}", partial(_line, number, changed)


WORD = r"[^\s:=,;|()]+"
LABEL = re.compile(r"\s*([A-Za-z][\w ()-]*?)\s*[:=] ")


def _label(line: str) -> str:
    """What a line is about: `Serial Number` of `Serial Number: 1`, else its first word."""
    labelled = LABEL.match(line)
    return re.sub(r"\d+", "0", labelled[1] if labelled else (line.split() or [""])[0])


def _ends(names: list[str]) -> dict[str, set[int]]:
    """The first and the last place of each name."""
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    last = {name: place for place, name in enumerate(names)}
    return {name: {first[name], last[name]} for name in first}


def _line(number: int, line: str, text: str) -> str:
    lines = text.splitlines(keepends=True)
    end = "\n" if lines[number].endswith("\n") else ""
    return "".join((*lines[:number], line + end, *lines[number + 1 :]))


def _octets(found: bytes) -> Iterator[tuple[str, Damage]]:
    for place in range(len(found)) if len(found) <= SHORT_BYTES else _of_structures(found):
        for byte in {0x00, 0xFF, found[place] ^ 0x01} - {found[place]}:
            yield f"byte {place}={byte:#04x}", partial(_octet, place, byte)


def _of_structures(found: bytes) -> Iterator[int]:
    """Each byte of each structure's fields, and the first of each of its texts (SMBIOS 3.7, 6.1)."""
    start = 0
    while start + 4 <= len(found) and found[start + 1] >= 4:
        texts = start + found[start + 1]
        end = found.find(b"\0\0", texts)
        end = len(found) if end < 0 else end + 2
        yield from range(start, min(texts, len(found)))
        yield from (at for at in range(texts, end) if at == texts or found[at - 1] == 0)
        start = end


def _octet(place: int, byte: int, found: bytes) -> bytes:
    return found[:place] + bytes((byte,)) + found[place + 1 :]


def _paths(found: Any, here: Path) -> Iterator[Path]:
    if here:
        yield here
    if isinstance(found, Mapping):
        yield from chain.from_iterable(_paths(one, (*here, name)) for name, one in found.items())
    elif isinstance(found, list | tuple):
        yield from chain.from_iterable(_paths(one, (*here, i)) for i, one in enumerate(found))


def _named(path: Path) -> str:
    return ".".join(map(str, path))


def _at(found: Any, path: Path) -> Any:
    for part in path:
        found = found[part]
    return found


def _without(path: Path, found: Any) -> Any:
    name, rest = path[0], path[1:]
    if isinstance(found, Mapping):
        kept = {key: one for key, one in found.items() if key != name or rest}
        return {**kept, name: _without(rest, found[name])} if rest else kept
    place = int(name)
    middle = [_without(rest, found[place])] if rest else []
    return [*found[:place], *middle, *found[place + 1 :]]


def _with(path: Path, value: Any, found: Any) -> Any:
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(found, Mapping):
        return {**found, name: _with(rest, value, found[name])}
    place = int(name)
    return [*found[:place], _with(rest, value, found[place]), *found[place + 1 :]]
