from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import UnreadableError, Value
from agent.host.live_windows import registry_problem
from agent.parse import reg
from tests.agent.test_windows_door import VALUES, WORDS, _keys, _windows


@given(st.binary(max_size=2000))
def test_any_bytes_are_registry_keys_or_none(data: bytes) -> None:
    for path, values in reg.keys(data):
        assert isinstance(path, str)
        assert all(isinstance(name, str) for name in values)


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_registry_values_are_written_and_read_back(values: dict[str, Value]) -> None:
    written = reg.written([("HKLM\\SOFTWARE\\A", values)])
    assert list(reg.keys(written)) == [("HKLM\\SOFTWARE\\A", values)]


def test_every_form_of_a_registry_value_is_read() -> None:
    text = """[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]
@="default"
"path"="C:\\\\Program Files\\\\\\"A\\""
"number"=dword:0000ffff
"wide"=hex(b):00,00,00,00,01,00,00,00
"expand"=hex(2):41,00,\\
  42,00,00,00
"many"=hex(7):41,00,00,00,42,00,43,00,00,00,00,00
"raw"=hex:de,ad
"gone"=-
"lines"="one
two"
broken line
"""
    assert _keys(text)["HKLM\\SOFTWARE\\A"] == {
        "": "default",
        "path": 'C:\\Program Files\\"A"',
        "number": 65535,
        "wide": 1 << 32,
        "expand": "AB",
        "many": ("A", "BC"),
        "raw": b"\xde\xad",
        "lines": "one\ntwo",
    }


def test_a_deleted_key_is_none_and_an_unclosed_string_costs_no_other_key() -> None:
    found = _keys(
        '[-HKEY_USERS\\X]\n"a"="1"\n[HKEY_USERS\\Y]\n"b"="never\n[HKEY_USERS\\Z]\n"c"="2"'
    )
    assert "HKU\\X" not in found
    assert found["HKU\\Z"] == {"c": "2"}


def test_regedit_4_wrote_one_byte_a_sign() -> None:
    data = (
        b'REGEDIT4\r\n\r\n[HKEY_USERS\\S]\r\n"a"=hex(2):41,42,00\r\n"b"=hex(7):41,00,42,00,00\r\n'
    )
    assert dict(reg.keys(data)) == {"HKU\\S": {"a": "AB", "b": ("A", "B")}}


def test_a_key_is_found_in_any_letters_and_by_either_control_set(tmp_path: Path) -> None:
    host = _windows(
        tmp_path, '[HKEY_LOCAL_MACHINE\\System\\ControlSet001\\Services\\X\\Y]\n"a"="1"'
    )
    found = host.key("hklm\\SYSTEM\\CurrentControlSet\\services\\x\\Y")
    assert found.values == {"a": "1"}
    assert host.key("HKLM\\SYSTEM\\CurrentControlSet\\Services").subkeys == ("X",)
    assert host.key("HKLM\\SYSTEM\\ControlSet001\\Services\\X").subkeys == ("Y",)
    with pytest.raises(UnreadableError) as problem:
        host.key("HKLM\\SOFTWARE")
    assert problem.value.absent


def test_a_problem_of_the_registry_is_worded_by_ourselves() -> None:
    assert registry_problem("HKLM\\X", FileNotFoundError(2, "Không tìm thấy")).absent
    denied = registry_problem("HKLM\\X", PermissionError(13, "Truy cập bị từ chối"))
    assert (denied.absent, denied.cause) == (False, "permission denied: HKLM\\X")
