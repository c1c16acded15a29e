"""What routers print of their DHCP servers: who is on the network, and nothing else of it."""

from __future__ import annotations

import pytest

from collector.devices.leases import MOST, seen, understood
from collector.devices.sightings import Seen
from collector.inventory.model import Inventory
from tests.collector.office import OFFICE

MAC = "3c:a8:2a:f6:38:ac"


@pytest.mark.parametrize(
    ("text", "leases"),
    [
        (
            "1795790000 3c:a8:2a:f6:38:ac 192.168.10.21 may-lan 01:3c:a8:2a:f6:38:ac\n",
            (("192.168.10.21", MAC),),
        ),
        (
            "lease 192.168.10.22 {\n  starts 1 2026/11/23 05:00:00;\n"
            '  hardware ethernet 3c:a8:2a:f6:38:ac;\n  client-hostname "x";\n}\n',
            (("192.168.10.22", MAC),),
        ),
        (
            " 0 D address=192.168.10.23 mac-address=3C:A8:2A:F6:38:AC server=lan status=bound\n",
            (("192.168.10.23", MAC),),
        ),
        (  # one that was given back after it had been held, one that was never taken up
            "lease 192.168.10.22 {\n  binding state active;\n  next binding state free;\n"
            "  hardware ethernet 3c:a8:2a:f6:38:ac;\n}\n"
            "lease 192.168.10.27 {\n  binding state active;\n  next binding state free;\n"
            "  hardware ethernet 3c:a8:2a:f6:38:ac;\n}\n"
            "lease 192.168.10.22 {\n  binding state free;\n"
            "  hardware ethernet 3c:a8:2a:f6:38:ac;\n}\n"
            " 1   address=192.168.10.28 mac-address=3C:A8:2A:F6:38:AC status=waiting\n",
            (("192.168.10.27", MAC),),
        ),
        (
            "IP address       Client-ID/              Lease expiration        Type\n"
            "192.168.10.24    013c.a82a.f638.ac       Nov 28 2026 05:00 AM    Automatic\n",
            (("192.168.10.24", MAC),),
        ),
        (
            "192.168.10.25    3ca8.2af6.38ac          Infinite                Manual\n",
            (("192.168.10.25", MAC),),
        ),
        ("999.1.1.1 3c:a8:2a:f6:38:ac\n", ()),
        ("192.168.10.26 00:00:00:00:00:00\n", ()),
        ("% Invalid input detected\n", ()),
        ("", ()),
    ],
)
def test_leases_are_read_of_every_dialect(text: str, leases: tuple[tuple[str, str], ...]) -> None:
    assert understood(text) == leases


def test_only_so_many_are_taken_and_only_on_declared_networks() -> None:
    lines = (
        f"10.0.{n // 250}.{n % 250 + 1} 02:00:00:00:{n // 256:02x}:{n % 256:02x}"
        for n in range(2500)
    )
    assert len(understood("\n".join(lines))) == MOST
    content = OFFICE.model_dump(exclude_none=True, by_alias=True)
    content["lines"][0]["networks"] = ["192.168.10.0/24"]
    inventory = Inventory.model_validate(content)
    told = (("192.168.10.21", MAC), ("192.168.99.1", MAC), ("192.168.10.9", "00:00:5e:00:01:07"))
    assert list(seen(inventory, "bo-dinh-tuyen", told)) == [
        Seen(MAC, "192.168.10.21", "vnpt", "bo-dinh-tuyen")
    ]
    assert list(seen(OFFICE, "bo-dinh-tuyen", told)) == []
