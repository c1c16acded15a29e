"""Where repositories may lie, by how their address begins. To add a kind: a module and a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backup.stores import folder, rest, s3, sftp
from backup.stores.address import Access, Address, StoreError

__all__ = ["KINDS", "Access", "Address", "StoreError", "access", "kind"]

KINDS: Mapping[str, Callable[[Address], Access]] = {
    "folder": folder.access,  # on a disk of this machine, or one that is brought in
    "rest": rest.access,  # rest-server, or `rclone serve restic`
    "sftp": sftp.access,
    "s3": s3.access,
}


def kind(path: str) -> str:
    """The kind of store that an address names: what stands before the colon, else a folder."""
    scheme = path.partition(":")[0]
    return scheme if scheme in KINDS else "folder"


def access(address: Address) -> Access:
    """How restic reaches the repository. Raises StoreError where a file of secrets is amiss."""
    return KINDS[kind(address.path)](address)
