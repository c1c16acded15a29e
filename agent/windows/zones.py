"""Names of time zones: Windows' own to those of the tz database, which everyone else uses."""

from __future__ import annotations

# Unicode CLDR, supplemental/windowsZones.xml: the zone of Vietnam where Windows has one zone for
# several countries, else that of territory 001.
ZONES = {
    "SE Asia Standard Time": "Asia/Ho_Chi_Minh",
    "UTC": "Etc/UTC",
    "Afghanistan Standard Time": "Asia/Kabul",
    "Arab Standard Time": "Asia/Riyadh",
    "Arabian Standard Time": "Asia/Dubai",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Bangladesh Standard Time": "Asia/Dhaka",
    "Cen. Australia Standard Time": "Australia/Adelaide",
    "Central Asia Standard Time": "Asia/Almaty",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Central Standard Time": "America/Chicago",
    "China Standard Time": "Asia/Shanghai",
    "E. Australia Standard Time": "Australia/Brisbane",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Eastern Standard Time": "America/New_York",
    "FLE Standard Time": "Europe/Kiev",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "GTB Standard Time": "Europe/Bucharest",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "India Standard Time": "Asia/Calcutta",
    "Iran Standard Time": "Asia/Tehran",
    "Israel Standard Time": "Asia/Jerusalem",
    "Korea Standard Time": "Asia/Seoul",
    "Mountain Standard Time": "America/Denver",
    "Myanmar Standard Time": "Asia/Rangoon",
    "Nepal Standard Time": "Asia/Katmandu",
    "New Zealand Standard Time": "Pacific/Auckland",
    "North Asia East Standard Time": "Asia/Irkutsk",
    "North Asia Standard Time": "Asia/Krasnoyarsk",
    "N. Central Asia Standard Time": "Asia/Novosibirsk",
    "North Korea Standard Time": "Asia/Pyongyang",
    "Pacific Standard Time": "America/Los_Angeles",
    "Pakistan Standard Time": "Asia/Karachi",
    "Romance Standard Time": "Europe/Paris",
    "Russian Standard Time": "Europe/Moscow",
    "Singapore Standard Time": "Asia/Singapore",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Sri Lanka Standard Time": "Asia/Colombo",
    "Taipei Standard Time": "Asia/Taipei",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Turkey Standard Time": "Europe/Istanbul",
    "Vladivostok Standard Time": "Asia/Vladivostok",
    "W. Australia Standard Time": "Australia/Perth",
    "W. Europe Standard Time": "Europe/Berlin",
    "West Asia Standard Time": "Asia/Tashkent",
}
BY_NAME = {name.lower(): zone for name, zone in ZONES.items()}
DAYLIGHT_OFF = "_dstoff"
"""What Windows puts behind a zone whose daylight saving was switched off by hand (tzutil(1))."""


def zone(name: str) -> str | None:
    """The tz database's name of a zone of Windows; None for one that is not listed."""
    lower = name.strip().lower()
    if lower.endswith(DAYLIGHT_OFF):
        return None  # not the zone's own rules any more
    return BY_NAME.get(lower)
