"""Security updates by apt's own lists: what waits, and what cannot be told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agent.checks.updates import updates
from agent.host.reader import Reader
from agent.host.recorded import opened
from agent.parse.debian_versions import key
from tests.agent.machines import NOON

LISTS = "files/var/lib/apt/lists"
MIRROR = "deb.example_dists_bookworm-security"
HEAD = "Suite: stable-security\nCodename: bookworm-security\nDate: Sun, 22 Nov 2026 06:00:00 UTC\n"
OFFERED = "Package: openssl\nArchitecture: amd64\nVersion: 3.0.15-1~deb12u2\n"
PRESENT = "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\n"


def _verdict(folder: Path, *, lists: dict[str, str], status: str, head: str = HEAD) -> str:
    rows = "".join(
        f" {hashlib.sha256(text.encode()).hexdigest()} {len(text)} {name.replace('_', '/')}\n"
        for name, text in lists.items()
    )
    files = {f"{LISTS}/{MIRROR}_{name}": text for name, text in lists.items()}
    files[f"{LISTS}/{MIRROR}_InRelease"] = f"{head}SHA256:\n{rows}-----BEGIN PGP SIGNATURE-----\n"
    files["files/var/lib/dpkg/status"] = status
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return _judged(folder)


def _judged(folder: Path) -> str:
    found = updates(Reader(opened(folder, NOON)))
    return f"{found.verdict}: {found.observed or found.reason}"


PACKAGES = "main_binary-amd64_Packages"


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("3.0.15-1~deb12u1", "fail: 1 security updates are waiting"),
        ("3.0.15-1~deb12u2", "pass: 0 security updates are waiting"),
        ("1:3.0.1-1", "pass: 0 security updates are waiting"),
        ("", "unknown: a line cannot be read"),
    ],
)
def test_an_update_waits_where_a_newer_version_is_offered(
    tmp_path: Path, version: str, told: str
) -> None:
    status = PRESENT.format(version)
    assert _verdict(tmp_path, lists={PACKAGES: OFFERED}, status=status) == told


def test_a_package_of_another_architecture_is_another_package(tmp_path: Path) -> None:
    offered = OFFERED.replace("amd64", "i386")
    status = PRESENT.format("3.0.15-1~deb12u1")
    told = _verdict(tmp_path, lists={PACKAGES: offered}, status=status)
    assert told.startswith("pass")


def test_what_was_removed_and_left_its_settings_needs_no_update(tmp_path: Path) -> None:
    removed = PRESENT.format("1.0").replace("install ok installed", "deinstall ok config-files")
    status = f"{removed}\n{PRESENT.format('9').replace('openssl', 'other')}"
    assert _verdict(tmp_path, lists={PACKAGES: OFFERED}, status=status).startswith("pass")


def test_a_list_that_is_not_whole_is_no_list(tmp_path: Path) -> None:
    status = PRESENT.format("3.0.15-1~deb12u2")
    assert _verdict(tmp_path, lists={PACKAGES: OFFERED}, status=status).startswith("pass")
    path = tmp_path / LISTS / f"{MIRROR}_{PACKAGES}"
    path.write_text(OFFERED[:-3])
    assert _judged(tmp_path).startswith("unknown: not the list that its release names")
    path.unlink()
    assert _judged(tmp_path).startswith("unknown: a list of security updates")


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("Suite: stable\nDate: Sun, 22 Nov 2026 06:00:00 UTC\n", "none of the package lists"),
        (HEAD.replace("22 Nov", "10 Oct"), "the package lists are of 2026-10-10"),
        (HEAD.replace("2026", "2099"), "the lists carry no date"),
    ],
)
def test_without_a_fresh_list_of_security_nothing_passes(
    tmp_path: Path, head: str, reason: str
) -> None:
    status = PRESENT.format("3.0.15-1~deb12u2")
    told = _verdict(tmp_path, lists={PACKAGES: OFFERED}, status=status, head=head)
    assert told.startswith(f"unknown: {reason}")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        # As `dpkg --compare-versions` says of each.
        ("1.0~rc1", "1.0"),
        ("1.0~~", "1.0~"),
        ("0~", "0"),
        ("0~93b", "0-a"),
        ("1.0", "1.0.0"),
        ("1.0", "1.0-1"),
        ("1.0-1", "1.0-1+b1"),
        ("1.0-1~deb12u1", "1.0-1"),
        ("1.9", "1.10"),
        ("9", "1:1"),
        ("1.0a", "1.0+"),
        ("2.31-0ubuntu9.9", "2.31-0ubuntu9.17"),
        ("1-2-3", "1-3-1"),
    ],
)
def test_versions_are_ordered_as_dpkg_orders_them(older: str, newer: str) -> None:
    before, after = key(older), key(newer)
    assert before is not None
    assert after is not None
    assert before < after


def test_nothing_and_zero_are_the_same_version() -> None:
    assert key("1.0") == key("0:1.0-0") == key("1.0-") == key("01.00")


@pytest.mark.parametrize("text", ["", "-1", "nan", "1" * 300, "1.0 2", "1:x", "x1"])
def test_what_dpkg_would_not_take_is_no_version(text: str) -> None:
    assert key(text) is None
