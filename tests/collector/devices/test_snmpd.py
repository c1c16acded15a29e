"""A real net-snmp agent, asked by community and by users of every strength."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collector.devices import credentials
from collector.devices.asking import Answer, read
from collector.devices.credentials import CredentialError, Credentials
from collector.devices.probe import probe
from collector.devices.snmp import Engines, Target

USERS = {
    "sha1aes": ("SHA", "AES"),
    "sha256aes": ("SHA-256", "AES-128"),
    "sha512aes256": ("SHA-512", "AES-256"),
    "sha384aes192": ("SHA-384", "AES-192"),
}


def test_a_community_reads_the_agent(snmpd: int) -> None:
    reading = probe(Target("127.0.0.1", Credentials(community="hoa-mai"), snmpd))
    assert reading.kind == "server"
    assert reading.name == "may-chu-that"
    assert "lo" in {port.name for port in reading.interfaces}
    assert any(volume.name == "/" for volume in reading.volumes)


@pytest.mark.parametrize("user", USERS)
def test_a_user_with_authentication_and_privacy_reads_the_agent(
    user: str, snmpd: int, tmp_path: Path
) -> None:
    auth, privacy = USERS[user]
    secrets = tmp_path / "v3"
    secrets.write_text(
        f"user: {user}\nauth: authentication-key\nauth_protocol: {auth}\n"
        f"privacy: privacy-key-0\nprivacy_protocol: {privacy}\n"
    )
    reading = probe(Target("127.0.0.1", credentials.v3(secrets), snmpd))
    assert reading.name == "may-chu-that"
    assert [gap for gap in reading.gaps if gap.field == "device"] == []


def test_a_wrong_key_is_said_and_the_next_user_is_read(snmpd: int) -> None:
    right = Credentials(user="sha1aes", auth="authentication-key", privacy="privacy-key-0")
    wrong = Credentials(user="sha1aes", auth="another-key-entirely", privacy="privacy-key-0")
    stranger = Credentials(user="nobody-here", auth="authentication-key", privacy="privacy-key-0")
    muddled = Credentials(user="sha1aes", auth="authentication-key", privacy="privacy-key-1")

    async def all_of_them() -> list[Answer]:
        engines = Engines(timeout_seconds=0.5, retries=0)
        try:
            return [
                await read(engines, Target("127.0.0.1", one, snmpd), "server")
                for one in (wrong, stranger, muddled, right)
            ]
        finally:
            engines.close()

    refused, unknown, undeciphered, read_ = asyncio.run(all_of_them())
    assert refused.problem == "the authentication key is wrong"
    assert unknown.problem == "the device does not know the user"
    assert undeciphered.problem is not None
    assert read_.problem is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("user: a\n", "needs the lines user and auth"),
        ("user: a\nauth: short\n", "shorter than 8"),
        ("user: a\nauth: long-enough\nauth_protocol: ROT13\n", "no protocol"),
        ("user: a\nauth: long-enough\nprivvy: x\n", "unknown key privvy"),
        ("just words\n", "not `key: value`"),
    ],
)
def test_a_file_of_keys_that_is_wrong_says_how_to_mend_it(
    content: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "v3"
    path.write_text(content)
    with pytest.raises(CredentialError, match=told):
        credentials.v3(path)


def test_a_json_file_of_keys_does_as_well(tmp_path: Path) -> None:
    path = tmp_path / "v3.json"
    path.write_text('{\n"username": "a",\n"authKey": "long-enough",\n"authProtocol": "sha256"\n}\n')
    found = credentials.v3(path)
    assert (found.user, found.auth_protocol, found.privacy) == ("a", "SHA-256", None)
    assert "long-enough" not in repr(found)
