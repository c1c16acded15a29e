"""The ward's way to its city: joined once by a string that pins the city's authority, then HTTPS."""

from __future__ import annotations

import http.client
import re
import ssl
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import joining as agent_joining
from agent import tls
from agent.joining import Invitation, JoiningError
from agent.settings import COLLECTOR
from agent.settings import Settings as Address
from collector.files import write_private
from collector.summary import wire

T = TypeVar("T")

FILE = "city.json"
"""In `STATE/ca`, beside the site's key."""
STRING = re.compile(
    rf"wardwatch-city:(?P<city>{COLLECTOR.pattern})/(?P<pin>[0-9a-f]{{64}})/(?P<token>[a-z2-7]{{26}})"
)
TIMEOUT_SECONDS = 5.0
"""Between two words of the city: the duties wait for it."""
ANSWER_BYTES = 64 * 1024
FOR_GOOD = (400, 409, 413, 415)
"""The same bytes will never be taken."""


class LinkError(Exception):
    """The city cannot be reached, or did not take it now; try again later."""

    def __init__(self, words: str, after_seconds: float = 0.0) -> None:
        super().__init__(words)
        self.after_seconds = after_seconds
        """So long the city asks not to be asked again."""


class RefusedForGoodError(Exception):
    """The city will never take these bytes; says why."""


class City(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom this ward tells its days, as joining left it."""

    address: str
    """`host:port`."""
    pin: str
    ca: str
    """The city's certificate authority, PEM."""
    name: str


def load(folder: Path) -> City | None:
    """The city that was joined; None while there is none. Raises LinkError on a damaged file."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=City)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise LinkError(f"{folder / FILE} cannot be used, join the city again: {error}") from error


def join(folder: Path, text: str, site: str, key: Ed25519PrivateKey) -> City:
    """Join by the city's string: its pin first, then the token. Raises LinkError."""
    found = STRING.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"]) < 65536:
        raise LinkError("not a city's join string: it reads wardwatch-city:HOST:PORT/PIN/TOKEN")
    invited = Invitation(found["city"], found["pin"], found["token"])
    try:
        pem = agent_joining.authority(invited)
    except JoiningError as error:
        raise LinkError(str(error)) from error
    request = wire.WardRequest(
        version=1,
        token=invited.token,
        site=site,
        public_key=key.public_key().public_bytes_raw().hex(),
        proof=key.sign(wire.joining_words(invited.token, site)).hex(),
    )
    unnamed = City(invited.collector, invited.pin, pem, "")
    answer = _post(unnamed, "/v1/wards", msgspec.json.encode(request), {}, wire.WardAnswer)
    city = City(unnamed.address, unnamed.pin, unnamed.ca, answer.city)
    try:
        write_private(folder / FILE, msgspec.json.format(msgspec.json.encode(city)) + b"\n")
    except OSError as error:
        raise LinkError(f"cannot write {folder / FILE}: {error.strerror}") from error
    return city


def send(city: City, body: bytes, key: Ed25519PrivateKey) -> wire.SummaryAnswer:
    """Sign one day and send it; back when it is stored. Raises LinkError, RefusedForGoodError."""
    signature = key.sign(wire.SIGNED + body).hex()
    headers = {"Wardwatch-Signature": signature}
    return _post(city, "/v1/summaries", body, headers, wire.SummaryAnswer)


def _post(city: City, path: str, body: bytes, headers: dict[str, str], answered: type[T]) -> T:
    status, after, text = _exchange(city, path, body, headers)
    if status == 200:
        try:
            return msgspec.json.decode(text, type=answered)
        except msgspec.MsgspecError as error:
            raise LinkError(f"{city.address} answers otherwise than a city does") from error
    if status == 401:
        raise LinkError(
            f"{city.address} does not know this ward, or the string was used: join again"
        )
    if status in FOR_GOOD:
        raise RefusedForGoodError(_detail(text, status))
    raise LinkError(f"{city.address} answered {status}", after)


def _exchange(
    city: City, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, float, bytes]:
    where = Address(city.address, "", "", city.pin)
    try:
        line = http.client.HTTPSConnection(
            where.host, where.port, timeout=TIMEOUT_SECONDS, context=tls.trusting(city.ca)
        )
    except ssl.SSLError as error:
        raise LinkError(f"the city's certificate cannot be used, join again: {error}") from error
    try:
        line.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        after = answer.headers.get("Retry-After", "")
        return answer.status, float(after) if after.isdecimal() else 0.0, answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise LinkError(f"cannot reach {city.address}: {error}") from error
    finally:
        line.close()


def _detail(text: bytes, status: int) -> str:
    try:
        said = msgspec.json.decode(text)["detail"]
    except (msgspec.MsgspecError, KeyError, TypeError):
        return f"status {status}"
    return str(said)[:200]
