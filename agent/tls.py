"""TLS as this agent speaks it: one authority, the host's name checked, 1.2 at least."""

from __future__ import annotations

import ssl


def trusting(pem: str) -> ssl.SSLContext:
    """A context that trusts that authority alone, never the system's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=pem)
    return context


def unverified() -> ssl.SSLContext:
    """A context for one thing: to fetch the authority's certificate before it can be checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
