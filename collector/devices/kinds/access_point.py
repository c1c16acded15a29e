"""Wireless access points: their interfaces, and how many clients hang on Ubiquiti's."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind
from collector.devices.makers import E
from collector.devices.sensors import Asked

VAP_NAMES = f"{E}41112.1.6.1.2.1.6"
"""unifiVapEssId"""

KIND = Kind(
    markers=(f"{E}41112.1.6", "1.2.840.10036.1"),
    sensors=(Asked(f"{E}41112.1.6.1.2.1.8", VAP_NAMES, "count"),),
    bridges=True,
)
