"""Every error that a receipt or a proof can tell is there in Vietnamese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import backup
from agent.words import translated

FOLDER = Path(str(files(backup)))
MODULES = (
    *(
        "run",
        "restoring",
        "handover",
        "restic",
        "answers",
        "program",
        "witness",
        "drill",
        "whole",
        "sweep",
        "look",
        "prove",
        "passwords",
        "exact",
    ),
    *(f"proving/{name}" for name in ("prepare", "watch", "sweeping", "drilling", "whole", "check")),
    *(f"proving/{name}" for name in ("copy", "retain", "pruned", "selftest", "heal")),
    *(f"stores/{name}" for name in ("address", "rest", "sftp", "s3")),
)
NOT_SAID = frozenset(
    {
        "7: 7",
        "7/7: 7",
        "7 … 7",
        "restic 7 7",
        "restic 7 7; it said: 7",
        "already locked",
        "7 (7)",
        "-p 7",
        "-i '7'",
        "-s sftp",
    }
    | {"%Y-%m-%d %H:%M"}
)
"""What is told elsewhere, or only read."""


def _errors(tree: ast.AST) -> Iterator[str]:
    """Texts with a blank in them, with a 7 for each value; no docstrings and no patterns."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in passed or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        passed |= {id(part) for part in parts}
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        if " " in text.strip() and not re.search(r"[\\$]", text):
            yield text


@pytest.mark.parametrize("name", MODULES)
def test_no_error_of_a_backup_or_a_proof_lacks_its_translation(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
    found = set(_errors(tree)) - NOT_SAID
    assert {text for text in found if translated(text, "vi") == text} == set()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "restic backup failed: wrong password or no key found",
            "lệnh restic backup không chạy được: sai mật khẩu hoặc không có khóa",
        ),
        ("/kho/x: Permission denied", "/kho/x: không có quyền truy cập"),
        (
            "restic is not installed: install it (Debian and Ubuntu: apt install restic; Windows:"
            " restic.net) and try again",
            "chưa cài restic: hãy cài (Debian và Ubuntu: apt install restic; Windows: restic.net)"
            " rồi thử lại",
        ),
        (
            "restic check took longer than its time limit and was stopped",
            "lệnh restic check quá thời gian cho phép nên đã bị dừng",
        ),
        (
            "restic copy took longer than its time limit and was stopped; it said: unexpected EOF",
            "lệnh restic copy quá thời gian cho phép nên đã bị dừng; restic nói: unexpected EOF",
        ),
        (
            "restic backup failed: unable to create lock in backend: repository is already locked"
            " exclusively by PID 4242 on pc-9 by x",
            "lệnh restic backup không chạy được: kho đang bị khóa riêng bởi PID 4242 on pc-9 by x",
        ),
        (
            "nothing to back up: /a, /b does not exist",
            "không có gì để sao lưu: /a, /b không tồn tại",
        ),
    ],
)
def test_an_error_is_told_in_vietnamese(said: str, told: str) -> None:
    assert translated(said, "vi") == told
