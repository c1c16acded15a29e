"""The example office: it can be used as it stands, and it explains every key."""

from __future__ import annotations

from pathlib import Path

from collector.inventory import schema
from collector.inventory.read import load


def test_the_example_office_has_what_the_first_run_needs(example_inventory_path: Path) -> None:
    office = load(example_inventory_path)
    assert (len(office.people), len(office.departments)) == (12, 4)
    assert (len(office.machines), len(office.lines), len(office.backups)) == (10, 2, 3)
    kinds = sorted(device.kind for device in office.devices)
    assert kinds == ["printer", "printer", "router", "switch", "ups"]
    (collector,) = (machine for machine in office.machines if machine.collector)
    assert collector.id == "may-chu"
    assert collector.always_on
    assert office.profile(collector.profile).display is False


def test_three_officials_of_the_example_have_no_machine(example_inventory_path: Path) -> None:
    office = load(example_inventory_path)
    equipped = {machine.person for machine in office.machines}
    missing = {person.id for person in office.people} - equipped
    assert missing == {"lao-dong", "dia-chinh", "giam-doc-mot-cua"}


def test_a_machine_that_is_not_declared_is_none(example_inventory_path: Path) -> None:
    assert load(example_inventory_path).machine("may-da-thanh-ly") is None


def test_the_example_names_no_person(example_inventory_path: Path) -> None:
    office = load(example_inventory_path)
    assert {person.name for person in office.people} == {None}
    assert office.contacts.it_officer.name is None
    assert office.contacts.police.name is None


def test_every_key_stands_in_the_example(example_inventory_path: Path) -> None:
    text = example_inventory_path.read_text("utf-8")
    written = {key.path.rsplit(".", 1)[-1] for key in schema.every_key()}
    assert [key for key in sorted(written) if f"{key}:" not in text] == []


def test_the_comments_show_the_defaults_of_the_rules(example_inventory_path: Path) -> None:
    office = load(example_inventory_path)
    assert office.rules == type(office.rules)()


def test_the_first_line_leads_editors_to_the_schema(example_inventory_path: Path) -> None:
    first = example_inventory_path.read_text("utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (example_inventory_path.parent / named).read_text("utf-8") == schema.text()
