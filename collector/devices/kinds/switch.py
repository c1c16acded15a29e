"""Switches: ports, who hangs on them, and their neighbours. All of it is common to what forwards."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind

BRIDGE_ADDRESS = "1.3.6.1.2.1.17.1.1"

KIND = Kind(markers=(BRIDGE_ADDRESS, "1.3.6.1.2.1.17.1.4"), bridges=True)
