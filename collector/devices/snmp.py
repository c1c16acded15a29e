"""SNMP's edge: one exchange with a device by pysnmp, over engines that live as long as we do."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.type import univ
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as pysnmp
from pysnmp.hlapi.v3arch.asyncio.cmdgen import LCD
from pysnmp.proto import rfc1902, rfc1905

from collector.devices.credentials import Credentials
from collector.devices.walk import Value

TIMEOUT_SECONDS = 1.5
RETRIES = 1
PORT = 161

AUTH = {
    "MD5": pysnmp.USM_AUTH_HMAC96_MD5,
    "SHA": pysnmp.USM_AUTH_HMAC96_SHA,
    "SHA-224": pysnmp.USM_AUTH_HMAC128_SHA224,
    "SHA-256": pysnmp.USM_AUTH_HMAC192_SHA256,
    "SHA-384": pysnmp.USM_AUTH_HMAC256_SHA384,
    "SHA-512": pysnmp.USM_AUTH_HMAC384_SHA512,
}
PRIVACY = {
    # net-snmp and most makers stretch keys as Blumenthal wrote; Cisco (-C) as 3DES does.
    "DES": pysnmp.USM_PRIV_CBC56_DES,
    "AES-128": pysnmp.USM_PRIV_CFB128_AES,
    "AES-192": pysnmp.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": pysnmp.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": pysnmp.USM_PRIV_CFB192_AES,
    "AES-256-C": pysnmp.USM_PRIV_CFB256_AES,
}
_NULL = univ.Null("")
Row = tuple[tuple[int, ...], Value | None]
"""One object of an answer; None: the device has no such object, or nothing behind it."""


class AskError(Exception):
    """No usable answer: a sentence for the operator."""


@dataclass(frozen=True)
class Target:
    """Where to ask, and with what."""

    host: str
    credentials: Credentials
    port: int = PORT


@dataclass(frozen=True)
class Line:
    """A target as pysnmp knows it."""

    engine: SnmpEngine
    name: str
    context: Any


class Engines:
    """pysnmp's engines: one for all communities, and one for each user's keys.

    An engine knows one key a user: two devices whose users are namesakes would put each other out.
    To be used in one event loop, and closed there: an unclosed engine keeps a socket and 1 MB.
    """

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS, retries: int = RETRIES) -> None:
        self._timeout_seconds, self._retries = timeout_seconds, retries
        self._engines: dict[str, SnmpEngine] = {}
        self._lines: dict[Target, tuple[str, Line]] = {}

    async def line(self, target: Target) -> Line:
        """Ready to be asked. Raises AskError where the name has no address."""
        address, six = await _address(target)
        known = self._lines.get(target)
        if known is not None and known[0] == address:
            return known[1]
        engine = self._engine(target.credentials)
        transport = pysnmp.Udp6TransportTarget if six else pysnmp.UdpTransportTarget
        try:
            place = await transport.create(
                (address, target.port), timeout=self._timeout_seconds, retries=self._retries
            )
            name, _ = LCD.configure(engine, _auth(target.credentials), place)
        except PySnmpError as error:
            raise AskError(f"can't be asked: {_short(error)}") from error
        line = Line(engine, name, univ.OctetString(target.credentials.context.encode()))
        self._lines[target] = (address, line)
        return line

    def close(self) -> None:
        """Give back every socket."""
        for engine in self._engines.values():
            engine.close_dispatcher()
        self._engines.clear()
        self._lines.clear()

    def _engine(self, credentials: Credentials) -> SnmpEngine:
        key = credentials.digest if credentials.user else "communities"
        if key not in self._engines:
            self._engines[key] = SnmpEngine()
        return self._engines[key]


async def get(line: Line, oids: Sequence[str]) -> list[Row]:
    """These very objects."""
    return await _sent(line, cmdgen.GetCommandGenerator().send_varbinds, (), oids)


async def following(line: Line, oids: Sequence[str]) -> list[Row]:
    """The object after each of these (GETNEXT)."""
    return await _sent(line, cmdgen.NextCommandGeneratorSingleRun().send_varbinds, (), oids)


async def bulk(line: Line, oids: Sequence[str], rows: int) -> list[Row]:
    """So many objects after each of these, row by row (GETBULK)."""
    generator = cmdgen.BulkCommandGeneratorSingleRun()
    return await _sent(line, generator.send_varbinds, (0, rows), oids)


async def _sent(line: Line, send: Any, numbers: tuple[int, ...], oids: Sequence[str]) -> list[Row]:
    answer: asyncio.Future[tuple[Any, int, int, Any]] = asyncio.get_running_loop().create_future()
    wanted = [(univ.ObjectIdentifier(oid), _NULL) for oid in oids]
    try:
        send(line.engine, line.name, None, line.context, *numbers, wanted, _arrived, answer)
    except PySnmpError as error:
        raise AskError(f"can't be asked: {_short(error)}") from error
    trouble, status, index, rows = await answer
    if trouble:
        raise AskError(_words(str(trouble)))
    if int(status):
        raise RefusedError(int(status), int(index))
    return [(tuple(name), _value(value)) for name, value in rows]


class RefusedError(AskError):
    """The device answered that it will not: an SNMP error status."""

    def __init__(self, status: int, index: int) -> None:
        names = rfc1905.errorStatus.namedValues
        super().__init__(f"the device refuses: {names.getName(status) or status}")
        self.status, self.index = status, index


def _arrived(
    _engine: Any, _handle: Any, trouble: Any, status: Any, index: Any, rows: Any, answer: Any
) -> None:
    if not answer.done():  # the deadline may have passed while the answer was on its way
        answer.set_result((trouble, status, index, rows))


def _auth(credentials: Credentials) -> Any:
    if credentials.user is None:
        # Version 2c sends its community in clear: whoever can, declares version 3.
        name = f"c{credentials.digest}"
        return pysnmp.CommunityData(name, credentials.community, mpModel=1)  # noqa: S508
    return pysnmp.UsmUserData(
        credentials.user,
        authKey=credentials.auth,
        privKey=credentials.privacy,
        authProtocol=AUTH[credentials.auth_protocol],
        privProtocol=PRIVACY[credentials.privacy_protocol]
        if credentials.privacy
        else pysnmp.USM_PRIV_NONE,
    )


async def _address(target: Target) -> tuple[str, bool]:
    """The address and whether it is IPv6. A literal asks no name server."""
    host = target.host.strip("[]")
    try:
        return host, ipaddress.ip_address(host).version == 6
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise AskError(f"the name {target.host} was not found") from error
    family, _, _, _, place = found[0]
    return str(place[0]), family == socket.AF_INET6


def _value(value: Any) -> Value | None:
    if isinstance(value, univ.Null):  # noSuchObject, noSuchInstance and endOfMibView are Nulls too
        return None
    if isinstance(value, rfc1902.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.ObjectIdentifier):
        return str(value)
    return bytes(value) if isinstance(value, univ.OctetString) else None


_WORDS = {
    "request timed out": "no answer",
    "no snmp response received": "no answer",
    "unknown usm user": "the device does not know the user",
    "unknownusername": "the device does not know the user",
    "wrong snmp pdu digest": "the authentication key is wrong",
    "wrongdigest": "the authentication key is wrong",
    "decryption error": "the privacy key is wrong",
    "ciphering services not available": "the privacy key is wrong",
    "unsupported snmp security level": "the device asks for another security level",
}


def _words(trouble: str) -> str:
    folded = trouble.casefold()
    return next((said for known, said in _WORDS.items() if known in folded), _short(trouble))


def _short(error: object) -> str:
    return " ".join(str(error).split())[:160]
