"""Periods of the example office that the sample papers sum up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import create_engine

from alerts.documents.digest import Digest, Kept, Record
from alerts.documents.line_digest import LineDigest
from alerts.documents.period import Period
from alerts.finding import Evidence, Finding
from alerts.incidents import Incident
from alerts.queries import Delivery, Duty
from alerts.targets import figures
from collector.inventory.model import Inventory
from collector.readings import Verdict
from collector.store.columns import METADATA
from console import periods
from console.line_papers import month_digest, outage_digest
from tests import lines_month
from tests.alerts.sample_cases import NOON

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def sample_digest(office: Inventory, span: Period) -> Digest:
    """A half-year of the example office: most is well, some is not, some is not known."""
    machines = tuple(one.id for one in office.machines)
    found = [*_findings(office, machines)]
    by = {(one.rule, one.subject): one for one in found}
    end = span.ends_at(ZONE, NOON.replace(year=2027, month=6))
    months = tuple(
        (name, figures(office, _then(found, place)))
        for place, (name, _) in enumerate(span.months(ZONE, NOON.replace(year=2027, month=6)))
    )
    records = {
        number: Record(number, asset, NOON, hashlib.sha256(asset.encode()).hexdigest())
        for number, asset in enumerate(machines, 101)
    }
    return Digest(
        inventory=office,
        period=span,
        until=end,
        finished=True,
        targets=figures(office, found, 1),
        months=months,
        findings=by,
        names=periods.called(office),
        incidents=_incidents(office),
        records=records,
    )


def _findings(office: Inventory, machines: tuple[str, ...]) -> Iterator[Finding]:
    for number, asset in enumerate(machines):
        evidence = (Evidence(asset, "security", (), 101 + number, NOON),)
        for rule in ("agent-silent", "antivirus", "firewall", "os-supported", "updates"):
            bad = number % 7 == 3 and rule in {"updates", "firewall"}
            verdict: Verdict = "fail" if bad else "unknown" if number % 11 == 10 else "pass"
            values = {"observed": "3 bản vá tại 10.20.30.40", "reason": "chưa đọc được"}
            told = {"last_at": NOON.isoformat(), "os": "Windows 11", "until_on": "2027-10-12"}
            because: str = "reporting" if rule == "agent-silent" else verdict
            because = "supported" if rule == "os-supported" and verdict == "pass" else because
            if verdict == "unknown":
                because = "never-read"
            yield Finding(rule, asset, verdict, because, values | told, evidence)
        lacking = ("memory ssd", "os cpu", "display")[number % 3]
        below = number % 5 == 2
        values = {
            "profile": "Máy chuẩn",
            "decision": "01/QĐ-UBND",
            "lacking_parts": lacking if below else "",
            "unread_parts": "",
        }
        yield Finding(
            "machine-below-profile",
            asset,
            "fail" if below else "pass",
            "below" if below else "meets",
            values,
            evidence,
        )
        for rule in ("disk-filling", "disk-unhealthy"):
            yield Finding(rule, asset, "pass", "never-read", {}, evidence)
    for person in office.people:
        if person.specialist:
            has = any(one.person == person.id for one in office.machines)
            yield Finding(
                "official-without-machine",
                person.id,
                "pass" if has else "fail",
                "equipped" if has else "without",
                {"post": person.post, "machines": "may-1"},
            )
    for line in office.lines:
        yield Finding("line-down", line.id, "pass", "never-read", {})


def _then(found: list[Finding], month: int) -> list[Finding]:
    """Fewer passed in the months before."""
    return [
        replace(one, verdict="unknown") if number % 6 > month and one.verdict == "pass" else one
        for number, one in enumerate(found)
    ]


def _incidents(office: Inventory) -> tuple[Kept, ...]:
    """Two real ones, of which one is serious, and a drill that no paper may hold."""
    asset = office.machines[0].id
    signal = Finding("agent-silent", asset, "fail", "killed")
    one = Incident(
        "SC-2026-0007", "security", "agent-silent", asset, "closed", NOON, NOON, "M2", "N2",
        "other:undetermined", False, ("personal-data",), signal, ended_at=NOON + timedelta(days=2),
    )  # fmt: skip
    phishing = replace(
        one, id="SC-2026-0008", rule="told-phishing", level="M3", group="N6", flags=(),
        state="handling", ended_at=None, t0=NOON + timedelta(days=1),
    )  # fmt: skip
    drill = replace(one, id="SC-2026-0009", drill=True, tag="test:test")
    due = NOON + timedelta(hours=72)
    sent = Delivery(
        "anm-72h", NOON, "cntt", NOON + timedelta(hours=30), "Thư điện tử", "Công an phường",
        "ab" * 32, "250 OK",
    )  # fmt: skip
    return (
        Kept(
            one,
            "Máy tính không gửi báo cáo",
            "chương trình giám sát bị dừng từ 192.168.10.25",
            (
                Duty(one.id, "anm-72h", "sent", due, due),
                Duty(one.id, "anm-24h", "overdue", due, None),
            ),
            (sent,),
            ("Ngắt máy khỏi mạng", "Cài lại máy"),
            office.contacts.it_officer.post,
            "Cần xác thực hai lớp",
        ),
        Kept(phishing, "Thư, tin nhắn lừa đảo", "thư giả mạo văn bản chỉ đạo"),
        Kept(drill, "Diễn tập", "không được in"),
    )


def line_digests(office: Inventory) -> tuple[LineDigest, LineDigest]:
    """A month of the example office's line, and the first interruption in it, from real tables."""
    line, first = office.lines[0], date(2026, 10, 1)
    until = datetime(2026, 11, 1, tzinfo=ZONE)
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        lines_month.fill(connection, office, line, first, until)
        lines_month.looks_around(connection, line, 1)
        month = month_digest(connection, office, line.id, "2026-10", until)
        outage = outage_digest(connection, office, line.id, 1, until)
    engine.dispose()
    return replace(month, records=_line_records(month)), replace(
        outage, records=_line_records(outage)
    )


def _line_records(digest: LineDigest) -> dict[int, Record]:
    """As the store would have them: of the reports that votes and tests rest on."""
    cited = {
        vote.report: (vote.asset, one.interruption.began_at)
        for one in digest.told.lost
        for vote in one.interruption.votes
    }
    if digest.outage is None:
        cited |= {one.report: (one.asset, one.at) for one in digest.told.tests}
    return {
        number: Record(number, asset, at, hashlib.sha256(f"{number}".encode()).hexdigest())
        for number, (asset, at) in cited.items()
        if number is not None
    }
