"""The security checks of a PC, one rule each: the PC judged, and its verdict is passed on.

Those with a logic of their own (`antivirus`, `firewall`, `os-supported`, `updates`) have files of
their own. How a PC is set up is a figure of the report: only what is a sign of an attack opens an
incident, or the first day would open a thousand.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.checked import checked
from alerts.rules.current import current, evidence_of
from alerts.rules.rule import Rule, Severity
from collector.inventory.model import Machine

Family = Literal["windows", "linux"]


def judge(rule: str, family: Family | None, office: Office, declared: Machine) -> Finding:
    """As the check of that name says; on a PC of the other family there is nothing to check."""
    if family is not None:
        elsewhere = _elsewhere(rule, family, office, declared)
        if elsewhere is not None:
            return elsewhere
    return checked(office, declared, rule, rule)


def _elsewhere(rule: str, family: Family, office: Office, declared: Machine) -> Finding | None:
    """The passing finding of a PC that surely runs another system; None where it may be this one."""
    machine = office.state.machines.get(declared.id)
    system = current(rule, declared.id, "system", machine.system if machine else None, office.now)
    os = None if isinstance(system, Finding) else system.value.os
    if isinstance(system, Finding) or os is None or os.family in {None, family}:
        return None
    seen = Seen("other-system", {"os": os.name or str(os.family)})
    evidence = (evidence_of(declared.id, "system", system, seen),)
    values: dict[str, str | int | float] = {"os": os.name or str(os.family)}
    return Finding(rule, declared.id, "pass", "other-system", values, evidence)


def _rule(
    id: str, severity: Severity, *, opens: bool = False, family: Family | None = None
) -> Rule[Machine]:
    return Rule(
        id=id,
        item=27,
        severity=severity,
        opens_incident=opens,
        subjects=lambda inventory: inventory.machines,
        judge=partial(judge, id, family),
        tag="vulnerable:vulnerable-system",
    )


ADMINISTRATORS = _rule("administrators", "warning")
ANTIVIRUS_SCAN = _rule("antivirus-scan", "info", family="windows")
AUTORUN = _rule("autorun", "info")
CREDENTIAL_GUARD = _rule("credential-guard", "info", family="windows")
DISK_ENCRYPTION = _rule("disk-encryption", "info")
GUEST = _rule("guest", "warning")
# Names that lead elsewhere are how malware keeps a PC from its updates, or a clerk from the bank.
HOSTS_FILE = _rule("hosts-file", "warning", opens=True)
IDLE_ACCOUNTS = _rule("idle-accounts", "info")
LISTENING_PORTS = _rule("listening-ports", "info")
LLMNR = _rule("llmnr", "info", family="windows")
LOCKOUT = _rule("lockout", "warning")
NTLM = _rule("ntlm", "info", family="windows")
PASSWORD_POLICY = _rule("password-policy", "warning")
RDP = _rule("rdp", "warning")
REBOOT_PENDING = _rule("reboot-pending", "info")
REMOTE_ACCESS = _rule("remote-access", "info")
SCREEN_LOCK = _rule("screen-lock", "warning")
SECURE_BOOT = _rule("secure-boot", "info")
SHARES = _rule("shares", "info", family="windows")
SMB1 = _rule("smb1", "warning")
SSH = _rule("ssh", "warning", family="linux")
# Malware switches Defender off first: without the lock that is one line.
TAMPER_PROTECTION = _rule("tamper-protection", "warning", family="windows")
TIME_SYNC = _rule("time-sync", "info")
TPM = _rule("tpm", "info")
# Nobody but malware or an administrator in a hurry switches it off.
UAC = _rule("uac", "warning", opens=True, family="windows")
USB_STORAGE = _rule("usb-storage", "info")
VBS = _rule("vbs", "info", family="windows")
WDIGEST = _rule("wdigest", "warning", family="windows")
