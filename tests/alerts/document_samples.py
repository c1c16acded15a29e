"""The sample papers of the example office, and the writer of docs/samples.

`python -m tests.alerts.document_samples inventory.yaml docs/samples` makes the papers and their
pictures anew, and writes their sums beside the tests, which hold that the program still makes the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from ruamel.yaml import YAML

from agent import fields
from alerts.documents.data_notice import data_notice
from alerts.documents.docx import docx
from alerts.documents.follow_up import follow_up
from alerts.documents.fonts import TINOS
from alerts.documents.incident_list import register
from alerts.documents.items import items
from alerts.documents.line_month import line_month
from alerts.documents.line_outage import line_outage
from alerts.documents.minutes import handover, record
from alerts.documents.model import Paper
from alerts.documents.pdf import pdf
from alerts.documents.period import period
from alerts.documents.period import security_year as security_period
from alerts.documents.police import police
from alerts.documents.privacy_notice import privacy_notice
from alerts.documents.recovery_sheet import recovery_sheet
from alerts.documents.security_year import security_year
from alerts.documents.upgrade import upgrade
from alerts.documents.xlsx import xlsx
from backup.recovery import ways
from collector.inventory.model import Inventory
from collector.store.columns import METADATA
from collector.store.database import connect
from tests.alerts.document_reading import picture
from tests.alerts.sample_cases import NOON, sample_case, told_case
from tests.alerts.sample_digests import line_digests, sample_digest

SUMS = Path(__file__).with_name("document_samples.sha256")


def example(path: Path) -> Inventory:
    """The example office."""
    return Inventory.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))


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
