from __future__ import annotations

import hashlib
import os
import ssl
import subprocess  # noqa: TID251 - the program is run as an officer runs it
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent import der, joining, settings
from agent.joining import JoiningError
from tests.agent import certificates, door

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")


def test_a_right_pin_joins_and_only_the_keys_hash_is_sent(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        joined = joining.join(joining.invitation(there.string), "pc-vp-01", "linux")
    sent = there.joins[0]
    key = bytes.fromhex(joined.settings.secret)
    assert sent["key_sha256"] == hashlib.sha256(key).hexdigest()
    assert joined.settings.secret not in str(there.joins)
    assert (sent["hostname"], sent["system"], sent["version"]) == ("pc-vp-01", "linux", 1)
    assert (joined.settings.agent, joined.asset, joined.state) == ("a1", "pc-01", "approved")


def test_another_authority_than_the_pinned_one_gets_not_one_byte(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        wrong = there.string.replace(there.authority.pin, certificates.authority().pin)
        with pytest.raises(JoiningError, match="not the collector of this join string"):
            joining.join(joining.invitation(wrong), "pc", "linux")
    assert not there.joins
    assert there.bytes_read == 0


def test_the_right_authority_with_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    by = certificates.authority()
    other = certificates.served(tmp_path, by, "192.0.2.7")
    with (
        door.opened(tmp_path, by, other) as there,
        pytest.raises(JoiningError, match="IP address mismatch"),
    ):
        joining.join(joining.invitation(there.string), "pc", "linux")
    assert there.bytes_read == 0


def test_a_self_signed_server_that_shows_the_right_authority_is_refused(tmp_path: Path) -> None:
    with (
        door.opened(tmp_path, None, certificates.self_signed(tmp_path)) as there,
        pytest.raises(JoiningError, match="certificate verify failed"),
    ):
        joining.join(joining.invitation(there.string), "pc", "linux")
    assert there.bytes_read == 0


def test_a_server_that_knows_tls_1_1_at_most_is_refused(tmp_path: Path) -> None:
    with (
        door.opened(tmp_path, newest=ssl.TLSVersion.TLSv1_1) as there,
        pytest.raises(JoiningError, match="cannot reach"),
    ):
        joining.join(joining.invitation(there.string), "pc", "linux")
    assert there.bytes_read == 0


def test_a_used_token_is_told_as_such(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        other = there.string[:-26] + "b" * 26
        with pytest.raises(JoiningError, match="does not take this token"):
            joining.join(joining.invitation(other), "pc", "linux")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wardwatch:",
        "http://x",
        f"wardwatch:a:1/{'0' * 64}/short",
        f"wardwatch:a:99999/{'0' * 64}/{'a' * 26}",
    ],
)
def test_what_is_no_join_string_is_refused(text: str) -> None:
    with pytest.raises(JoiningError):
        joining.invitation(text)


@given(some.text())
def test_any_text_is_a_join_string_or_a_clear_no(text: str) -> None:
    with pytest.raises(JoiningError):
        joining.invitation(text)


@given(some.binary(max_size=300))
def test_any_bytes_are_a_certificate_or_a_clear_no(data: bytes) -> None:
    with pytest.raises(der.DerError):
        der.spki_sha256(data)


def test_the_walker_finds_the_same_key_as_a_whole_library() -> None:
    by = certificates.authority()
    assert der.spki_sha256(ssl.PEM_cert_to_DER_cert(by.pem)) == by.pin


def test_the_command_reads_the_string_from_stdin_and_keeps_secrets_to_itself(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        command = [sys.executable, "-m", "agent", "join", "-", "--state", str(state)]
        done = subprocess.run(
            command, input=there.string, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "approved as pc-01" in done.stdout
    kept = settings.load(state)
    assert kept.secret not in done.stdout + done.stderr
    assert door.TOKEN not in done.stdout + done.stderr
    modes = {path.name: path.stat().st_mode & 0o777 for path in state.iterdir()}
    assert modes == {"agent.json": 0o600, "ca.pem": 0o600}
    assert state.stat().st_mode & 0o777 == 0o700


def test_settings_with_another_authority_than_the_one_joined_are_refused(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        door.known(there, tmp_path / "state")
    (tmp_path / "state" / settings.CA).write_text(certificates.authority().pem)
    with pytest.raises(settings.SettingsError, match="not the authority"):
        settings.load(tmp_path / "state")


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"collector": "x"}', "\x00\xff"])
def test_damaged_settings_are_told_in_a_sentence(tmp_path: Path, damage: str) -> None:
    (tmp_path / settings.FILE).write_text(damage)
    (tmp_path / settings.CA).write_text("none")
    with pytest.raises(settings.SettingsError):
        settings.load(tmp_path)


def test_the_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARDWATCH_AGENT_STATE", os.fspath(tmp_path))
    assert settings.folder() == str(tmp_path)
