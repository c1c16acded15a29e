"""Every mistake of content in an office's file is named, with line, path and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.inventory.read import InventoryError, Problem, load, parse

TEN = (
    (
        "person: chu-tich",
        "persn: chu-tich",
        "machines[1].persn: unknown key (did you mean person?)",
    ),
    (
        "memory_gib: 8",
        "memory_gib: 8 GiB",
        "profiles[0].memory_gib: expected a number, got text (digits alone: no unit, no quotes)",
    ),
    (
        "id: van-ban",
        "id: Văn bản",
        "backups[1].id: is not an id: only a-z, 0-9 and hyphens, 63 at most (write van-ban)",
    ),
    (
        "bought: 2024-03-15\n  -",
        "bought: 15/3/2024\n  -",
        "machines[1].bought: is not a date (write year-month-day, as 2027-01-31)",
    ),
    (
        "1.1.1.1:443",
        "1.1.1.1:99999",
        "lines[0].targets[1]: port 99999 is out of range (1 to 65535)",
    ),
    (
        '"15 16 * * 1-5"',
        '"15 16 30 2 *"',
        "backups[1].schedule: is an impossible schedule: bad day-of-month "
        "(the fields: minute hour day month weekday)",
    ),
    (
        "{id: tiep-nhan, post: Công chức tiếp nhận hồ sơ, ",
        "{id: tiep-nhan, ",
        "people[10].post: is missing (Title of the post)",
    ),
    (
        "kind: ups",
        "kind: usp",
        "devices[4].kind: is not one of the values (did you mean ups?)",
    ),
    (
        "person: ke-toan",
        "person: ke-toam",
        "machines[5].person: ke-toam is not declared (did you mean ke-toan?)",
    ),
    (
        "VIDU-0009",
        "vidu-0008",
        "machines[9].serial: vidu-0008 is already the serial of machines[8] (give each its own)",
    ),
)
"""What is right in the example, what is written instead, and what is said of it."""


@pytest.fixture
def example(example_inventory_path: Path) -> str:
    return example_inventory_path.read_text("utf-8")


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InventoryError) as caught:
        parse(text.encode())
    return caught.value.problems


def _spoiled(text: str, right: str, wrong: str) -> str:
    assert right in text
    return text.replace(right, wrong, 1)


def test_ten_mistakes_in_one_file_are_all_named_by_line(example: str) -> None:
    text = example
    expected = []
    for right, wrong, said in TEN:
        line = example[: example.index(right)].count("\n") + 1
        expected.append((line, f"inventory.yaml:{line}: {said}"))
        text = _spoiled(text, right, wrong)
    problems = _problems(text)
    assert [str(problem) for problem in problems] == [said for _, said in sorted(expected)]
    assert all(problem.hint and problem.path for problem in problems)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("version: 1\n", "version: 2\n", "version: is not one of the values (one of 1)"),
        ("id: hoa-mai", "id: 2026", "site.id: expected text, got a number (put it in quotes)"),
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "site.timezone: is not a time zone"),
        ("system_level: 2", "system_level: 9", "system_level: is out of range: at most 5"),
        ("system_level: 2", "system_level: 2.5", "expected a whole number, got a number"),
        ("email: ubnd@phuonghoamai.example", "email: ubnd", "site.email: is not an e-mail address"),
        ("monday: [07:30-11:30,", "monday: [07:30-14:00,", "07:30-14:00 and 13:30-17:00 overlap"),
        ("monday: [07:30-11:30,", "monday: [11:30-07:30,", "monday[0]: ends before it begins"),
        ("monday: [07:30-11:30,", "monday: [07:30-25:30,", "monday[0]: holds an hour after 23:59"),
        ("monday: [07:30-11:30,", "monday: [sáng,", "monday[0]: is not a span of hours"),
        ("last: 2027-02-11", "last: 2027-02-01", "site.holidays[1]: ends before it begins"),
        ("last: 2027-02-11", "last: 2027-02-30", "site.holidays[1].last: is not a date"),
        ("last: 2027-02-11", "last: 20270211", "last: expected a date, got a number"),
        ("last: 2027-02-11", "last: 9999-12-31", "site.holidays[1].last: is not a date"),
        ("specialist: true}", "specialist: có}", "specialist: expected true or false, got text"),
        ("ssd: true", "ssd: 1", "ssd: expected true or false, got a number"),
        ("memory_gib: 8", "memory_gib: true", "memory_gib: expected a number, got true"),
        ("memory_gib: 8", "memory_gib: 0", "memory_gib: is out of range: more than 0 is needed"),
        ("cpu_cores: 4", "cpu_cores:", "cpu_cores: expected a whole number, got nothing"),
        ("room: Phòng kỹ thuật", 'room: ""', "machines[0].room: is empty"),
        ("room: Phòng kỹ thuật", f"room: {'x' * 301}", "room: is too long: at most 300 letters"),
        ("room: Phòng kỹ thuật", 'room: "a\\tb"', "room: holds a tab, line break or control"),
        ("room: Phòng kỹ thuật", "room: [a]", "room: expected text, got a list"),
        ("keep: {daily: 14,", "keep: {dayly: 14,", "keep.dayly: unknown key (did you mean daily?)"),
        (
            "keep: {daily: 14,",
            "keep: {n: 14,",
            "keep.n: unknown key (known: daily, weekly, monthly)",
        ),
        ("agent-silent:", "agent_silence:", "rules.agent_silence: unknown key"),
        ("paths: [tai-lieu-mau]", "paths: tai-lieu-mau", "backups[0].paths: expected a list"),
        ("paths: [tai-lieu-mau]", "paths: []", "backups[0].paths: needs at least 1, has 0"),
        ("paths: [tai-lieu-mau]", "paths: [../../etc]", "paths[0]: leads out of its folder by .."),
        ("path: repositories/", "path: rest:http://u:p@h/", "path: holds a password"),
        ("192.168.10.21", "192.168.10.300", "devices[0].address: is not an IP address or host"),
        ("1.1.1.1:443", "1.1.1.1", "lines[0].targets[1]: is not an address with a port"),
        ("1.1.1.1:443", "máy-chủ:443", "lines[0].targets[1]: is not an IP address or host name"),
        ('"0 * * * *"', '"0 * * *"', "backups[0].schedule: is not a schedule: five fields"),
        (
            '"0 * * * *"',
            '"61 * * * *"',
            "backups[0].schedule: is an impossible schedule: bad minute",
        ),
        ("snmp: {version", "snmp: {verzion", "snmp.verzion: unknown key (did you mean version?)"),
        ('snmp: {version: "2c"', "snmp: {version: 3", "snmp.version: is not one of the values"),
        ("      user: wardwatch\n", "", "devices[2].snmp: version 3 needs user and auth_file"),
        (", community_file: secrets/snmp-community", "", "snmp: version 2c needs community_file"),
        # What the parts say of each other.
        (
            "id: pho-chu-tich",
            "id: chu-tich",
            "people[1].id: chu-tich is already the id of people[0]",
        ),
        ("id: may-in-mot-cua", "id: pc-cntt", "pc-cntt is already the id of machines[4]"),
        ("192.168.10.22", "192.168.10.21", "192.168.10.21 is already the address of devices[0]"),
        (
            "profile: may-chu-nho",
            "profile: may-chu",
            "may-chu is not declared (did you mean may-chu-",
        ),
        (
            "department: mot-cua}\n  - {id: tiep",
            "department: x}\n  - {id: tiep",
            "x is not declared",
        ),
        ("repository: kho-chinh", "repository: kho", "backups[0].repository: kho is not declared"),
        ("machine: pc-mot-cua-1", "machine: may-in-mot-cua", "may-in-mot-cua is not declared"),
        (
            "    serial: VIDU-0001",
            "    collector: true",
            "machines[1].collector: a second collector; the first is machines[0]",
        ),
        ("['D:\\VanBan']", "[VanBan]", "backups[1].paths[0]: a relative path, and the machine is"),
        ("rpo_hours: 74", "rpo_hours: 26", "pauses for 72 h, longer than rpo_hours (26)"),
    ],
)
def test_a_mistake_is_named(example: str, right: str, wrong: str, said: str) -> None:
    spoiled = _spoiled(example, right, wrong)
    line = example[: example.index(right)].count("\n") + 1
    problems = _problems(spoiled)
    about = [problem for problem in problems if said in str(problem)]
    assert about, problems
    assert any(abs(problem.line - line) <= 6 for problem in about)
    assert all(problem.hint for problem in problems)


def test_a_secret_in_an_unknown_key_is_not_repeated(example: str) -> None:
    text = _spoiled(
        example, 'snmp: {version: "2c",', 'snmp: {version: "2c", password: s3cret-word,'
    )
    (problem,) = _problems(text)
    assert problem.path == "devices[0].snmp.password"
    assert "s3cret-word" not in str(problem)


def test_a_value_from_the_file_cannot_write_to_the_terminal(example: str) -> None:
    text = _spoiled(example, "person: chu-tich", r'person: "\e[2Jx\ny"')
    told = [str(problem) for problem in _problems(text)]
    assert all(line.isprintable() for line in told)


def test_two_machines_of_one_person_are_no_mistake(example: str) -> None:
    office = parse(_spoiled(example, "person: tiep-nhan", "person: ho-tich").encode())
    assert sum(machine.person == "ho-tich" for machine in office.machines) == 2


def test_a_file_full_of_mistakes_is_told_in_bounded_words(example: str) -> None:
    people = "".join(f"  - {{id: p{n}, psot: x, department: y}}\n" for n in range(1000))
    problems = _problems(_spoiled(example, "people:\n", f"people:\n{people}"))
    assert len(problems) == 201
    assert problems[-1].message == "has more problems"


def test_the_problems_name_the_file_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "phuong.yaml"
    path.write_text("version: 1\n", "utf-8")
    with pytest.raises(InventoryError, match=r"phuong\.yaml:1: site: is missing"):
        load(path)


def test_a_file_that_cannot_be_opened_is_one_clear_problem(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="cannot be read: no such file or directory"):
        load(tmp_path / "none.yaml")
    with pytest.raises(InventoryError, match="cannot be read: is a directory"):
        load(tmp_path)
