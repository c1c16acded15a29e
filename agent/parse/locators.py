"""Addresses of things in the network, without what in them might be a secret."""

from __future__ import annotations


def bare(text: str) -> str:
    """`scheme://host/path` without an account, a password, a key or a query."""
    scheme, found, rest = text.partition("?")[0].partition("://")
    if not found:
        return scheme
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
