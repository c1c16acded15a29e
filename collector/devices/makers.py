"""Who made it: the enterprise number in sysObjectID, and where each maker keeps model and serial."""

from __future__ import annotations

from msgspec import Struct

E = "1.3.6.1.4.1."


class Own(Struct, frozen=True):
    """The maker's own objects; scalars end in `.0`."""

    model: str | None = None
    serial: str | None = None
    version: str | None = None


MAKERS: dict[int, str] = {
    # IANA's private enterprise numbers, of makers met in offices.
    9: "Cisco",
    11: "HP",
    171: "D-Link",
    232: "HPE",
    236: "Samsung",
    253: "Xerox",
    297: "Fuji Xerox",
    318: "APC",
    367: "Ricoh",
    476: "Vertiv",
    534: "Eaton",
    641: "Lexmark",
    674: "Dell",
    705: "MGE",
    850: "Tripp Lite",
    890: "Zyxel",
    1129: "Toshiba",
    1248: "Epson",
    1347: "Kyocera",
    1602: "Canon",
    1991: "Ruckus",
    2001: "OKI",
    2011: "Huawei",
    2385: "Sharp",
    2435: "Brother",
    2636: "Juniper",
    3808: "CyberPower",
    3955: "Linksys",
    4526: "NETGEAR",
    4881: "Ruijie",
    6574: "Synology",
    6876: "VMware",
    7367: "DrayTek",
    8741: "SonicWall",
    10642: "Zebra",
    11863: "TP-Link",
    12356: "Fortinet",
    14823: "Aruba",
    14988: "MikroTik",
    18334: "Konica Minolta",
    24681: "QNAP",
    25053: "Ruckus",
    25506: "H3C",
    41112: "Ubiquiti",
    47196: "Aruba",
    55062: "QNAP",
}

OWN: dict[str, Own] = {
    "APC": Own(f"{E}318.1.1.1.1.1.1.0", f"{E}318.1.1.1.1.2.3.0", f"{E}318.1.1.1.1.2.1.0"),
    "Brother": Own(serial=f"{E}2435.2.3.9.4.2.1.5.5.1.0"),
    "CyberPower": Own(f"{E}3808.1.1.1.1.1.1.0", f"{E}3808.1.1.1.1.2.3.0", f"{E}3808.1.1.1.1.2.1.0"),
    "Fortinet": Own(serial=f"{E}12356.100.1.1.1.0", version=f"{E}12356.101.4.1.1.0"),
    "MikroTik": Own(serial=f"{E}14988.1.1.7.3.0", version=f"{E}14988.1.1.4.4.0"),
    "QNAP": Own(f"{E}24681.1.2.12.0"),
    "Ricoh": Own(f"{E}367.3.2.1.1.1.1.0", f"{E}367.3.2.1.2.1.4.0", f"{E}367.3.2.1.1.1.2.0"),
    "Synology": Own(f"{E}6574.1.5.1.0", f"{E}6574.1.5.2.0", f"{E}6574.1.5.3.0"),
}
"""By maker; what is missing is told by the standard objects (see `identity`)."""


def enterprise(object_id: str | None) -> int | None:
    """The number after 1.3.6.1.4.1 in a sysObjectID."""
    if object_id is None or not object_id.startswith(E):
        return None
    first = object_id[len(E) :].split(".")[0]
    return int(first) if first.isdigit() else None
