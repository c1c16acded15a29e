"""Sample documents for the first run: a folder that can be backed up before the office names its own."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

README = "DOC-TRUOC.txt"
README_TEXT = """TÀI LIỆU MẪU

Các tệp trong thư mục này do wardwatch tạo ra khi chạy lần đầu, để thử sao lưu và khôi phục.
Đây không phải là tài liệu của cơ quan: mọi nội dung đều là ví dụ. Có thể xóa cả thư mục sau khi đã
khai báo bộ sao lưu thật trong inventory.yaml.

SAMPLE DOCUMENTS

wardwatch made the files of this folder on its first run, to try backup and restore with.
They are not the office's papers: all of it is made up. The folder may be deleted once real backup
sets are declared in inventory.yaml.
"""

FIELDS = (
    ("tu-phap-ho-tich", "Tư pháp - Hộ tịch"),
    ("dia-chinh-xay-dung", "Địa chính - Xây dựng"),
    ("van-hoa-xa-hoi", "Văn hóa - Xã hội"),
    ("tai-chinh-ke-toan", "Tài chính - Kế toán"),
)
MONTHS = range(1, 5)
EPOCH = (2026, 1, 1, 0, 0, 0)
"""Inside the archives, which are not packed either: the same files come out on every machine."""

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONSHIPS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def make(folder: Path) -> bool:
    """Make the folder with its files; False, and nothing is touched, where it is there already."""
    if folder.exists():
        return False
    # Under another name until it is whole: a kill half way leaves nothing that looks finished.
    unfinished = folder.with_name(f".{folder.name}.new")
    for path, content in documents():
        target = unfinished / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    unfinished.replace(folder)
    return True


def documents() -> Iterator[tuple[str, bytes]]:
    """Path and content of each file, the same every time."""
    yield README, README_TEXT.encode()
    for place, (name, title) in enumerate(FIELDS):
        for month in MONTHS:
            number = place * len(MONTHS) + month
            yield f"{name}/so-tiep-nhan-{month:02}-2026.csv", _register(title, number, month)
            yield f"{name}/bao-cao-thang-{month:02}.docx", _report(title, number, month)
        yield f"{name}/ghi-chu-cuoc-hop.txt", _notes(title)
    yield "lich-cong-tac-tuan.txt", _notes("Văn phòng HĐND và UBND")
    yield "danh-muc-ho-so.csv", _register("Văn phòng HĐND và UBND", 99, 1)


def _register(title: str, seed: int, month: int) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["Số", "Ngày nhận", "Lĩnh vực", "Trích yếu", "Ngày hẹn trả", "Kết quả"])
    for row in range(1, 41):
        day = (row * 7 + seed) % 27 + 1
        result = "Đã trả" if (row + seed) % 5 else "Đang xử lý"
        subject = f"Hồ sơ mẫu số {row}: đề nghị giải quyết thủ tục hành chính"
        given = f"{month:02}/2026"
        rows.writerow(
            [f"{row:03}/TN", f"{day:02}/{given}", title, subject, f"{day + 1:02}/{given}", result]
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark that Excel knows UTF-8 by


def word(lines: Sequence[str]) -> bytes:
    """A Word document of these paragraphs."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w='
        '"http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{paragraphs}</w:body></w:document>"
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONSHIPS,
        "word/document.xml": body,
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as container:
        for name, content in parts.items():
            container.writestr(zipfile.ZipInfo(name, EPOCH), content.encode())
    return archive.getvalue()


def _report(title: str, seed: int, month: int) -> bytes:
    lines = [
        "ỦY BAN NHÂN DÂN PHƯỜNG (VĂN BẢN MẪU)",
        f"Báo cáo công tác tháng {month} năm 2026, lĩnh vực {title}",
        f"Trong tháng đã tiếp nhận {40 + seed} hồ sơ, giải quyết đúng hạn {38 + seed} hồ sơ.",
        "Không có hồ sơ nào quá hạn. Nội dung này chỉ để thử sao lưu và khôi phục.",
    ]
    return word(lines)


def _notes(title: str) -> bytes:
    lines = [f"{title}: ghi chú mẫu", ""]
    lines += [f"- Tuần {week}: rà soát hồ sơ, cập nhật sổ theo dõi." for week in range(1, 21)]
    return ("\r\n".join(lines) + "\r\n").encode()
