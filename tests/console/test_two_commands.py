"""The spine, end to end: two commands from nothing to a reading, an incident, a paper, a proof."""

from __future__ import annotations

import signal
import socket
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.alerts.document_reading import docx_words
from tests.console.office import Running, alive, children_of, end, poll, quick, up, wardwatch


def test_from_nothing_to_a_reading_a_proof_an_incident_and_a_paper(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    state, inventory = tmp_path / "state", quick(example_inventory_path, tmp_path)
    with up(state, inventory) as office:
        poll(lambda: 'state="reporting"} 1' in office.get("/metrics")[1])
        poll(lambda: "wardwatch_host_cpu_ratio{" in office.get("/metrics")[1])
        assert office.link
        assert office.link.rpartition("/")[2] not in office.log.read_text("utf-8")

        # A backup was made without being asked for, and restored and compared.
        proved = poll(lambda: proved_set(office))
        assert proved["set"] == "tai-lieu-mau"
        assert proved["last_drill"]["files"] > 0

        people_bring_it_back_by_one_command(office, tmp_path)
        the_sheet_holds_passwords_that_nothing_else_tells(office, tmp_path)

        the_log_tells_it_in_an_operators_words(office)
        every_figure_leads_to_its_records(office)

        # The agent is killed: its silence becomes an incident, and is not mended by the supervisor.
        end(office.agent, signal.SIGKILL)
        poll(lambda: 'state="killed"} 1' in office.get("/metrics")[1])
        incident = poll(
            lambda: next(
                (one for one in office.json("incidents") if one["rule"] == "agent-silent"), None
            )
        )
        assert incident["subject"] == "may-chu"
        assert incident["kind"] == "security"
        the_incident_becomes_a_paper(office, incident["id"], tmp_path / "papers")
        assert not alive(office.agent)
        agents = joined(office)
        assert office.stop() < 10
        assert office.process.returncode == 0

    # Started again: the same agent, the same incident, the same proofs.
    with up(state, inventory, office.port) as again:
        assert {one["id"] for one in again.json("incidents")} >= {incident["id"]}
        assert again.json("backup", "status")["sets"]["tai-lieu-mau"]["last_proof_at"]
        assert joined(again) == agents == 1
        poll(lambda: 'state="reporting"} 1' in again.get("/metrics")[1])


def proved_set(office: Running) -> Any:
    sets = office.json("backup", "status")["sets"].values()
    return next((one for one in sets if one["last_proof_at"]), None)


def people_bring_it_back_by_one_command(office: Running, tmp_path: Path) -> None:
    here = ("backup", "restore", "tai-lieu-mau", "--state", str(office.state), "--to")
    done = wardwatch(*here, str(tmp_path / "back"))
    assert done.returncode == 0, done.stderr
    assert "files restored to" in done.stdout
    assert done.stderr.startswith("0% of ")
    assert done.stderr.splitlines()[-1].startswith("100% of ")
    assert next((tmp_path / "back").rglob("DOC-TRUOC.txt")).read_bytes()
    twice = wardwatch(*here, str(tmp_path / "back"))
    assert (twice.returncode, "is not empty" in twice.stderr) == (2, True)
    early = wardwatch(*here, str(tmp_path / "early"), "--at", "2020-01-01")
    assert (early.returncode, "the first backup of" in early.stderr) == (2, True)
    beside = office.json(*here, str(tmp_path / "back"), "--beside", "--at", "2099-12-31")
    assert (beside["missing"], beside["files"] > 0) == ([], True)


def the_sheet_holds_passwords_that_nothing_else_tells(office: Running, tmp_path: Path) -> None:
    secret = (office.state / "passwords" / "kho-chinh").read_text().strip()
    out = tmp_path / "envelope"
    asked = ("document", "recovery-sheet", "--format", "docx", "--out", str(out))
    done = wardwatch(*asked, "--with-passwords", "--state", str(office.state))
    assert done.returncode == 0, done.stderr
    (sheet,) = out.iterdir()
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert secret in docx_words(sheet.read_bytes()).replace(" ", "")
    told = done.stdout + done.stderr + office.log.read_text("utf-8")
    with closing(sqlite3.connect(office.state / "wardwatch.sqlite")) as connection:
        told += "".join(row[0] for row in connection.execute("SELECT detail FROM audit"))
    assert '"passwords":1' in told
    assert secret not in told


def the_log_tells_it_in_an_operators_words(office: Running) -> None:
    log = office.log.read_text("utf-8")
    assert "repository kho-chinh made" in log
    assert "drill of tai-lieu-mau: " in log
    assert "alembic" not in log  # nothing of the schema's steps


def every_figure_leads_to_its_records(office: Running) -> None:
    targets = office.json("targets")
    assert [one["item"] for one in targets] == [23, 27, 28]
    assert any(why["reports"] for one in targets for row in one["rows"] for why in row["why"])


def the_incident_becomes_a_paper(office: Running, incident: str, papers: Path) -> None:
    done = wardwatch(
        *("document", "police", incident),
        *("--format", "pdf,docx", "--out", str(papers), "--state", str(office.state)),
    )
    assert done.returncode == 0, done.stderr
    assert "to fill in by hand before signing: Người liên hệ: họ và tên" in done.stderr
    pdf, docx = sorted(papers.iterdir(), reverse=True)
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert zipfile.ZipFile(docx).testzip() is None


def joined(office: Running) -> int:
    return len(office.json("agents", "list")["agents"])


def test_kill_9_of_the_supervisor_leaves_nothing_behind(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    with up(tmp_path / "state", quick(example_inventory_path, tmp_path)) as office:
        left = children_of(office.process.pid)
        assert len(left) == 3
        end(office.process.pid, signal.SIGKILL)
        office.process.wait(10)
        poll(lambda: not any(alive(one) for one in left), 20)


def test_a_serving_process_that_dies_is_started_again_and_said(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    with up(tmp_path / "state", quick(example_inventory_path, tmp_path)) as office:
        serving = children_of(office.process.pid)[0]
        end(serving, signal.SIGKILL)
        poll(lambda: "serving started again" in office.log.read_text("utf-8"))
        poll(lambda: answers(office.port))
        assert "serving ended with -9" in office.log.read_text("utf-8")


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
