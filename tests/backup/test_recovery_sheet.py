"""The recovery sheet: what its text alone brings back with bare restic, and what it does not tell."""

from __future__ import annotations

import os
import re
import subprocess  # noqa: TID251 - a person at a shell, who has the sheet and nothing else
from pathlib import Path

from alerts.documents.docx import docx
from alerts.documents.fonts import TINOS
from alerts.documents.pdf import pdf
from alerts.documents.recovery_sheet import recovery_sheet
from backup import recovery
from backup.recovery import PASSWORD_NAME, TARGET
from backup.samples import README, documents
from collector.inventory.model import Inventory, Repository
from tests.alerts.document_reading import docx_words, pdf_words
from tests.backup.place import Place


def typed(words: str) -> tuple[str, list[str]]:
    """What somebody types who reads the sheet: the password, and the commands in their order."""
    password = re.search(r" Mật khẩu ((?:\S{1,4} )+?)\d+ Gõ đúng thì", words)
    assert password
    address = re.search(r"export RESTIC_REPOSITORY='([^']*)'", words)
    assert address
    # An address that is longer than a line goes on in the next one.
    entrance = f"export RESTIC_REPOSITORY='{address[1].replace(' ', '')}'"
    commands = re.findall(
        r"restic -p \S+ (?:snapshots|restore latest --tag \S+ --target \S+)", words
    )
    return password[1].replace(" ", ""), [entrance, *commands]


def test_the_text_of_the_sheet_alone_restores_the_set_with_bare_restic(
    place: Place, tmp_path: Path
) -> None:
    ways = recovery.ways(place.store, place.inventory, place.state_folder, secrets=True)
    paper = recovery_sheet(place.inventory, ways, place.now)
    password, commands = typed(pdf_words(pdf(paper, typeface=TINOS), tmp_path))
    away = tmp_path / "another-machine"
    away.mkdir()
    (away / PASSWORD_NAME).write_text(f"{password}\n")
    script = "\n".join(one for one in commands if "wardwatch-state" not in one)
    assert "restore" in script
    environment = {"PATH": os.environ["PATH"], "HOME": str(away)}
    subprocess.run(["sh", "-ec", script], cwd=away, env=environment, check=True, timeout=120)
    top = next((away / TARGET).rglob(README)).parent
    back = {str(one.relative_to(top)): one.read_bytes() for one in top.rglob("*") if one.is_file()}
    assert back == dict(documents())


def test_without_leave_no_secret_stands_on_the_sheet_but_where_it_lies_does(
    place: Place, tmp_path: Path
) -> None:
    file = place.state_folder / "passwords" / "kho"
    paper = recovery_sheet(
        place.inventory,
        recovery.ways(place.store, place.inventory, place.state_folder, secrets=False),
        place.now,
    )
    for words in (pdf_words(pdf(paper, typeface=TINOS), tmp_path), docx_words(docx(paper))):
        plain = words.replace(" ", "")
        assert file.read_text().strip() not in plain
        assert str(file) in plain
        assert "Nơi cất phong bì niêm phong" in words
        assert "apt install restic" in words


def test_logins_and_keys_of_other_stores_are_told_by_leave_alone(
    place: Place, tmp_path: Path
) -> None:
    for name, text in {
        "login": "may-a:mat:khau/1\n",
        "keys": "AWS_ACCESS_KEY_ID=AK1\nAWS_SECRET_ACCESS_KEY=SK 1\n",
        "kho-2": "p2\n",
        "kho-3": "p3\n",
    }.items():
        (place.state_folder / name).write_text(text)
        (place.state_folder / name).chmod(0o600)
    elsewhere = with_more(
        place.inventory,
        Repository(
            id="kho-2",
            path="rest:https://kho.example.vn:8000/may-a/",
            password_file="kho-2",
            login_file="login",
        ),
        Repository(
            id="kho-3",
            path="s3:https://s3.example.vn/kho",
            password_file="kho-3",
            environment_file="keys",
        ),
    )
    told = {
        secrets: " ".join(
            line
            for way in recovery.ways(place.store, elsewhere, place.state_folder, secrets=secrets)
            for line in way.commands
        )
        for secrets in (True, False)
    }
    assert "rest:https://may-a:mat%3Akhau%2F1@kho.example.vn:8000/may-a/" in told[True]
    assert "AWS_SECRET_ACCESS_KEY='SK 1'" in told[True]
    assert "mat%3Akhau" not in told[False]
    assert "SK 1" not in told[False]
    assert "TAI-KHOAN:MAT-KHAU@kho.example.vn" in told[False]


def with_more(inventory: Inventory, *more: Repository) -> Inventory:
    return inventory.model_copy(update={"repositories": (*inventory.repositories, *more)})
