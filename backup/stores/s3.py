"""Any object store that speaks S3: its keys come from a file of their own."""

from __future__ import annotations

import re

from backup.stores.address import Access, Address, StoreError, secret

KNOWN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION")


def access(address: Address) -> Access:
    """The address, and the keys as restic takes them from its environment."""
    if not re.fullmatch(r"s3:(https?://)?[\w.:-]+/[\w./-]+", address.path):
        raise StoreError(f"{address.path} is no address: s3:https://host/bucket/path is")
    if address.environment_file is None:
        raise StoreError(f"{address.path} needs environment_file with {KNOWN[0]} and {KNOWN[1]}")
    lines = [line.strip() for line in secret(address.environment_file).splitlines()]
    given = {
        name.strip(): value.strip()
        for name, _, value in (line.partition("=") for line in lines if line and line[0] != "#")
    }
    if unknown := sorted(set(given) - set(KNOWN)):
        raise StoreError(f"{address.environment_file}: {unknown[0]} is none of {', '.join(KNOWN)}")
    if missing := [name for name in KNOWN[:2] if not given.get(name)]:
        raise StoreError(f"{address.environment_file} does not name {missing[0]}")
    authority = ("--cacert", str(address.ca_file)) if address.ca_file else ()
    return Access(address.path, authority, given)
