"""A folder on a disk of this machine: the only store whose bytes are read again without restic."""

from __future__ import annotations

from backup.stores.address import Access, Address


def access(address: Address) -> Access:
    """The folder itself."""
    return Access(address.path)
