"""The sample papers of the example office, and the writer of docs/samples.

`python -m tests.alerts.document_samples inventory.yaml docs/samples` makes the papers and their
pictures anew, and writes their sums beside the tests, which hold that the program still makes the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from ruamel.yaml import YAML
from sqlalchemy import create_engine

from agent import fields
from alerts.documents.case import (
    Case,
    Enclosed,
    Measure,
    Notified,
    PersonalData,
    Proof,
    Subject,
)
from alerts.documents.case import (
    Duty as CaseDuty,
)
from alerts.documents.data_notice import data_notice
from alerts.documents.digest import Digest, Kept, Record
from alerts.documents.docx import docx
from alerts.documents.follow_up import follow_up
from alerts.documents.fonts import TINOS
from alerts.documents.incident_list import register
from alerts.documents.items import items
from alerts.documents.line_digest import LineDigest
from alerts.documents.line_month import line_month
from alerts.documents.line_outage import line_outage
from alerts.documents.minutes import handover, record
from alerts.documents.model import Paper
from alerts.documents.pdf import pdf
from alerts.documents.period import Period, period
from alerts.documents.period import security_year as security_period
from alerts.documents.police import police
from alerts.documents.privacy_notice import privacy_notice
from alerts.documents.recovery_sheet import recovery_sheet
from alerts.documents.security_year import security_year
from alerts.documents.upgrade import upgrade
from alerts.documents.xlsx import xlsx
from alerts.finding import Evidence, Finding
from alerts.incidents import Incident
from alerts.queries import Delivery, Duty
from alerts.targets import figures
from backup.recovery import ways
from collector.inventory.model import Inventory
from collector.readings import Check, Verdict
from collector.store.columns import METADATA
from collector.store.database import connect
from console import periods
from console.line_papers import month_digest, outage_digest
from tests import lines_month
from tests.alerts.document_reading import picture

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""12:00 in Việt Nam."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SUMS = Path(__file__).with_name("document_samples.sha256")


def example(path: Path) -> Inventory:
    """The example office."""
    return Inventory.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))


def sample_case(office: Inventory) -> Case:
    """An agent that fell silent while its PC lived, one hour before the paper is made."""
    detected = NOON - timedelta(hours=1, minutes=3)
    return Case(
        site=office.site,
        contacts=office.contacts,
        documents=office.documents,
        incident="SC-2026-0007",
        detected_at=detected,
        prepared_at=NOON,
        tag="other:undetermined",
        group="N2",
        level="M3",
        title="Phần mềm giám sát trên máy tính tiếp nhận hồ sơ ngừng hoạt động bất thường",
        what=(
            "Máy tính vẫn hoạt động trên mạng nội bộ nhưng phần mềm giám sát không gửi báo cáo "
            "và không có thông báo tắt máy; chưa xác định được nguyên nhân."
        ),
        status="Đang xử lý; máy tính đã được ngắt khỏi mạng để kiểm tra.",
        detection="Phần mềm giám sát wardwatch tự động phát hiện theo quy tắc “Máy không gửi báo cáo”",
        subject=Subject(
            asset="may-tiep-nhan",
            os="Windows 11 Pro 23H2 (10.0.22631)",
            services=("Tiếp nhận hồ sơ thủ tục hành chính",),
            checks=(
                Check("antivirus", "pass"),
                Check("firewall", "pass"),
                Check("disk-encryption", "fail"),
                Check("updates", "fail"),
                Check("secure-boot", "pass"),
                Check("tpm", "unknown", reason="permission denied"),
            ),
        ),
        proofs=(
            Proof(
                asset="may-tiep-nhan",
                kind="load",
                observed="báo cáo cuối cùng trước khi im lặng",
                received_at=detected - timedelta(minutes=3),
                report=4711,
                sha256=hashlib.sha256(b"load").hexdigest(),
            ),
            Proof(
                asset="may-tiep-nhan",
                kind="security",
                observed="tường lửa đang bật; đăng nhập không thành công từ 192.168.10.25 (lan)",
                received_at=detected - timedelta(minutes=5),
                report=4708,
                sha256=hashlib.sha256(b"security").hexdigest(),
            ),
            Proof(
                asset="may-tiep-nhan",
                kind="system",
                observed="Windows 11 Pro 23H2, khởi động lúc 07:25",
                received_at=detected - timedelta(hours=4),
                report=4502,
                sha256=hashlib.sha256(b"system").hexdigest(),
            ),
        ),
        duties=(CaseDuty("anm-72h", detected + timedelta(hours=72)),),
        measures=(
            Measure(detected + timedelta(minutes=12), "Tiếp nhận sự cố, kiểm tra tại chỗ."),
            Measure(
                detected + timedelta(minutes=31),
                "Ngắt máy tính khỏi mạng nội bộ, giữ nguyên hiện trạng.",
            ),
            Measure(detected + timedelta(minutes=48), "Chuyển hồ sơ sang máy tính dự phòng."),
        ),
        notified=(
            Notified(office.contacts.police.post, NOON - timedelta(minutes=20), "điện thoại"),
        ),
        internet_providers=tuple(line.provider for line in office.lines),
        public_addresses=("203.0.113.18",),
        domains=("phuonghoamai.example",),
        bases=(
            "Luật An ninh mạng số 116/2025/QH15",
            "Nghị định số 331/2026/NĐ-CP",
        ),
        user_names=("lan",),
    )


def told_case(office: Inventory) -> Case:
    """The same with what the officer stated: for the reports after the first, and the notices."""
    known = sample_case(office)
    return replace(
        known,
        cause="Một tài khoản quản trị mới được tạo bằng mật khẩu bị lộ qua thư lừa đảo.",
        cause_certain=False,
        scope="Máy tiếp nhận hồ sơ tại bộ phận một cửa; không ảnh hưởng máy khác.",
        remedy="Khóa tài khoản, cài lại máy từ bản sạch, đổi mật khẩu toàn bộ người dùng của máy.",
        restored_at=NOON + timedelta(hours=20),
        consequences="Gián đoạn tiếp nhận hồ sơ trong một buổi, chuyển sang máy dự phòng.",
        lessons="Chưa có xác thực hai lớp cho tài khoản quản trị; chưa tập huấn nhận biết thư lừa đảo.",
        proposal="Đề nghị hỗ trợ rà soát nguồn gửi thư lừa đảo.",
        machines=1,
        interruption_hours=3.5,
        personal_data=PersonalData("Họ tên, số định danh, địa chỉ trong hồ sơ hộ tịch", 120),
        data_consequences="Có thể bị lợi dụng để giả mạo, lừa đảo qua điện thoại.",
        custodian="Công chức phụ trách công nghệ thông tin, tại tủ hồ sơ có khóa",
        prepared_at=NOON + timedelta(hours=60),
        files=(
            Enclosed("bao-cao-ban-dau-sc-2026-0007.pdf", 62_113, "ab" * 32, NOON),
            Enclosed("bao-cao-ban-dau-sc-2026-0007.docx", 41_209, "cd" * 32, NOON),
            Enclosed("chung-cu-sc-2026-0007.zip", 18_804, "ef" * 32, NOON),
        ),
    )


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


PRICES = {"machine": 16_500_000, "memory": 900_000, "ssd": 1_200_000}


def papers_of(office: Inventory) -> dict[str, Paper]:
    """Every paper that the product makes, by the name of its sample."""
    told = told_case(office)
    law = ("Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15", "Nghị định số 356/2025/NĐ-CP")
    data = replace(told, bases=law)
    half, year = period("2026H2"), security_period("2026")
    month, outage = line_digests(office)
    return {
        "bao-cao-ban-dau": police(sample_case(office), "real"),
        "bao-cao-72-gio": follow_up(told, "real", "72h"),
        "bao-cao-ket-thuc": follow_up(told, "real", "final"),
        "mau-08": data_notice(replace(data, prepared_at=NOON + timedelta(hours=80)), "real"),
        "bien-ban": record(data, "real"),
        "bien-ban-ban-giao": handover(told, "real"),
        "bao-cao-chi-tieu": items(sample_digest(office, half)),
        "so-su-co": register(sample_digest(office, half)),
        "bao-cao-an-ninh-mang-nam": security_year(sample_digest(office, year)),
        "ke-hoach-nang-cap": upgrade(sample_digest(office, period("2026")), PRICES),
        "phieu-khoi-phuc": recovery(office),
        "bao-cao-duong-truyen": line_month(month),
        "thong-bao-gian-doan": line_outage(outage),
        "thong-bao-du-lieu-thu-thap": privacy_notice(office, NOON, fields.purposes("vi")),
    }


def recovery(office: Inventory) -> Paper:
    """Of an office whose PCs have handed in no password of their own."""
    store = connect("sqlite://")
    METADATA.create_all(store.engine)
    found = ways(store, office, Path("/var/lib/wardwatch"), secrets=False)
    store.close()
    return recovery_sheet(office, found, NOON)


TABLES = (
    "bao-cao-chi-tieu",
    "so-su-co",
    "bao-cao-an-ninh-mang-nam",
    "ke-hoach-nang-cap",
    "bao-cao-duong-truyen",
)
"""Those that are made as a workbook as well."""


def samples(office: Inventory) -> dict[str, bytes]:
    """File name to content."""
    made: dict[str, bytes] = {}
    for name, paper in papers_of(office).items():
        made[f"{name}.pdf"] = pdf(paper, typeface=TINOS)
        made[f"{name}.docx"] = docx(paper)
        if name in TABLES:
            made[f"{name}.xlsx"] = xlsx(paper)
    return made


def sums(made: dict[str, bytes]) -> str:
    """One line per file. Of a Word file the body counts: how it is compressed is zlib's affair."""
    lines = []
    for name, content in made.items():
        counted = content
        if name.endswith((".docx", ".xlsx")):
            part = "word/document.xml" if name.endswith(".docx") else "xl/worksheets/sheet1.xml"
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                counted = file.read(part)
        lines.append(f"{hashlib.sha256(counted).hexdigest()}  {name}\n")
    return "".join(lines)


if __name__ == "__main__":
    inventory, folder = map(Path, sys.argv[1:])
    papers = samples(example(inventory))
    for name, content in papers.items():
        (folder / name).write_bytes(content)
    for name in papers:
        if name.endswith(".pdf"):
            picture(folder / name)
    SUMS.write_text(sums(papers), "utf-8")
