"""Incidents that a person reports: what there is to report, and how each is classified at first."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Told(Struct, frozen=True):
    """One kind of report. Its texts (title, why, remedy, proof) stand in the catalogue."""

    tag: str
    """Reference Security Incident Taxonomy."""
    group: Literal["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"]
    level: Literal["M1", "M2", "M3", "M4"]
    asks_personal_data: bool = False
    """Whether personal data is likely to be touched: the checklist asks for it first."""


TOLD: dict[str, Told] = {
    "told-malware": Told("malicious-code:infected-system", "N1", "M2"),
    "told-intrusion": Told("intrusions:unprivileged-account-compromise", "N2", "M2"),
    "told-interruption": Told("availability:outage", "N3", "M3"),
    "told-lost-machine": Told("information-content-security:data-loss", "N4", "M2", True),
    "told-leak": Told(
        "information-content-security:unauthorised-information-access", "N4", "M2", True
    ),
    "told-defacement": Told(
        "information-content-security:unauthorised-information-modification", "N5", "M2"
    ),
    "told-phishing": Told("fraud:phishing", "N6", "M3"),
    "told-provider": Told("other:undetermined", "N7", "M3"),
    "told-insider": Told("other:undetermined", "N8", "M3", True),
    "told-other": Told("other:uncategorised", "N9", "M3"),
}
"""One kind or more for each of the groups N1 to N9."""
