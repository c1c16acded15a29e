"""The archive of an incident: readable, complete, and no byte of it can be changed unseen."""

from __future__ import annotations

import hashlib
import io
import random
import re
import subprocess  # noqa: TID251 - the verifier runs as the police would run it
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert

from alerts import handling, misp, queries, register, reporting
from alerts.documents.redaction import Disclosure
from alerts.dossier import Dossier, dossier
from alerts.finding import Evidence, Finding, Seen
from alerts.incidents import NotAllowed
from alerts.verifier import check
from collector.store.database import Store
from collector.store.tables import agents, epochs, reports
from tests.alerts.builders import NOON, inventory

ID = "SC-2026-0001"
BODY = '{"section":{"checks":[{"id":"antivirus","observed":"10.20.30.40 tắt"}]}}'
FLIPS = 1000


@pytest.fixture
def made(store: Store) -> Dossier:
    """A killed agent, taken and noted, with two readings behind it."""
    with store.write() as connection:
        connection.execute(
            insert(agents).values(
                id="a", key_hash=b"k", state="approved", hostname="h", joined_at=NOON
            )
        )
        connection.execute(
            insert(epochs).values(id=1, agent="a", epoch="e", ordinal=1, first_received_at=NOON)
        )
        for number in (1, 2):
            body = BODY.replace("tắt", f"tắt {number}")
            connection.execute(
                insert(reports).values(
                    id=number,
                    stream=1,
                    agent="a",
                    epoch="e",
                    seq=number,
                    kind="load",
                    at=NOON,
                    received_at=NOON,
                    body=body,
                    sha256=hashlib.sha256(body.encode()).digest(),
                )
            )
        seen = tuple(
            Evidence("pc-1", "load", (Seen("last-load"),), number, NOON) for number in (1, 2)
        )
        values = {"room": "101", "last_at": "-"}
        found = Finding("agent-silent", "pc-1", "fail", "killed", values, seen, "security")
        register.record(connection, [found], NOON, inventory())
        handling.act(connection, NOON, "cntt", ID, "take")
        note = "thấy 192.168.10.25 và C:\\Users\\lan\\a.txt <script>alert(1)</script>"
        handling.act(connection, NOON, "cntt", ID, "note", note)
        return dossier(connection, inventory(), ID, NOON, Disclosure())


