"""Until when each operating system gets security updates for free, as of November 2026."""

from __future__ import annotations

from datetime import date

# Debian: wiki.debian.org/LTS and the release pages (the day on which LTS ends). Ubuntu:
# ubuntu.com/about/release-cycle (end of standard support). RHEL, Rocky, Alma: their life-cycle pages
# (end of maintenance). Fedora: docs.fedoraproject.org, 13 months. openSUSE: en.opensuse.org/Lifetime.
# Linux Mint: linuxmint.com, follows its Ubuntu base.
ENDS = {
    ("debian", "9"): date(2022, 6, 30),
    ("debian", "10"): date(2024, 6, 30),
    ("debian", "11"): date(2026, 8, 31),
    ("debian", "12"): date(2028, 6, 30),
    ("debian", "13"): date(2030, 6, 30),
    ("ubuntu", "16.04"): date(2021, 4, 30),
    ("ubuntu", "18.04"): date(2023, 5, 31),
    ("ubuntu", "20.04"): date(2025, 5, 31),
    ("ubuntu", "22.04"): date(2027, 4, 30),
    ("ubuntu", "23.10"): date(2024, 7, 11),
    ("ubuntu", "24.04"): date(2029, 4, 30),
    ("ubuntu", "24.10"): date(2025, 7, 10),
    ("ubuntu", "25.04"): date(2026, 1, 15),
    ("ubuntu", "25.10"): date(2026, 7, 31),
    ("ubuntu", "26.04"): date(2031, 4, 30),
    ("linuxmint", "20"): date(2025, 4, 30),
    ("linuxmint", "21"): date(2027, 4, 30),
    ("linuxmint", "22"): date(2029, 4, 30),
    ("centos", "7"): date(2024, 6, 30),
    ("centos", "8"): date(2021, 12, 31),
    ("centos", "9"): date(2027, 5, 31),
    ("rhel", "7"): date(2024, 6, 30),
    ("rhel", "8"): date(2029, 5, 31),
    ("rhel", "9"): date(2032, 5, 31),
    ("rhel", "10"): date(2035, 5, 31),
    ("rocky", "8"): date(2029, 5, 31),
    ("rocky", "9"): date(2032, 5, 31),
    ("rocky", "10"): date(2035, 5, 31),
    ("almalinux", "8"): date(2029, 3, 1),
    ("almalinux", "9"): date(2032, 5, 31),
    ("almalinux", "10"): date(2035, 5, 31),
    ("fedora", "40"): date(2025, 5, 13),
    ("fedora", "41"): date(2025, 12, 15),
    ("fedora", "42"): date(2026, 5, 13),
    ("opensuse-leap", "15.5"): date(2024, 12, 31),
    ("opensuse-leap", "15.6"): date(2026, 4, 30),
}


def supported_until(known: str, version: str) -> date | None:
    """The last day of support of os-release's ID and VERSION_ID; None where it is not known here."""
    major = version.partition(".")[0]
    return ENDS.get((known, version)) or ENDS.get((known, major))
