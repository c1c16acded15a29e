"""Files found by name and day, restored for hand-over, fetched whole, and removed again."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

from backup import handover, searching
from backup.handover import Handover
from backup.restoring import Wish
from backup.samples import documents
from backup.searching import Searched
from tests.backup.place import NOON, Place


def search(place: Place, name: str, **asked: object) -> Searched:
    return searching.search(place.verifier, place.inventory, "van-ban", name, **asked)  # type: ignore[arg-type] # as typed


def filled(place: Place, wish: Wish) -> Handover:
    begun = handover.begin(place.state_folder, wish, "cntt", place.now)
    return handover.fill(place.verifier, place.inventory, wish, begun)


def test_each_version_of_a_file_is_found_once_by_name_and_by_day(place: Place) -> None:
    report = place.source / "Báo cáo [quý 4].docx"
    for text in ("nháp", "nháp", "bản chính"):
        place.later(days=1)
        if not report.exists() or report.read_text() != text:
            report.write_text(text)
        assert place.back_up().ok
    found = search(place, "báo CÁO [quý")
    assert [one.size_bytes for one in found.versions] == [
        len("bản chính".encode()),
        len("nháp".encode()),
    ]
    assert [one.seen_at for one in found.versions] == [
        NOON + timedelta(days=3),
        NOON + timedelta(days=2),
    ]
    early = search(place, "báo*quý", until=NOON + timedelta(days=1, hours=1))
    assert [one.seen_at for one in early.versions] == [NOON + timedelta(days=1)]
    assert search(place, "báo", until=NOON).versions == ()
    assert search(place, "không có").versions == ()
    assert not found.more


def test_a_file_is_restored_as_it_was_then_and_fetched_by_itself(place: Place) -> None:
    report = place.source / "bao-cao.txt"
    for text in ("hôm qua", "hôm nay"):
        place.later(days=1)
        report.write_text(text)
        assert place.back_up().ok
    old = search(place, "bao-cao.txt").versions[1]
    wish = Wish("van-ban", Path(), snapshot=old.snapshot, paths=(old.path,))
    done = filled(place, wish)
    assert (done.state, done.files, done.missing, done.ratio) == ("done", 1, 0, 1.0)
    assert (done.path, done.seen_at) == (old.path, old.seen_at)
    (file,) = handover.files(place.state_folder, done.name)
    assert b"".join(handover.read(file)).decode() == "hôm qua"
    assert report.read_text() == "hôm nay"
    folder = place.state_folder / handover.FOLDER
    assert stat.S_IMODE((folder / done.name).stat().st_mode) == 0o700


def test_a_whole_set_is_fetched_as_one_zip_that_follows_no_link(place: Place) -> None:
    (place.source / "passwd").symlink_to("/etc/passwd")
    assert place.back_up().ok
    done = filled(place, Wish("van-ban", Path()))
    content = b"".join(handover.zipped(place.state_folder, done.name))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        held = {Path(name).name: archive.read(name) for name in archive.namelist()}
    assert set(held) == {Path(name).name for name, _content in documents()}
    by_path = {name.rpartition("/")[2]: content for name, content in documents() if "/" not in name}
    assert {name: held[name] for name in by_path} == by_path


def test_what_cannot_be_restored_is_told_and_not_raised(place: Place) -> None:
    done = filled(place, Wish("van-ban", Path(), paths=("/nowhere",)))
    assert (done.state, done.files) == ("failed", 0)
    assert "does not hold: /nowhere" in (done.error or "")
    assert handover.listed(place.state_folder, place.now) == (done,)


def test_a_restore_whose_process_died_is_told_as_failed(place: Place) -> None:
    begun = handover.begin(place.state_folder, Wish("van-ban", Path()), "cntt", place.now)
    assert handover.listed(place.state_folder, place.now)[0].state == "running"
    place.later(hours=1)
    (told,) = handover.listed(place.state_folder, place.now)
    assert (told.name, told.state, told.error) == (begun.name, "failed", "it ended half way")


def test_after_a_week_nothing_lies_there_any_more(place: Place) -> None:
    old = filled(place, Wish("van-ban", Path()))
    place.later(days=8)
    new = filled(place, Wish("van-ban", Path()))
    assert handover.clean(place.state_folder, place.now) == (old.name,)
    assert [one.name for one in handover.listed(place.state_folder, place.now)] == [new.name]
    assert not (place.state_folder / handover.FOLDER / old.name).exists()
    handover.remove(place.state_folder, new.name)
    assert list((place.state_folder / handover.FOLDER).iterdir()) == []


def test_a_name_from_outside_never_leads_out_of_the_folder(place: Place) -> None:
    filled(place, Wish("van-ban", Path()))
    for name in ("../kho/config", "..", "", "a/b", "x" * 121):
        assert handover.one(place.state_folder, name, place.now) is None


def test_what_came_with_rights_that_keep_us_out_is_opened_fetched_and_removed(place: Place) -> None:
    closed = place.source / "đóng"
    closed.mkdir()
    (closed / "a.txt").write_text("a")
    (closed / "a.txt").chmod(0o400)
    closed.chmod(0o500)
    (place.source / "etc").symlink_to("/etc")
    rights = Path("/etc").stat().st_mode
    try:
        assert place.back_up().ok
    finally:
        closed.chmod(0o700)
    done = filled(place, Wish("van-ban", Path()))
    top = place.state_folder / handover.FOLDER / done.name
    (folder,) = top.rglob("đóng")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a.txt").stat().st_mode) == 0o600
    assert Path("/etc").stat().st_mode == rights
    handover.remove(place.state_folder, done.name)
    assert not top.exists()


def test_a_zip_takes_any_time_and_names_each_file_by_itself(place: Place) -> None:
    begun = handover.begin(place.state_folder, Wish("van-ban", Path()), "cntt", place.now)
    top = place.state_folder / handover.FOLDER / begun.name
    top.mkdir()
    for name, modified in ((b"\xff.txt", 0), (b"\xfe.txt", 2**33), (b"..\\..\\a.exe", 2**32)):
        path = os.fsencode(top) + b"/" + name
        Path(os.fsdecode(path)).write_bytes(name)
        os.utime(path, (modified, modified))
    content = b"".join(handover.zipped(place.state_folder, begun.name))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = {one.filename: one.date_time[0] for one in archive.infolist()}
    assert held == {"\ufffd.txt": 2107, "\ufffd.txt_": 1980, ".._.._a.exe": 2106}


def test_the_longest_name_of_a_set_is_found_again(place: Place) -> None:
    begun = handover.begin(place.state_folder, Wish("x" * 63, Path()), "cntt", place.now)
    assert handover.one(place.state_folder, begun.name, place.now) == begun
