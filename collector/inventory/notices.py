"""How the office is told: its mail server, its chat channels, when and whom."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collector.inventory.declared import Declared
from collector.inventory.kinds import Address, Email, Id, StoredPath, Text, UnfitError

PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Mail(Declared):
    """The mail server that sends the office's mail; the password stands in a file."""

    host: Address
    """Host name or address of the mail server."""
    security: Literal["tls", "starttls", "none"] = "starttls"
    """How the connection is protected; `none` for a relay on this machine alone."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port; without it 465 for tls, 587 for starttls, 25 for none."""
    sender: Email
    """Address that the mail comes from."""
    user: Text | None = None
    """Name to sign in with, where the server asks for one."""
    password_file: StoredPath | None = None
    """File that holds the password."""
    ca_file: StoredPath | None = None
    """Certificate authority of a server inside; without it, those that the system trusts."""

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if (self.user is None) != (self.password_file is None):
            raise UnfitError("user and password_file belong together", "write both or neither")
        if self.user is not None and self.security == "none":
            raise UnfitError("would send the password unprotected", "write security: starttls")
        return self

    @property
    def door(self) -> int:
        """The port, written or usual."""
        return self.port or PORTS[self.security]


class Channel(Declared):
    """One way to tell people. `mail` goes by the mail server, the others by a URL in a file."""

    id: Id
    """Id of the channel."""
    kind: Literal["mail", "telegram", "zalo", "ntfy", "teams", "webhook", "apprise"]
    """What it is; `apprise` takes every service that the library of that name knows."""
    to: tuple[Email, ...] = ()
    """Kind mail: the addresses; without them, the IT officer's."""
    url_file: StoredPath | None = None
    """The other kinds: file that holds the URL with its secret in it."""
    language: Literal["vi", "en"] = "vi"
    """Language of what is told."""
    least: Literal["critical", "warning", "info"] = "warning"
    """Least severity that is told here."""
    escalation: bool = False
    """Told only what nobody has taken up in time, or a legal clock that runs out."""

    @model_validator(mode="after")
    def _has_its_way(self) -> Self:
        if self.kind != "mail" and self.url_file is None:
            raise UnfitError(f"kind {self.kind} needs url_file")
        if self.kind == "mail" and self.url_file is not None:
            raise UnfitError("kind mail takes no url_file", "the mail server stands under mail")
        if self.kind != "mail" and self.to:
            raise UnfitError(f"kind {self.kind} takes no to", "its URL says who reads it")
        return self


class Notices(Declared):
    """When and how the office is told of incidents."""

    channels: tuple[Channel, ...] = ()
    """Ways to tell people; without any, the console alone tells."""
    gather_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    """So long what happens at once is gathered into one message."""
    pause_seconds: Annotated[float, Field(ge=0, le=24 * 3600)] = 600
    """Least time between two messages, but for something worse than was told."""
    quiet: Literal["closed", "never"] = "closed"
    """Outside office hours (`closed`) what is not critical waits until the office opens."""
    escalate_minutes: Annotated[float, Field(gt=0, le=7 * 24 * 60)] = 60
    """So long a critical incident may wait for somebody to take it up, in minutes."""
    heartbeat_url_file: StoredPath | None = None
    """File with the URL of an outside checker that is called every five minutes: its silence tells."""
    alertmanager_token_file: StoredPath | None = None
    """File with the token by which Alertmanager may tell of series-based alerts."""
