"""Redaction: internal addresses, hardware addresses and user names leave no trace in a paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import msgspec
from msgspec import Struct

from alerts.documents.case import DECLARED, Case
from alerts.documents.strings import changed
from alerts.documents.texts import text

INTERNAL = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)
"""Private (RFC 1918, 4193), carrier-grade NAT (6598), link-local, loopback, reserved."""

NAT64 = ip_network("64:ff9b::/96")

# A dot may be written [.] or (.) by those who defang addresses; a comma-free run of four numbers.
_DOT = r"\s?[\[(]?\.[\])]?\s?"
_IPV4 = re.compile(rf"(?<![\d.])\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}(?:/\d{{1,2}})?(?!\d)(?!\.\d)")
_IPV6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%[\w.-]+)?(?:/\d{1,3})?")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f])(?:"
    r"[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){5,}"
    r"|[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2}"
    r"|[0-9A-Fa-f]{12}"
    r")(?![0-9A-Fa-f])(?!:[0-9A-Fa-f])"
)
_USER = (
    # Home folders; the name ends at the next separator or sign that no account name holds.
    re.compile(
        r"(?P<keep>(?:\b[A-Z]:\\|\\\\[^\s\\]+\\|/)(?:Users|home|Documents and Settings)[\\/])"
        r"(?P<name>[^\\/:*?\"<>|,;]*[^\\/:*?\"<>|,;\s])",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>)(?<![\\/:\w])(?!HK(?:LM|CU|CR|U|CC)\\)[A-Z][A-Z0-9-]{0,14}\\[\w.$-]+"),
    re.compile(r"(?P<keep>)[\w.+-]+@[\w-]+(?:\.[\w-]+)*"),
    # Words of the system's own logs: `for invalid user lan from`, `user=lan`, `acct="lan"`.
    re.compile(
        r"(?P<keep>\b(?:(?:invalid|for) user\s+|(?:ruser|user|logname|acct|account name)\s*[=:]\s*))"
        r"[\"']?[\w.$-]+[\"']?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\b(?:password|publickey) for )[\w.$-]+(?= from\b)", re.IGNORECASE),
)


class Disclosure(Struct, frozen=True, kw_only=True):
    """What the officer ticked to be printed all the same."""

    internal_addresses: bool = False
    user_names: bool = False


def redacted(case: Case, disclosure: Disclosure) -> Case:
    """The case with every observed text struck through `redact`; what the office declared stays.

    Fields are taken by exception, not by list: one that is added later is redacted unasked.
    """
    values = {name: getattr(case, name) for name in case.__struct_fields__}
    observed = {name: value for name, value in values.items() if name not in DECLARED}
    plain = msgspec.to_builtins(observed, builtin_types=(datetime,))
    struck = changed(plain, lambda line: redact(line, case.user_names, disclosure))
    addresses = tuple(address for address in case.public_addresses if _public(address))
    declared = {name: values[name] for name in DECLARED}
    return Case(**declared, **_typed(struck | {"public_addresses": addresses}))


def redact(line: str, user_names: Iterable[str], disclosure: Disclosure) -> str:
    """One text without what must not leave the office.

    It is judged as a reader sees it: a zero-width space inside an address, or the digits of
    another script, hide nothing.
    """
    seen = _as_seen(line)
    struck = seen
    if not disclosure.internal_addresses:
        struck = _without_addresses(struck)
    if not disclosure.user_names:
        struck = _without_users(struck, tuple(map(_as_seen, user_names)))
    return line if struck == seen else struck


def _as_seen(line: str) -> str:
    visible = "".join(letter for letter in line if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", visible)


def _without_addresses(line: str) -> str:
    line = _MAC.sub(text("redacted.mac"), line)
    line = _IPV6.sub(_address, line)
    return _IPV4.sub(_address, line)


def _without_users(line: str, names: tuple[str, ...]) -> str:
    for pattern in _USER:
        line = pattern.sub(lambda match: match["keep"] + text("redacted.user"), line)
    # The longest first: `lan.anh` would leave `.anh` behind.
    for name in sorted(filter(None, map(str.strip, names)), key=len, reverse=True):
        known = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        line = known.sub(lambda _: text("redacted.user"), line)
    return line


def internal(address: str) -> bool:
    """Whether an address belongs inside the office. What is no address is not internal."""
    parsed = _parsed(address)
    return parsed is not None and _inside(parsed)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    bare = re.sub(_DOT, ".", address.partition("/")[0].partition("%")[0])
    octets = bare.split(".")
    if all(octet.isdecimal() for octet in octets):
        # Leading zeros name the same address to a reader.
        bare = ".".join(str(int(octet)) for octet in octets)
    try:
        return ip_address(bare)
    except ValueError:
        return None


def _inside(address: IPv4Address | IPv6Address) -> bool:
    carried = _carried(address)
    if carried is not None:
        return _inside(carried)
    return any(address in network for network in INTERNAL)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _public(address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and not _inside(parsed)


def _address(match: re.Match[str]) -> str:
    found = match[0]
    if not found.strip(":"):
        return found  # `a::b` in a program's message
    whole = _parsed(found)
    inside = _holds_internal(found) if whole is None else _inside(whole)
    return text("redacted.address") if inside else found


def _holds_internal(glued: str) -> bool:
    """Whether a run that is no address holds one: behind a word, before a port or a full stop."""
    parts = glued.rstrip(".").split(":")
    spans = (parts[i : i + length] for i in range(len(parts)) for length in range(2, 10))
    return any(internal(":".join(span)) for span in spans)


def _typed(observed: dict[str, Any]) -> dict[str, Any]:
    hints = {field.name: field.type for field in msgspec.structs.fields(Case)}
    return {name: msgspec.convert(value, hints[name]) for name, value in observed.items()}
