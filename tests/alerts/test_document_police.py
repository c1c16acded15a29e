"""The initial police report: its fields, what it leaves open, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerts.documents.case import Case, PersonalData, Subject
from alerts.documents.letterhead import issuing_body
from alerts.documents.model import Choice, Field, Fields, Lines, Paper, Table, missing
from alerts.documents.police import PurposeError, police
from collector.readings import Check
from tests.alerts.document_samples import example
from tests.alerts.sample_cases import NOON, sample_case

LABELS = (
    "Tên tổ chức*",
    "Địa chỉ*",
    "Điện thoại*",
    "Email*",
    "Người liên hệ: họ và tên*",
    "Người liên hệ: chức vụ",
    "Người liên hệ: điện thoại*",
    "Người liên hệ: email*",
    "Đơn vị vận hành hệ thống*",
    "Cơ quan chủ quản",
    "Tên hệ thống thông tin",
    "Cấp độ an toàn, số quyết định phê duyệt",
    "Nhà cung cấp dịch vụ an toàn thông tin",
    "Nhà cung cấp dịch vụ Internet",
    "Mô tả sơ bộ về sự cố*",
    "Thời điểm phát hiện (ngày, giờ, phút)*",
    "Thời điểm xảy ra (nếu biết)",
    "Hiện trạng*",
    "Cách thức phát hiện*",
    "Đã gửi thông báo cho*",
    "Hệ điều hành, phiên bản",
    "Dịch vụ đang cung cấp",
    "Biện pháp bảo vệ đã có",
    "Địa chỉ IP Internet",
    "Tên miền",
    "Thông tin gửi kèm",
    "Đề nghị giữ bí mật thông tin",
    "Kiến nghị",
    "Thời gian báo cáo*",
    "Đánh giá mức độ",
    "Dấu hiệu xâm phạm an ninh quốc gia",
    "Gián đoạn nghiêm trọng",
    "Biện pháp đã áp dụng",
    "Dữ liệu cá nhân bị ảnh hưởng: loại dữ liệu",
    "Dữ liệu cá nhân bị ảnh hưởng: số chủ thể",
    "Dự kiến gửi báo cáo 72 giờ",
)
"""In the order of the initial report; a star marks what is mandatory."""


@pytest.fixture
def case(example_inventory_path: Path) -> Case:
    return sample_case(example(example_inventory_path))


def bare(case: Case) -> Case:
    """The same office, and an incident of which next to nothing is known."""
    return Case(
        site=case.site.model_copy(update={"system_level": None}),
        contacts=case.contacts,
        documents=case.documents.model_copy(update={"recipients": ()}),
        incident="SC-2026-0008",
        detected_at=NOON,
        prepared_at=NOON,
        tag="other:undetermined",
        level="M4",
        title="",
        what="",
        status="",
        detection="Người dùng báo",
        subject=Subject("may-1"),
    )


def fields(paper: Paper) -> dict[str, Field]:
    forms = (block for block in paper.blocks if isinstance(block, Fields))
    return {row.label: row for form in forms for row in form.rows}


def lines(paper: Paper, label: str) -> tuple[str, ...]:
    value = fields(paper)[label].value
    assert isinstance(value, Lines)
    return value.lines


def test_every_field_of_the_initial_report_stands_in_its_order_with_its_mark(case: Case) -> None:
    rows = fields(police(case, "real")).values()
    assert tuple(f"{row.label}{'*' if row.mandatory else ''}" for row in rows) == LABELS


def test_fields_are_numbered_through_the_whole_paper(case: Case) -> None:
    forms = [block for block in police(case, "real").blocks if isinstance(block, Fields)]
    numbers = [form.first + index for form in forms for index in range(len(form.rows))]
    assert numbers == list(range(1, len(LABELS) + 1))


def test_the_time_of_detection_is_local_to_the_minute(case: Case) -> None:
    at = datetime(2026, 2, 4, 17, 5, 59, tzinfo=UTC)
    paper = police(replace(case, detected_at=at), "real")
    label = "Thời điểm phát hiện (ngày, giờ, phút)"
    assert lines(paper, label) == ("00 giờ 05 phút, ngày 05 tháng 02 năm 2026",)


def test_the_announced_follow_up_is_the_72_hour_obligation(case: Case) -> None:
    due = "10 giờ 57 phút, ngày 26 tháng 11 năm 2026"
    paper = police(case, "real")
    assert case.duties[0].due_at == case.detected_at + timedelta(hours=72)
    assert lines(paper, "Dự kiến gửi báo cáo 72 giờ") == (f"Trước {due}",)
    assert due in paper.closing


def test_what_the_evidence_does_not_hold_is_left_open_and_never_invented(case: Case) -> None:
    paper = police(bare(case), "real")
    left_open = {label for label, field in fields(paper).items() if field.open}
    assert left_open == {
        "Người liên hệ: họ và tên",
        "Cấp độ an toàn, số quyết định phê duyệt",
        "Nhà cung cấp dịch vụ an toàn thông tin",
        "Nhà cung cấp dịch vụ Internet",
        "Mô tả sơ bộ về sự cố",
        "Thời điểm xảy ra (nếu biết)",
        "Hiện trạng",
        "Đã gửi thông báo cho",
        "Hệ điều hành, phiên bản",
        "Dịch vụ đang cung cấp",
        "Biện pháp bảo vệ đã có",
        "Địa chỉ IP Internet",
        "Tên miền",
        "Đề nghị giữ bí mật thông tin",
        "Kiến nghị",
        "Dấu hiệu xâm phạm an ninh quốc gia",
        "Gián đoạn nghiêm trọng",
        "Biện pháp đã áp dụng",
        "Dữ liệu cá nhân bị ảnh hưởng: loại dữ liệu",
        "Dữ liệu cá nhân bị ảnh hưởng: số chủ thể",
        "Dự kiến gửi báo cáo 72 giờ",
    }


def test_the_mandatory_fields_still_open_are_told_before_signing(case: Case) -> None:
    assert missing(police(bare(case), "real")) == (
        "Người liên hệ: họ và tên",
        "Mô tả sơ bộ về sự cố",
        "Hiện trạng",
        "Đã gửi thông báo cho",
    )


def test_a_level_without_its_decision_leaves_room_for_the_decision(case: Case) -> None:
    site = case.site.model_copy(update={"system_level": 2, "system_decision": None})
    (level,) = lines(police(replace(case, site=site), "real"), LABELS[11])
    assert level == "Cấp độ 2, số quyết định: ………………………"


def test_protection_is_told_by_verdict_and_the_unread_is_not_counted_as_passed(case: Case) -> None:
    checks = (
        Check("firewall", "pass"),
        Check("antivirus", "fail"),
        Check("tpm", "unknown"),
        Check("a-check-of-tomorrow", "pass"),
    )
    paper = police(replace(case, subject=Subject("may-1", checks=checks)), "real")
    assert lines(paper, "Biện pháp bảo vệ đã có") == (
        "Đạt: Tường lửa; a-check-of-tomorrow.",
        "Không đạt: Phần mềm phòng, chống mã độc.",
        "Chưa xác định được: Mô-đun bảo mật TPM.",
    )


@pytest.mark.parametrize(("decided", "chosen"), [(True, 0), (False, 1), (None, None)])
def test_a_box_is_ticked_only_by_a_decision(
    case: Case, decided: bool | None, chosen: int | None
) -> None:
    paper = police(replace(case, confidential=decided), "real")
    box = Choice(("Có", "Không"), chosen)
    assert fields(paper)["Đề nghị giữ bí mật thông tin"].value == box


def test_no_data_subjects_is_an_answer_and_not_an_open_field(case: Case) -> None:
    paper = police(replace(case, personal_data=PersonalData(subjects=0)), "real")
    assert lines(paper, "Dữ liệu cá nhân bị ảnh hưởng: số chủ thể") == ("0",)


def test_the_appendix_names_each_report_with_its_hash(case: Case) -> None:
    (appendix,) = police(case, "real").appendices
    table = next(block for block in appendix.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["1", "2", "3"]
    for proof, row in zip(case.proofs, table.rows, strict=True):
        assert row[4] == f"Số {proof.report}; {proof.sha256}"


def test_without_evidence_there_is_no_appendix(case: Case) -> None:
    paper = police(replace(case, proofs=()), "real")
    assert paper.appendices == ()
    assert lines(paper, "Thông tin gửi kèm") == ("Không có",)


def test_it_is_addressed_to_the_ward_police_and_the_cyber_force(case: Case) -> None:
    paper = police(case, "real")
    assert case.contacts.cyber_force
    assert paper.addressees == (case.contacts.police.post, case.contacts.cyber_force.post)


def test_recipients_are_as_above_and_filed_where_the_office_names_none(case: Case) -> None:
    assert police(bare(case), "real").recipients == ("Như trên;", "Lưu: VT.")


def test_a_drill_cannot_leave_the_office_as_a_real_report(case: Case) -> None:
    with pytest.raises(PurposeError, match="is a drill: it cannot be exported as a real report"):
        police(replace(case, drill=True), "real")


def test_a_real_incident_cannot_be_played_down_as_a_drill(case: Case) -> None:
    with pytest.raises(PurposeError, match="is real: it cannot be exported as a drill"):
        police(case, "drill")


def test_a_drill_says_so_in_its_title_its_opening_and_its_file_name(case: Case) -> None:
    paper = police(replace(case, drill=True), "drill")
    assert paper.drill
    assert paper.subject.startswith("(DIỄN TẬP) ")
    assert "diễn tập" in str(paper.blocks[0])
    assert paper.file_name == "dien-tap-bao-cao-ban-dau-sc-2026-0007"


@pytest.mark.parametrize("incident", ["../../etc/passwd", "a\x00b", "SC 2026/7", "C:\\x"])
def test_no_incident_id_reaches_another_folder_through_the_file_name(
    case: Case, incident: str
) -> None:
    name = police(replace(case, incident=incident), "real").file_name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("UBND phường Hoa Mai", ("Ủy ban nhân dân", "phường Hoa Mai")),
        ("Ủy ban nhân dân phường Hoa Mai", ("Ủy ban nhân dân", "phường Hoa Mai")),
        ("Trung tâm Phục vụ hành chính công", ("Trung tâm Phục vụ hành chính công",)),
    ],
)
def test_the_issuing_body_is_written_out(name: str, printed: tuple[str, ...]) -> None:
    assert issuing_body(name) == printed
