"""Internet lines as declared: what was contracted, what proves that they work, how they are measured."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from collector.inventory.declared import Declared
from collector.inventory.kinds import Address, DayHours, HostPort, Id, Network, Text, UnfitError


class SpeedTest(Declared):
    """When, how and how much a line is measured: one PC at a time, never beyond the budget."""

    provider: Literal["http", "iperf3", "speedtest"] = "http"
    """How: http is wardwatch's own way, speedtest is speedtest-cli with a server of the kind Mini."""
    server: HostPort | None = None
    """Whom to measure against; left out, the collector itself: that measures the local network."""
    scope: Literal["lan", "internet"] = "internet"
    """Whether the server stands inside the office (lan): such a figure is no figure of the line."""
    machines: Annotated[tuple[Id, ...], Field(min_length=1, max_length=16)]
    """PCs with a cable that may measure; each in its turn."""
    hours: DayHours = ("11:30-13:30",)
    """When it may run: the least busy hours of the office."""
    every_hours: Annotated[float, Field(ge=1, le=24 * 31)] = 24
    """How often a figure is wanted."""
    megabytes_per_day: Annotated[int, Field(ge=10, le=1_000_000)] = 2000
    """What all tests of a day may use of the line, in megabytes."""
    idle_ratio: Annotated[float, Field(gt=0, le=1)] = 0.2
    """No test while the PCs use more than this share of the contract (0 to 1)."""

    @model_validator(mode="after")
    def _has_a_server(self) -> Self:
        if self.server is None and self.provider != "http":
            raise UnfitError(f"provider {self.provider} needs server")
        if self.server is None and self.scope == "internet":
            raise UnfitError("scope internet needs server", "write scope: lan, or name a server")
        return self


class Line(Declared):
    """One Internet line, what was contracted and what proves that it works."""

    id: Id
    """Id of the line, the label `line` of its figures."""
    name: Text
    """What the office calls it."""
    provider: Text
    """Who provides it."""
    contract: Text | None = None
    """Number and date of the contract, as papers to the provider cite it."""
    down_mbit_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    """Contracted download rate, Mbit/s."""
    up_mbit_per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    """Contracted upload rate, Mbit/s."""
    gateway: Address | None = None
    """Its router's address on the local network."""
    hop: Address | None = None
    """The provider's first router: beyond it begins the provider's own network."""
    targets: Annotated[tuple[HostPort, ...], Field(min_length=2, max_length=8)]
    """Independent outside hosts as `host:port`; the line is up while one of them answers."""
    name_servers: Annotated[tuple[Address, ...], Field(max_length=4)] = ()
    """Name servers to look at; left out, those that the collector itself uses."""
    name_to_resolve: Address = "dichvucong.gov.vn"
    """What the name servers are asked for."""
    services: Annotated[tuple[HostPort, ...], Field(max_length=4)] = ()
    """Web services that the office works with, as `host:port`; each alone may fail."""
    stun: HostPort | None = None
    """A STUN server that tells the office's public address."""
    voters: Annotated[tuple[Id, ...], Field(max_length=8)] = ()
    """PCs that look at the line every 50 seconds; left out, the collector chooses three."""
    speed_test: SpeedTest | None = None
    """How its speed is measured; left out, it is not."""
    price_vnd_per_month: Annotated[int, Field(ge=0, le=10**12)] | None = None
    """Price a month, VND."""
    networks: tuple[Network, ...] = ()
    """The office's own networks behind it, as `192.168.10.0/24`: what may be searched for devices."""
