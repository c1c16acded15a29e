"""Whatever becomes of the file, the answer is an office or a list of problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.inventory.read import InventoryError, Problem, parse

SMALL = """\
version: 1
site: {id: a, name: A, parent: B, address: C, phone: "1", email: a@b.example, system_name: S}
contacts: {it_officer: {post: P}, police: {post: Q}}
departments: [{id: d, name: D}]
people: [{id: p, post: P, department: d}]
profiles: [{id: f, name: F, decision: D, memory_gib: 8}]
machines: [{id: m, profile: f, room: R, person: p, collector: true, bought: 2024-03-15}]
devices: [{id: v, kind: ups, name: V, address: 192.168.10.3}]
lines:
  - {id: l, name: L, provider: V, down_mbit_per_second: 1, up_mbit_per_second: 1,
     targets: [1.1.1.1:443, 8.8.8.8:443]}
repositories: [{id: r, path: r, password_file: w}]
backups: [{id: b, name: B, machine: m, repository: r, paths: [x], schedule: "0 * * * *"}]
documents: {place: Hoa Mai}
"""

PIECES = st.one_of(
    st.sampled_from(
        [
            *":-[]{},\"'#&*!|>%@?~\t\n \\",
            "- ",
            ": ",
            "<<: *a",
            "&a ",
            "*a",
            "!!int ",
            "---\n",
            "null",
            *(
                "true",
                "1e999",
                "-0",
                ".nan",
                "2027-02-30",
                "0x1f",
                "\ufeff",
                "\u2028",
                "\x85",
                "\x00",
            ),
        ]
    ),
    st.text(max_size=8),
    st.integers().map(str),
    st.floats().map(str),
)


def _told(content: bytes) -> None:
    """The office, or problems that each stand on a line of the file."""
    lines = len(content.decode(errors="replace").splitlines()) + 1
    for problem in _problems(content):
        assert 1 <= problem.line <= lines
        assert str(problem).isprintable()


def _problems(content: bytes) -> tuple[Problem, ...]:
    try:
        parse(content)
    except InventoryError as error:
        return error.problems or (Problem(0, "", "refused without a reason"),)
    return ()


def test_the_small_office_is_right() -> None:
    assert parse(SMALL.encode()).version == 1


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_piece_written_anywhere_gives_an_office_or_its_problems(data: st.DataObject) -> None:
    text = SMALL
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 20)))
        text = text[:begin] + data.draw(PIECES) + text[end:]
    _told(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(SMALL.replace("{", "\n").replace(",", "\n").splitlines()), max_size=40)
)
def test_the_lines_of_a_file_in_any_order_give_an_office_or_its_problems(lines: list[str]) -> None:
    _told("\n".join(lines).encode())


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    ),
    st.sampled_from(SMALL.split()),
)
def test_a_value_of_any_type_gives_an_office_or_its_problems(value: object, place: str) -> None:
    _told(SMALL.replace(place, f"{place} {value!r}", 1).encode("utf-8", "surrogatepass"))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_the_example_with_a_stretch_taken_out_gives_an_office_or_its_problems(
    example_inventory_path: Path, data: st.DataObject
) -> None:
    text = example_inventory_path.read_text("utf-8")
    begin = data.draw(st.integers(0, len(text)))
    _told((text[:begin] + text[begin + data.draw(st.integers(1, 200)) :]).encode())


@pytest.mark.parametrize("key", ["first", "last"])
def test_a_day_of_any_digits_is_a_day_or_a_problem(key: str) -> None:
    for day in ("0000-00-00", "2027-13-01", "2027-1-1", "20270101", "2027-W01-1", "-1", "1e3"):
        days = {"first": "2027-01-01", "last": "2027-01-02", key: day}
        holiday = f"{{first: {days['first']}, last: {days['last']}, name: T}}"
        with pytest.raises(InventoryError, match=rf"site\.holidays\[0\]\.{key}: "):
            parse(SMALL.replace("{id: a, ", f"{{id: a, holidays: [{holiday}], ", 1).encode())
