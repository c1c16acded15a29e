"""A small real SNMP responder that misbehaves as it is told to: over UDP, on a port of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.api import v2c

Oid = tuple[int, ...]
Answer = Callable[[str, Sequence[Oid], int], list[tuple[Oid, Any]] | bytes | None]
"""Kind of request (get, next, bulk), the objects, the rows wanted: objects and values, or raw bytes,
or None for silence."""
KINDS = {"GetRequestPDU": "get", "GetNextRequestPDU": "next", "GetBulkRequestPDU": "bulk"}


@contextmanager
def answering(answer: Answer, delay_seconds: float = 0.0) -> Iterator[int]:
    """Answer so to everyone; gives the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.05)
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(door, answer, delay_seconds, stop))
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            stop.set()
            thread.join()


def _serve(
    door: socket.socket, answer: Answer, delay_seconds: float, stop: threading.Event
) -> None:
    while not stop.is_set():
        try:
            data, sender = door.recvfrom(65535)
        except TimeoutError:
            continue
        if delay_seconds:
            time.sleep(delay_seconds)
        raw = reply(data, answer)
        if raw is not None:
            door.sendto(raw, sender)


def reply(data: bytes, answer: Answer) -> bytes | None:
    """The whole message back."""
    protocol: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    request, _ = decoder.decode(data, asn1Spec=protocol.Message())
    pdu = protocol.apiMessage.get_pdu(request)
    kind = KINDS[type(pdu).__name__]
    rows = int(v2c.apiBulkPDU.get_max_repetitions(pdu)) if kind == "bulk" else 1
    asked = [tuple(name) for name, _ in protocol.apiPDU.get_varbinds(pdu)]
    told = answer(kind, asked, rows)
    if told is None or isinstance(told, bytes):
        return told
    response = protocol.apiMessage.get_response(request)
    protocol.apiPDU.set_varbinds(protocol.apiMessage.get_pdu(response), told)
    return bytes(encoder.encode(response))


def walk_of(objects: dict[Oid, Any]) -> Answer:
    """A well-behaved device of these objects."""
    ordered = sorted(objects)

    def after(name: Oid) -> tuple[Oid, Any]:
        found = next((one for one in ordered if one > name), None)
        return (found, objects[found]) if found else (name, v2c.EndOfMibView())

    def answer(kind: str, asked: Sequence[Oid], rows: int) -> list[tuple[Oid, Any]]:
        if kind == "get":
            return [(name, objects.get(name, v2c.NoSuchInstance())) for name in asked]
        found, at = [], list(asked)
        for _ in range(rows):
            step = [after(name) for name in at]
            found += step
            at = [name for name, _ in step]
        return found

    return answer
