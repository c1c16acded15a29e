"""Thông báo cho công chức: what leaves their PCs and what for, on one page, from the agent's own list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from agent import fields
from alerts.documents.letterhead import full_name, issuing_body
from alerts.documents.model import Column, Items, Paper, Paragraph, Table
from alerts.documents.texts import named, text
from collector.inventory.model import Inventory


class Group(Struct, frozen=True):
    """Fields that are told together."""

    sections: tuple[str, ...]
    """What their names begin with."""
    parts: tuple[str, ...]
    """What the words of the group cover; any other part is told by the list's own words."""
    quoted: tuple[str, ...] = ()
    """The fields whose purposes stand for all: those that an official would ask about."""


GROUPS: Mapping[str, Group] = {
    "machine": Group(
        ("hardware", "join"),
        (
            *("system", "bios", "board", "cpus", "memory", "disks", "graphics", "sound"),
            *("controllers", "slots", "monitors", "usb", "printers", "scanners", "batteries"),
            *("tpm", "hostname"),
        ),
        (
            "hardware.system.serial",
            "hardware.cpus[].name",
            "hardware.disks[].health",
        ),
    ),
    "system": Group(
        ("system",),
        (
            *("os", "boot_at", "hostname", "domain", "timezone", "timezone_windows", "boot_mode"),
            *("hypervisor", "volumes", "network", "gateway", "dns", "system"),
        ),
        ("system.os.name", "system.os.build", "system.hostname"),
    ),
    "software": Group(
        ("software",),
        ("packages", "sources", "licences", "remote_access", "repositories", "autoruns"),
        (
            "software.packages[].name",
            "software.licences[].status",
            "software.autoruns.machine[].name",
        ),
    ),
    "safety": Group(
        ("security", "events"),
        (
            *("checks", "at", "kind", "channel", "event_id", "record_id", "account_sid"),
            *("uid_class", "origin", "name", "program", "place", "count"),
        ),
        (
            "security.checks[].source",
            "events[].at",
            "events[].kind",
        ),
    ),
    "running": Group(
        ("load", "presence", "neighbours"),
        (
            *("cpu", "memory", "filesystems", "disk", "network", "uptime_seconds", "processes"),
            "backups",
            *("state", "reason", "slept_seconds", "seen"),
        ),
        (
            "presence.state",
            "presence.reason",
        ),
    ),
    "line": Group(
        ("line", "bandwidth"),
        (
            *("link", "gateway", "dns", "lines", "public_address", "line", "provider", "server"),
            *("scope", "down_bits_per_second", "up_bits_per_second", "latency_seconds"),
            *("jitter_seconds", "loaded_latency_seconds", "bytes_used", "generation", "job"),
            "error",
        ),
        (
            "line.link.up",
            "bandwidth.down_bits_per_second",
        ),
    ),
    "upkeep": Group(
        ("backup", "loss", "gaps", "cpu_seconds", "at", "seq", "kind"),
        (
            *("set", "ok", "started_at", "duration_seconds", "error", "job", "from_seq", "to_seq"),
            *("count", "cause", "field", "cpu_seconds", "at", "seq", "kind", "snapshot", "files"),
            *("bytes", "added_bytes", "unreadable", "set_aside", "new_files", "changed_files"),
            *("unmodified_files", "pins_sha256", "sampled", "encrypted", "canaries", "witnesses"),
            "password",
        ),
    ),
}
ITEM = re.compile(r" \((nội dung|tiêu chí|mục) \d+\)")
"""Of the plan: the notice names all three at its beginning."""


def privacy_notice(inventory: Inventory, now: datetime, purposes: Mapping[str, str]) -> Paper:
    """The notice of an office; what no group knows is told by the list's own words.

    `purposes` is the agent's list in Vietnamese (`agent.fields.purposes`).
    """
    site, documents = inventory.site, inventory.documents
    return Paper(
        kind="privacy-notice",
        file_name=text("privacy-notice.file"),
        issuing_body=issuing_body(site.name),
        parent=site.parent,
        symbol=text("privacy-notice.symbol"),
        place=documents.place,
        year=now.astimezone(ZoneInfo(site.timezone)).year,
        type_name=text("privacy-notice.type"),
        subject=text("privacy-notice.subject"),
        blocks=(
            Paragraph(text("privacy-notice.opening", body=full_name(site.name))),
            _table(purposes),
            Items(
                (
                    fields.never("vi"),
                    text("privacy-notice.fact.kept"),
                )
            ),
        ),
        closing=text(
            "privacy-notice.closing", count=len(purposes), post=inventory.contacts.it_officer.post
        ),
        signature=documents.signature,
        recipients=(text("privacy-notice.recipient"), text("recipients.filed")),
        prepared_at=now,
    )


def _table(purposes: Mapping[str, str]) -> Table:
    shares = (("group", 23), ("what", 37), ("why", 40))
    groups = tuple(_row(name, group, purposes) for name, group in GROUPS.items())
    rest = {name: one for name, one in purposes.items() if _group(name) is None}
    others = (_others(rest),) if rest else ()
    return Table(
        tuple(Column(text(f"privacy-notice.column.{name}"), share) for name, share in shares),
        (*groups, *others),
    )


def _row(name: str, group: Group, purposes: Mapping[str, str]) -> tuple[str, ...]:
    mine = {field: one for field, one in purposes.items() if _group(field) == name}
    new = _first_of_each(mine, group.parts)
    what = [text(f"privacy-notice.group.{name}.what"), *(_parted(one)[0] for one in new)]
    quoted = [mine[field] for field in group.quoted if field in mine]
    own = named(f"privacy-notice.group.{name}", "why")
    why = [] if own == "why" else [own]
    why += [purpose for one in (*quoted, *new) if (purpose := _parted(one)[1])]
    title = text(f"privacy-notice.group.{name}.name")
    return (_counted(title, len(mine)), _sentence(what), _sentence(why))


def _others(rest: Mapping[str, str]) -> tuple[str, ...]:
    told = [_parted(one) for one in _first_of_each(rest, ())]
    title = _counted(text("privacy-notice.others"), len(rest))
    return (title, _sentence(what for what, _ in told), _sentence(why for _, why in told if why))


def _first_of_each(listed: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Of each part that the words do not cover its first field: a page holds no list of thirty."""
    found: dict[str, str] = {}
    for field, told in listed.items():
        if _part(field) not in known:
            found.setdefault(_part(field), told)
    return list(found.values())


def _counted(name: str, count: int) -> str:
    return text("privacy-notice.group-of", name=name, count=count)


def _group(field: str) -> str | None:
    section = re.split(r"[.\[]", field)[0]
    return next((name for name, group in GROUPS.items() if section in group.sections), None)


def _part(field: str) -> str:
    """The second step of its name; of a field without one the first."""
    steps = field.replace("[]", "").split(".")
    return steps[1] if len(steps) > 1 else steps[0]


def _parted(told: str) -> tuple[str, str]:
    """What it is, and what for: the list writes `what: what for`."""
    what, *more = ITEM.sub("", told).split(": ")
    return (what, more[-1] if more else "")


def _sentence(parts: Iterable[str]) -> str:
    joined = "; ".join(dict.fromkeys(one.strip() for one in parts))
    return f"{joined[:1].upper()}{joined[1:]}." if joined else ""
