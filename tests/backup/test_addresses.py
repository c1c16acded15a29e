"""Addresses of stores: each kind by its beginning, its secrets from files, and what would not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup import stores
from backup.stores import Address, StoreError


def secret_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_s3_takes_its_keys_from_a_file_and_puts_them_into_the_environment_alone(
    tmp_path: Path,
) -> None:
    keys = "# tệp khóa\nAWS_ACCESS_KEY_ID=abc\nAWS_SECRET_ACCESS_KEY=def=\n"
    address = Address(
        "s3:https://s3.example.vn/kho/a", environment_file=secret_file(tmp_path, keys)
    )
    reached = stores.access(address)
    assert reached.environment == {"AWS_ACCESS_KEY_ID": "abc", "AWS_SECRET_ACCESS_KEY": "def="}
    assert "def" not in repr(reached) + " ".join(reached.arguments) + reached.location


@pytest.mark.parametrize(
    ("path", "text", "mode", "told"),
    [
        ("s3:https://h/b/p", "AWS_ACCESS_KEY_ID=a", 0o600, "does not name AWS_SECRET_ACCESS_KEY"),
        ("s3:https://h/b/p", "LD_PRELOAD=/x", 0o600, "LD_PRELOAD is none of"),
        ("s3:https://h/b/p", "AWS_ACCESS_KEY_ID=a", 0o644, "can be read by others"),
        ("s3:nowhere", "", 0o600, "is no address"),
        ("rest:https://a:b@h/", "", 0o600, "put it in login_file"),
        ("rest:http://far.example.vn/", "", 0o600, "in the clear"),
        ("rest:ftp://h/", "", 0o600, "is no address"),
        ("sftp:-oProxyCommand=x:/y", "", 0o600, "is no address"),
    ],
)
def test_an_address_that_would_not_do_is_told_plainly(
    tmp_path: Path, path: str, text: str, mode: int, told: str
) -> None:
    file = secret_file(tmp_path, text, mode)
    with pytest.raises(StoreError, match=told):
        stores.access(Address(path, login_file=file, environment_file=file))


def test_every_kind_is_known_by_its_beginning() -> None:
    assert [stores.kind(path) for path in ("/a", "rest:https://h/", "sftp:u@h:/", "s3:h/b")] == [
        *("folder", "rest", "sftp", "s3")
    ]
    assert stores.kind(r"D:\kho") == "folder"
