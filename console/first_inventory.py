"""A first inventory: from the office's list, or from the PCs that asked to join, to the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from collector.store.columns import EPOCH
from console.choosing import folded
from console.spreadsheet import Line

SERVER = "may-chu"
PROFILE = "may-tinh-chuan"
PROFILES = f"""\
# Cấu hình tối thiểu: sửa theo quyết định của lãnh đạo. / Correct these by the office's decision.
profiles:
  - id: {PROFILE}
    name: Máy tính làm việc tiêu chuẩn
    decision: (chưa có quyết định)
    memory_gib: 8
    cpu_cores: 4
    disk_gib: 200
    ssd: true
    display: true
    os_supported: true
  - id: may-chu-nho
    name: Máy chủ
    decision: (chưa có quyết định)
    memory_gib: 4
    cpu_cores: 2
    disk_gib: 20
    ssd: true
    display: false
    os_supported: true
"""
NO = ("khong", "k", "no", "0", "x khong", "false")


class Office(Struct, frozen=True):
    """What is asked on the first page. What is left empty stands as `(chưa ghi)` in the file."""

    id: str = "phuong"
    name: str = ""
    parent: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    police: str = ""
    place: str = ""


class Draft(Struct, frozen=True):
    """What was understood of a list, in YAML's own rows, and the rows that were not."""

    departments: tuple[tuple[str, str], ...]
    people: tuple[str, ...]
    machines: tuple[str, ...]
    left_out: tuple[str, ...]


class _Ids:
    """Ids that are given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def give(self, text: str, otherwise: str) -> str:
        wanted = re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:40].strip("-") or otherwise
        found, number = wanted, 2
        while found in self._taken:
            found, number = f"{wanted}-{number}", number + 1
        self._taken.add(found)
        return found


def draft(lines: Sequence[Line]) -> Draft:
    """An official for each row with a post or a name, a PC for each row with one."""
    departments: dict[str, tuple[str, str]] = {}
    department_ids, asset_ids = _Ids(), _Ids([SERVER])
    people, machines, left_out = [], [], []
    for line in lines:
        cell = {"post": "", "name": "", "machine": "", "serial": "", "department": ""} | dict(
            line.cells
        )
        if not (cell["post"] or cell["name"] or cell["machine"] or cell["serial"]):
            left_out.append(f"{line.number}: {', '.join(one for one in cell.values() if one)}")
            continue
        unit = cell["department"] or "Văn phòng"
        if folded(unit) not in departments:
            departments[folded(unit)] = (department_ids.give(unit, "phong"), unit)
        department = departments[folded(unit)][0]
        person = None
        if cell["post"] or cell["name"]:
            person = asset_ids.give(cell["post"] or cell["name"], "can-bo")
            people.append(_person(person, cell, department))
        if cell["machine"] or cell["serial"]:
            asset = asset_ids.give(cell["machine"] or f"pc {person or ''}", "pc")
            machines.append(_machine(asset, cell, person, department))
    return Draft(
        tuple(departments.values()) or (("van-phong", "Văn phòng"),),
        tuple(people),
        tuple(machines),
        tuple(left_out),
    )


def discovered(hostnames: Sequence[str]) -> Draft:
    """A PC for each agent that waits to be told which one it is."""
    ids = _Ids([SERVER])
    return Draft(
        (("van-phong", "Văn phòng"),),
        (),
        tuple(
            _machine(ids.give(one, "pc"), {"room": f"(chưa ghi; tên máy {one})"}, None, "van-phong")
            for one in hostnames
        ),
        (),
    )


def written(office: Office, found: Draft, now: datetime) -> str:
    """The whole file, ready for `wardwatch inventory check`."""
    told = office.name or "(chưa ghi tên cơ quan)"
    day = "[07:30-11:30, 13:30-17:00]"
    hours = "\n".join(
        f"    {one}: {day}" for one in ("monday", "tuesday", "wednesday", "thursday", "friday")
    )
    since = f" ngày {now:%d/%m/%Y}" if now > EPOCH else ""
    departments = [f"  - {{id: {_q(id_)}, name: {_q(name)}}}" for id_, name in found.departments]
    return f"""\
# Hồ sơ công nghệ thông tin của cơ quan, lập lần đầu{since} từ danh sách của cơ quan.
# Giải nghĩa từng khóa: docs/inventory.md. Kiểm tra: wardwatch inventory check TỆP
# First made from the office's own list; every key is explained in docs/inventory.md.
version: 1

site:
  id: {office.id}
  name: {_q(told)}
  parent: {_q(office.parent or "(chưa ghi)")}
  timezone: Asia/Ho_Chi_Minh
  address: {_q(office.address or "(chưa ghi)")}
  phone: {_q(office.phone or "(chưa ghi)")}
  email: {_q(office.email or "chua-ghi@example.invalid")}
  system_name: {_q(f"Hệ thống thông tin phục vụ hoạt động của {told}")}
  office_hours:
{hours}

contacts:
  it_officer:
    post: Công chức phụ trách công nghệ thông tin
  police:
    post: {_q(office.police or "Công an phường")}

departments:
{chr(10).join(departments)}

people:{"" if found.people else " []"}
{chr(10).join(found.people)}

{PROFILES}
machines:
  - {{id: {SERVER}, profile: may-chu-nho, room: (chưa ghi), department: {_q(found.departments[0][0])}, collector: true, always_on: true}}
{chr(10).join(found.machines)}

documents:
  place: {_q(office.place or told)}
"""


def _person(id: str, cell: dict[str, str], department: str) -> str:
    told = [
        f"id: {_q(id)}",
        f"post: {_q(cell['post'] or '(chưa ghi)')}",
        f"department: {_q(department)}",
    ]
    if cell["name"]:
        told.append(f"name: {_q(cell['name'])}")
    if folded(cell.get("specialist", "")) in NO:
        told.append("specialist: false")
    return f"  - {{{', '.join(told)}}}"


def _machine(asset: str, cell: dict[str, str], person: str | None, department: str) -> str:
    told = [
        f"id: {_q(asset)}",
        f"profile: {PROFILE}",
        f"room: {_q(cell.get('room') or '(chưa ghi)')}",
    ]
    if person:
        told.append(f"person: {_q(person)}")
    told.append(f"department: {_q(department)}")
    if cell.get("serial"):
        told.append(f"serial: {_q(cell['serial'])}")
    if bought := day(cell.get("bought", "")):
        told.append(f"bought: {bought.isoformat()}")
    return f"  - {{{', '.join(told)}}}"


def day(text: str) -> date | None:
    """`15/03/2024`, `2024-03-15 00:00:00` or a year alone; what is no day is left out."""
    if found := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, number = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip()):
        number, month, year = map(int, found.groups())
    elif found := re.fullmatch(r"(?:năm )?(\d{4})(?:\.0)?", text.strip().lower()):
        year, month, number = int(found[1]), 1, 1
    else:
        return None
    try:
        return date(year, month, number) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def _q(text: str) -> str:
    """As a JSON string, which is one of YAML's as well: nothing in it is anything but text."""
    return msgspec.json.encode(text).decode()
