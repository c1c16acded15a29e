"""The incident that the sample papers tell: as it is first reported, and once the officer has stated more."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

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
from collector.inventory.model import Inventory
from collector.readings import Check

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""12:00 in Việt Nam."""


SUBJECT = Subject(
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
)


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
        subject=SUBJECT,
        proofs=_proofs(detected),
        duties=(CaseDuty("anm-72h", detected + timedelta(hours=72)),),
        measures=_measures(detected),
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


def _proofs(detected: datetime) -> tuple[Proof, ...]:
    return (
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
    )


def _measures(detected: datetime) -> tuple[Measure, ...]:
    return (
        Measure(detected + timedelta(minutes=12), "Tiếp nhận sự cố, kiểm tra tại chỗ."),
        Measure(
            detected + timedelta(minutes=31),
            "Ngắt máy tính khỏi mạng nội bộ, giữ nguyên hiện trạng.",
        ),
        Measure(detected + timedelta(minutes=48), "Chuyển hồ sơ sang máy tính dự phòng."),
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
