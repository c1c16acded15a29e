"""Rules: one file each, and the registry that names them all."""

from __future__ import annotations

from typing import Any

from alerts.rules import (
    agent_cloned,
    agent_silent,
    antivirus,
    backup_late,
    backup_unproved,
    disk_filling,
    disk_unhealthy,
    firewall,
    line_down,
    machine_below_profile,
    official_without_machine,
    os_supported,
    repository_damaged,
    updates,
)
from alerts.rules.rule import Rule

RULES: dict[str, Rule[Any]] = {
    "agent-cloned": agent_cloned.RULE,
    "agent-silent": agent_silent.RULE,
    "antivirus": antivirus.RULE,
    "backup-late": backup_late.RULE,
    "backup-unproved": backup_unproved.RULE,
    "disk-filling": disk_filling.RULE,
    "disk-unhealthy": disk_unhealthy.RULE,
    "firewall": firewall.RULE,
    "line-down": line_down.RULE,
    "machine-below-profile": machine_below_profile.RULE,
    "official-without-machine": official_without_machine.RULE,
    "os-supported": os_supported.RULE,
    "repository-damaged": repository_damaged.RULE,
    "updates": updates.RULE,
}
