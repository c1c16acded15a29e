"""Until when each Windows gets security updates for free, by build, edition and kind."""

from __future__ import annotations

from datetime import date

# learn.microsoft.com/lifecycle and learn.microsoft.com/windows/release-health. Paid extensions (ESU) are left out: nothing tells whether one was
# bought.
HOME = {
    "7601": date(2020, 1, 14),
    "9200": date(2016, 1, 12),
    "9600": date(2023, 1, 10),
    "10240": date(2017, 5, 9),
    "10586": date(2017, 10, 10),
    "14393": date(2018, 4, 10),
    "15063": date(2018, 10, 9),
    "16299": date(2019, 4, 9),
    "17134": date(2019, 11, 12),
    "17763": date(2020, 11, 10),
    "18362": date(2020, 12, 8),
    "18363": date(2021, 5, 11),
    "19041": date(2021, 12, 14),
    "19042": date(2022, 5, 10),
    "19043": date(2022, 12, 13),
    "19044": date(2023, 6, 13),
    "19045": date(2025, 10, 14),
    "22000": date(2023, 10, 10),
    "22621": date(2024, 10, 8),
    "22631": date(2025, 11, 11),
    "26100": date(2026, 10, 13),
    "26200": date(2027, 10, 12),
    "26300": date(2028, 10, 10),
    "28000": date(2028, 3, 14),
}
"""Home and Pro; the others too where no longer day is known."""
ENTERPRISE = {
    "14393": date(2019, 4, 9),
    "15063": date(2019, 10, 8),
    "16299": date(2020, 10, 13),
    "17134": date(2021, 5, 11),
    "17763": date(2021, 5, 11),
    "18363": date(2022, 5, 10),
    "19042": date(2023, 5, 9),
    "19044": date(2024, 6, 11),
    "22000": date(2024, 10, 8),
    "22621": date(2025, 10, 14),
    "22631": date(2026, 11, 10),
    "26100": date(2027, 10, 12),
    "26200": date(2028, 10, 10),
    "28000": date(2029, 3, 13),
}
"""Enterprise and Education have a year more of most versions."""
LONG_TERM = {
    "10240": date(2025, 10, 14),
    "14393": date(2026, 10, 13),
    "17763": date(2029, 1, 9),
    "19044": date(2027, 1, 12),
    "26100": date(2029, 10, 9),
}
LONG_TERM_IOT = {
    "19044": date(2032, 1, 13),
    "26100": date(2034, 10, 10),
}
"""IoT Enterprise LTSC kept its ten years where Enterprise LTSC has had five since 2021."""
SERVER = {
    "7601": date(2020, 1, 14),
    "9200": date(2023, 10, 10),
    "9600": date(2023, 10, 10),
    "14393": date(2027, 1, 12),
    "17763": date(2029, 1, 9),
    "20348": date(2031, 10, 14),
    "26100": date(2034, 10, 10),
}

YEAR_MORE = ("enterprise", "education", "iotenterprise", "serverrdsh")
"""How EditionID begins; ServerRdsh is Enterprise for several sessions at once."""


def supported_until(build: str, edition: str, kind: str) -> date | None:
    """The last day of support of CurrentBuild, EditionID and InstallationType; None if unknown."""
    if kind.lower() == "client":
        named = edition.lower()
        if named.startswith(("enterprises", "iotenterprises")):
            longer = LONG_TERM_IOT.get(build) if named.startswith("iot") else None
            return longer or LONG_TERM.get(build)
        year_more = named.startswith(YEAR_MORE)
        return (ENTERPRISE.get(build) if year_more else None) or HOME.get(build)
    return SERVER.get(build) if kind.lower().startswith("server") else None
