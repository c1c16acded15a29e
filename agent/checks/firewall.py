"""Whether what comes in from the network is filtered."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unknown, unread
from agent.host.reader import Reader
from agent.parse.lines import assignments

UFW = "/etc/ufw/ufw.conf"
TOOLS = frozenset({"nft", "iptables", "ufw", "firewalld"})
FOLDERS = ("/usr/sbin", "/sbin", "/usr/bin")


def firewall(reader: Reader) -> Check:
    """By the rules in force where they may be read (root), never by the settings alone."""
    rules = reader.output("nft", "firewall")
    if rules is not None and _nft_filters(rules):
        return judged("nft list ruleset", "incoming packets are filtered", good=True)
    older = reader.output("iptables", "firewall")
    if older is not None and _iptables_filters(older):
        return judged("iptables -S", "incoming packets are filtered", good=True)
    ufw = reader.output("ufw", "firewall")
    if ufw is not None and re.search(r"^Status: active", ufw, re.MULTILINE):
        return judged("ufw status", "ufw is active", good=True)
    if reader.gaps:
        return _by_settings(reader)
    if rules is None and older is None and ufw is None:
        return _without(reader)
    return judged("nft, iptables, ufw", "no rule filters incoming packets", good=False)


def _nft_filters(rules: str) -> bool:
    chains = re.findall(r"hook input[^;]*;\s*(?:policy (\w+);)?((?:(?!\bchain\b)[^}])*)", rules)
    return any(policy == "drop" or re.search(r"\b(drop|reject)\b", body) for policy, body in chains)


def _iptables_filters(rules: str) -> bool:
    drops = r"^-P INPUT DROP|^-A (?:INPUT|ufw-\S*input\S*)\b.*-j (?:DROP|REJECT)"
    return re.search(drops, rules, re.MULTILINE) is not None


def _by_settings(reader: Reader) -> Check:
    # The rules were not ours to read. A firewall that is switched off in its settings is off.
    text = reader.text(UFW, "firewall")
    if text and assignments(text).get("ENABLED", "").lower() == "no":
        return judged(UFW, "ufw is switched off", good=False)
    return unread("nft, iptables, ufw", reader, "")


def _without(reader: Reader) -> Check:
    listed = [reader.names(folder, "firewall") for folder in FOLDERS]
    programs = {name for names in listed for name in names or ()}
    if not programs:
        return unknown("/usr/sbin", "no programs' folder in what was read")
    found = programs & TOOLS
    if found:
        return unknown("nft, iptables, ufw", f"installed but silent: {', '.join(sorted(found))}")
    return judged("/usr/sbin", "no firewall is installed", good=False)
