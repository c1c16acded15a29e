#!/usr/bin/env python3
"""Checks evidence of wardwatch offline and names what was changed: `python3 -I verify.py FILE…`.

Kiểm tra hồ sơ chứng cứ của wardwatch, không cần mạng và không cần cài đặt gì ngoài Python 3.

FILE is an archive (.zip) or a chained file (.jsonl). An archive ends in a comment that holds the
SHA-256 of every byte before it; MANIFEST.json holds the SHA-256 of each file; evidence.jsonl is
chained line by line. Exit code 0: whole; 1: changed, and what is named; 2: can't be checked.
The standard library alone: whoever doubts it can read it.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

BEGINNING = "0" * 64
MARK = b"sha256:"
COMMENT_BYTES = len(MARK) + 64
MANIFEST, CHAIN = "MANIFEST.json", "evidence.jsonl"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # of which NotImplementedError is one: a method of packing that nobody used
    KeyError,
)
"""What `zipfile` raises on bytes that were changed."""
MEMBERS = ("kind", "row", "previous", "hash")


class Checked(NamedTuple):
    """What a check found. Keep `head` elsewhere: a whole chain can be made anew."""

    rows: int
    head: str
    problem: str | None = None
    """The first thing that does not fit, in words; None: everything does."""


def check(content: bytes) -> Checked:
    """An archive or a chained file, by its first bytes."""
    # A changed first byte must not turn an archive into a mere broken line: its end tells as well.
    archive = content.startswith(b"PK") or content[-COMMENT_BYTES:].startswith(MARK)
    return archive_checked(content) if archive else chain_checked(content)


def archive_checked(content: bytes) -> Checked:
    """The seal over all bytes, then what each file tells: which one was changed."""
    problem, files = _opened(content)
    sealed = _sealed(content)
    chain = Checked(0, BEGINNING)
    if problem is None:
        problem = _against_manifest(files)
    if CHAIN in files:
        chain = chain_checked(files[CHAIN])
        if problem is None and chain.problem:
            problem = f"{CHAIN}: {chain.problem}"
        problem = problem or _raw_readings(files)
    if problem is None and not sealed:
        problem = (
            "the archive's own structure was changed (its seal does not fit), its files were not"
        )
    return Checked(chain.rows, chain.head, problem)


def _sealed(content: bytes) -> bool:
    comment = content[-COMMENT_BYTES:]
    digest = hashlib.sha256(content[:-COMMENT_BYTES]).hexdigest()
    return comment == MARK + digest.encode()


def _opened(content: bytes) -> tuple[str | None, dict[str, bytes]]:
    files: dict[str, bytes] = {}
    problem = None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                try:
                    files[name] = archive.read(name)
                except BROKEN as error:
                    problem = (
                        problem or f"{name}: can't be unpacked, its bytes were changed ({error})"
                    )
    except BROKEN as error:
        problem = f"the archive's own structure was changed: {error}"
    return problem, files


def _against_manifest(files: dict[str, bytes]) -> str | None:
    try:
        listed: dict[str, str] = dict(json.loads(files[MANIFEST])["files"])
    except (KeyError, ValueError, TypeError):
        return f"{MANIFEST}: is missing or was changed"
    for name in sorted(files.keys() - {MANIFEST}):
        if name not in listed:
            return f"{name}: is not in the manifest"
    for name, digest in sorted(listed.items()):
        if name not in files:
            return f"{name}: is missing"
        if hashlib.sha256(files[name]).hexdigest() != digest:
            return f"{name}: was changed"
    return None


def _raw_readings(files: dict[str, bytes]) -> str | None:
    """Each raw reading is byte for byte the one that the chain holds."""
    for raw in files[CHAIN].splitlines():
        line = _object(raw)
        if line.get("kind") != "report":
            continue
        row = _object(str(line.get("row")).encode())
        name = f"readings/{row.get('id')}.json"
        if files.get(name) != str(row.get("body")).encode():
            return f"{name}: is not the reading that the chain holds"
    return None


def chain_checked(content: bytes) -> Checked:
    """Walk the chain and name the first line that was changed, dropped or slipped in."""
    previous, count, ended = BEGINNING, 0, False
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, raw in enumerate(lines, 1):
        problem, line = _line_checked(number, raw, previous)
        if ended:
            problem = f"line {number}: stands after the end of the file"
        if problem is None and line["kind"] == "end":
            ended = True
            told = _object(line["row"].encode()).get("rows")
            problem = None if told == count else f"line {number}: tells of {told} rows, not {count}"
        if problem is not None:
            return Checked(count, previous, problem)
        previous, count = line["hash"], count + (not ended)
    if not ended:
        return Checked(count, previous, f"the end is missing after line {count}")
    if not content.endswith(b"\n"):
        return Checked(count, previous, f"line {count + 1}: its last byte was changed")
    return Checked(count, previous)


def _line_checked(number: int, raw: bytes, previous: str) -> tuple[str | None, dict[str, str]]:
    line = _object(raw)
    if tuple(line) != MEMBERS or not all(isinstance(value, str) for value in line.values()):
        return f"line {number}: not a row of evidence", {}
    where = f"line {number} ({line['kind']})"
    if line["previous"] != previous:
        return f"{where}: not chained to the line before it", line
    if line["hash"] != chain_hash(previous, line["kind"], line["row"]):
        return f"{where}: was changed", line
    if line["kind"] == "report":
        row = _object(line["row"].encode())
        digest = hashlib.sha256(str(row.get("body")).encode("utf-8", "replace")).hexdigest()
        if digest != row.get("sha256"):
            return f"{where}: the body does not have the hash it came with", line
    # The hash covers what the line says; that no byte of how it is written was touched is this.
    if json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() != raw:
        return f"{where}: was changed", line
    return None, line


def chain_hash(previous: str, kind: str, text: str) -> str:
    """SHA-256 of the line before, the kind and the row's own bytes."""
    return hashlib.sha256(f"{previous}\n{kind}\n{text}".encode("utf-8", "replace")).hexdigest()


def _object(raw: bytes) -> dict[str, Any]:
    """The members of a JSON object; none where it is no object, so that nothing in it fits."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def main(paths: list[str]) -> int:
    """Check each file and say what was found, one line each."""
    if not paths:
        sys.stderr.write(f"usage: python3 -I {Path(sys.argv[0]).name} FILE…\n")
        return 2
    code = 0
    for path in paths:
        try:
            found = check(Path(path).read_bytes())
        except OSError as error:
            sys.stderr.write(f"{path}: can't be read: {error.strerror}\n")
            code = 2
            continue
        code = max(code, 1 if found.problem else 0)
        whole = f"is whole / nguyên vẹn: {found.rows} rows, head {found.head}"
        said = f"CHANGED / ĐÃ BỊ SỬA: {found.problem}" if found.problem else whole
        sys.stdout.buffer.write(f"{path}: {said}\n".encode("utf-8", "replace"))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
