"""What the documentation names is there: files, headings, commands with their options, and labels."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from console.__main__ import cli

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PACKAGES = frozenset({"agent", "alerts", "backup", "collector", "console"})
HANDBOOK = DOCS / "so-tay.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`(wardwatch [^`]+)`|^ {4}(wardwatch .+)$", re.MULTILINE)
LABEL = re.compile(r"\*\*“([^”]+)”\*\*")
WORD = re.compile(r"[a-z][a-z0-9-]*")
OTHER_WORDS = {
    "wardwatch agent": "the name of a certificate",
    "wardwatch key": "a field of a file",
    "wardwatch is already running on …": "what it says",
}
NO_OPTION = re.compile(r"[\[\]().,;]")


def anchors(page: Path) -> set[str]:
    """The headings of a page as links spell them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", head).strip().lower().replace(" ", "-") for head in heads}


def place_of(page: Path, link: str) -> Path:
    """Where a link leads: to a module of ours wherever it is installed, else to a file beside."""
    package, _, rest = link.removeprefix("../").partition("/")
    spec = find_spec(package) if package in PACKAGES else None
    return Path(spec.origin).parent / rest if spec and spec.origin else page.parent / link


def dead(page: Path) -> Iterator[str]:
    for link in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = place_of(page, path) if path else page
        if "://" in link:
            continue
        if not target.exists():
            yield link
            continue
        if anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield link


def wrong(line: str) -> str | None:
    """The first word of a command line that `wardwatch` would not know."""
    words = NO_OPTION.sub(" ", line.replace("\\|", "|")).split()[1:]
    told: list[click.Command] = [cli]
    for word in words:
        context = click.Context(told[0])
        if word.startswith("-"):
            known = {name for one in told[0].get_params(context) for name in one.opts}
            if word.partition("=")[0] not in known:
                return word
        elif isinstance(told[0], click.Group) and WORD.fullmatch(word.split("|")[0]):
            found = [told[0].get_command(context, one) for one in word.split("|")]
            if None in found:
                return word
            told = [one for one in found if one is not None]
        elif not isinstance(told[0], click.Group):
            continue
    return None


def labels() -> set[str]:
    """Every text of the Vietnamese catalogues that a screen shows as it is."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from texts(one)

    catalogues = [
        tomllib.loads((files(package) / "messages" / "vi.toml").read_text("utf-8"))
        for package in ("console", "alerts")
    ]
    return {one for catalogue in catalogues for one in texts(catalogue)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert list(dead(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_is_one_that_the_program_knows(page: Path) -> None:
    lines = [one or other for one, other in CODE.findall(page.read_text("utf-8"))]
    commands = [line for line in lines if line not in OTHER_WORDS]
    assert {line: word for line in commands if (word := wrong(line))} == {}


def test_every_label_of_the_handbook_stands_on_a_screen() -> None:
    told = LABEL.findall(HANDBOOK.read_text("utf-8"))
    assert len(told) > 50
    assert [one for one in told if one not in labels()] == []


def test_the_checks_see_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Một mục\n[a](#một-mục) [b](#hai) [c](khong-co.md)", "utf-8")
    assert list(dead(page)) == ["#hai", "khong-co.md"]
    assert wrong("wardwatch incident take\\|handle ID --reason X") is None
    assert wrong("wardwatch incident forget ID") == "forget"
    assert wrong("wardwatch incident take ID --quietly") == "--quietly"
