"""Any bytes in, a value or a gap out: every parser of the agent, held against hostile input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agent import parse
from agent.parse import (
    account_files,
    apt_lists,
    clamav,
    cron,
    cups,
    debian_versions,
    dmidecode,
    edid,
    event_xml,
    evtx,
    journal,
    lines,
    linux_commands,
    locators,
    mdatp,
    module_makers,
    monitor_serials,
    network,
    packages,
    pci_ids,
    reg,
    repositories,
    smartctl,
    smbios,
    sshd,
    support,
    syslog,
    task_actions,
    texts,
    upower,
    windows_commands,
    wmi,
)
from agent.parse.placeholders import is_placeholder
from tests.agent.machines import NOON

BYTES: dict[str, Callable[[bytes], Any]] = {
    "evtx": evtx.log,
    "pci_ids": lambda data: pci_ids.names(data, [("8086", "9a49")]),
    "reg": lambda data: list(reg.keys(data)),
    "smbios": smbios.firmware,
    "task_actions": task_actions.actions,
    "texts": texts.decoded,
    "wmi": wmi.instances,
}
"""Parsers of bytes that never raise; `edid` says by its own error what is wrong."""
TEXTS: dict[str, Callable[[str], Any]] = {
    "account_files": lambda text: (account_files.passwd(text), account_files.group(text)),
    "apt_lists": lambda text: (
        apt_lists.release(text),
        list(apt_lists.offered(text)),
        list(apt_lists.installed(text)),
    ),
    "clamav": lambda text: clamav.entries(text, NOON),
    "cron": lambda text: [cron.table(text, accounts=each) for each in (True, False)],
    "cups": cups.queues,
    "debian_versions": debian_versions.key,
    "dmidecode": dmidecode.firmware,
    "event_xml": event_xml.entries,
    "journal": lambda text: tuple(journal.entries(text)),
    "lines": lambda text: (
        lines.assignments(text),
        list(lines.blocks(text)),
        list(lines.rows(text)),
    ),
    "linux_commands": linux_commands.start,
    "locators": locators.bare,
    "mdatp": mdatp.health,
    "network": lambda text: (
        network.gateway(text),
        network.is_resolver(text),
        network.is_table(text),
    ),
    "packages": lambda text: [
        each(text) for each in (packages.dpkg, packages.rpm, packages.snap, packages.flatpak)
    ],
    "placeholders": is_placeholder,
    "repositories": lambda text: [
        each(text) for each in (repositories.one_line, repositories.deb822, repositories.yum)
    ],
    "smartctl": smartctl.disk,
    "sshd": lambda text: sshd.problems(sshd.effective(sshd.lines(text))),
    "support": lambda text: support.supported_until(text, text),
    "syslog": lambda text: syslog.entries(text, NOON),
    "upower": upower.batteries,
    "windows_commands": windows_commands.start,
    "module_makers": module_makers.name,
    "monitor_serials": lambda text: monitor_serials.serial_number(text[:3], len(text), 1, text),
}
NO_PARSERS = frozenset({"firmware", "happenings", "makers", "starts"})
"""Shapes and tables that the parsers fill or look up."""
ELSEWHERE = frozenset({"binxml", "edid"})
"""Part of `evtx`; raises an error of its own, below."""
PIECES = (
    *("Package: a\nStatus: install ok installed\n\n", "{", "[", '"', "\\", "\t", "\n\n", "=", ":"),
    *("Handle 0x1, DMI type 17\n", "<Event>", "</Event>", "<!DOCTYPE", "native-path: B\n"),
    *("Version: 1:1.0~rc1-2+b1\n", "Architecture: all\n", "SHA256:\n", "Date: Thu, 19 Nov 2026\n"),
    *('[HKEY_LOCAL_MACHINE\\a]\n"b"=hex:00,\\\n', "eth0 00000000 0100A8C0 1 0 0 z\n", "0" * 30),
    *(
        "Name Version Rev\n",
        "root:x:0:0::/:/bin/sh\n",
        "Match all\n",
        "@daily root /usr/bin/x\n",
        '"C:\\Program Files\\a b.exe',
        "%windir%\\",
        "Serial Number: 1\n",
        "a=b\n",
    ),
)
"""What the parsers look for, to be torn and repeated."""
HOSTILE = some.lists(some.sampled_from(PIECES) | some.text(max_size=20), max_size=40).map("".join)
REPEATED = some.builds(
    lambda text, count: text * count, some.sampled_from(PIECES), some.integers(0, 3000)
)


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=60, deadline=None)
@given(text=HOSTILE | REPEATED)
def test_any_text_is_understood_or_passed_over(name: str, text: str) -> None:
    TEXTS[name](text)


@pytest.mark.parametrize("name", BYTES)
@settings(max_examples=60, deadline=None)
@given(data=some.binary(max_size=3000) | (HOSTILE | REPEATED).map(str.encode))
def test_any_bytes_are_understood_or_passed_over(name: str, data: bytes) -> None:
    BYTES[name](data)


@given(data=some.binary(max_size=300))
def test_what_is_no_edid_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(edid.EdidError):
        edid.monitor(b"\x01" + data)


def test_every_module_of_the_parsers_is_held_against_hostile_input() -> None:
    modules = {path.stem for path in Path(parse.__file__ or "").parent.glob("[a-z]*.py")}
    assert modules == BYTES.keys() | TEXTS.keys() | NO_PARSERS | ELSEWHERE
