"""The sample case of the example office, and the writer of docs/samples.

`python -m tests.alerts.document_samples inventory.yaml docs/samples` makes the papers and their
pictures anew, and writes their sums beside the tests, which hold that the program still makes the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from alerts.documents.case import Case, Duty, Measure, Notified, Proof, Subject
from alerts.documents.docx import docx
from alerts.documents.fonts import TINOS
from alerts.documents.pdf import pdf
from alerts.documents.police import police
from collector.inventory.model import Inventory
from collector.readings import Check
from tests.alerts.document_reading import picture

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""12:00 in Việt Nam."""

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
        duties=(Duty("anm-72h", detected + timedelta(hours=72)),),
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


def samples(office: Inventory) -> dict[str, bytes]:
    """File name to content."""
    paper = police(sample_case(office), "real")
    return {
        "bao-cao-ban-dau.pdf": pdf(paper, typeface=TINOS),
        "bao-cao-ban-dau.docx": docx(paper),
    }


def sums(made: dict[str, bytes]) -> str:
    """One line per file. Of a Word file the body counts: how it is compressed is zlib's affair."""
    lines = []
    for name, content in made.items():
        counted = content
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                counted = file.read("word/document.xml")
        lines.append(f"{hashlib.sha256(counted).hexdigest()}  {name}\n")
    return "".join(lines)


if __name__ == "__main__":
    inventory, folder = map(Path, sys.argv[1:])
    papers = samples(example(inventory))
    for name, content in papers.items():
        (folder / name).write_bytes(content)
    picture(folder / "bao-cao-ban-dau.pdf")
    SUMS.write_text(sums(papers), "utf-8")