def members(made: Dossier) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def verified(folder: Path, verifier: bytes, paths: list[Path]) -> tuple[int, list[str]]:
    """By the archive's own verifier, in a bare Python that sees nothing of ours."""
    script = folder / "verify.py"
    script.write_bytes(verifier)
    done = subprocess.run(
        [sys.executable, "-I", "-S", script.name, *(one.name for one in paths)],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
        env={},
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode().splitlines()


def test_it_holds_the_story_the_chain_the_raw_readings_and_its_own_verifier(made: Dossier) -> None:
    found = members(made)
    assert sorted(found) == [
        "MANIFEST.json", "READ-ME.txt", "evidence.jsonl", "misp.json", "readings/1.json",
        "readings/2.json", "timeline.html", "verify.py",
    ]  # fmt: skip
    assert found["readings/2.json"].decode() == BODY.replace("tắt", "tắt 2")
    story = found["timeline.html"].decode()
    assert "Nhận sự cố" in story
    assert "readings/1.json" in story
    assert made.name == "chung-cu-sc-2026-0001.zip"
    assert made.sha256 == hashlib.sha256(made.content).hexdigest()


def test_the_story_is_inert_and_holds_no_internal_address_or_user_name(made: Dossier) -> None:
    story = members(made)["timeline.html"].decode()
    assert "<script" not in story
    assert "192.168.10.25" not in story
    assert "lan" not in re.findall(r"\w+", story)
    assert "[địa chỉ nội bộ đã lược bỏ]" in story


def test_the_same_incident_at_the_same_moment_is_the_same_bytes(
    store: Store, made: Dossier
) -> None:
    with store.read() as connection:
        assert dossier(connection, inventory(), ID, NOON, Disclosure()) == made


def test_each_of_a_thousand_flipped_bytes_is_found_and_named_by_the_archives_own_verifier(
    made: Dossier, tmp_path: Path
) -> None:
    draw = random.Random(20261127)
    whole = tmp_path / "whole.zip"
    whole.write_bytes(made.content)
    paths = []
    for number in range(FLIPS):
        content = bytearray(made.content)
        content[draw.randrange(len(content))] ^= draw.randrange(1, 256)
        path = tmp_path / f"{number}.zip"
        path.write_bytes(content)
        paths.append(path)
    verifier = members(made)["verify.py"]
    assert verified(tmp_path, verifier, [whole])[0] == 0
    code, said = verified(tmp_path, verifier, paths)
    assert code == 1
    assert len(said) == FLIPS
    missed = [line for line in said if not re.search(r": CHANGED / ĐÃ BỊ SỬA: \S", line)]
    assert missed == []


def test_each_of_a_thousand_flipped_bytes_of_the_chain_alone_is_found(made: Dossier) -> None:
    draw = random.Random(7)
    chain = members(made)["evidence.jsonl"]
    assert check(chain).problem is None
    for _ in range(FLIPS):
        content = bytearray(chain)
        at = draw.randrange(len(content))
        content[at] ^= draw.randrange(1, 256)
        assert check(bytes(content)).problem is not None, at


@pytest.mark.parametrize("name", ["verify.py", "readings/1.json", "timeline.html", "MANIFEST.json"])
def test_a_member_that_was_rewritten_with_care_is_named(made: Dossier, name: str) -> None:
    """Packed anew, with right checksums of the archive itself: the manifest still tells."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one, content in members(made).items():
            archive.writestr(one, content + b" " if one == name else content)
    problem = check(packed.getvalue()).problem
    assert problem is not None
    if name != "MANIFEST.json":
        assert problem == f"{name}: was changed"


def test_a_reading_that_is_not_the_chains_is_named_although_the_manifest_fits(
    made: Dossier,
) -> None:
    found = members(made) | {"readings/1.json": b"{}"}
    manifest = msgspec.json.decode(found["MANIFEST.json"])
    manifest["files"]["readings/1.json"] = hashlib.sha256(b"{}").hexdigest()
    found["MANIFEST.json"] = msgspec.json.encode(manifest)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one, content in found.items():
            archive.writestr(one, content)
    problem = check(packed.getvalue()).problem
    assert problem == "readings/1.json: is not the reading that the chain holds"


def test_a_drills_archive_says_so_everywhere_and_is_never_exchanged(store: Store) -> None:
    told = reporting.Report("told-phishing", "pc-1", "thư giả", "Kế toán", NOON, drill=True)
    with store.write() as connection:
        drill = reporting.report(connection, inventory(), NOON, "cntt", told).id
        made = dossier(connection, inventory(), drill, NOON, Disclosure())
        file = queries.file(connection, drill, NOON)
        assert file is not None
        with pytest.raises(NotAllowed, match="never exchanged"):
            misp.event(file, inventory(), Disclosure())
    found = members(made)
    assert made.name.startswith("dien-tap-")
    assert "misp.json" not in found
    assert "DIỄN TẬP" in found["timeline.html"].decode()
    assert found["READ-ME.txt"].decode().startswith("DIỄN TẬP")
    assert msgspec.json.decode(found["MANIFEST.json"])["drill"] is True


def test_the_event_for_misp_has_its_required_fields_and_is_the_same_event_each_time(
    made: Dossier,
) -> None:
    event = msgspec.json.decode(members(made)["misp.json"])["Event"]
    assert {"uuid", "info", "date", "threat_level_id", "analysis", "distribution"} <= event.keys()
    assert event["date"] == "2026-11-23"
    assert {"name": 'rsit:other="undetermined"'} in event["Tag"]
    assert len({one["uuid"] for one in event["Attribute"]}) == len(event["Attribute"]) == 3
    assert all(one["value"] for one in event["Attribute"])
    assert "10.20.30.40" not in str(event)
