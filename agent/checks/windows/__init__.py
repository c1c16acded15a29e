"""The registry of security checks on Windows. A new one is a function, and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.checks.check import Check
from agent.checks.windows import (
    accounts,
    antivirus,
    device_guard,
    encryption,
    firewall,
    lock,
    network,
    settings,
    tpm,
    updates,
)
from agent.host.reader import Reader

WINDOWS_CHECKS: Mapping[str, Callable[[Reader], Check | None]] = {
    # None: the check makes no sense on this machine, and is left out of the section.
    "administrators": accounts.administrators,
    "antivirus": antivirus.antivirus,
    "antivirus-scan": antivirus.scan,
    "antivirus-signatures": antivirus.signatures,
    "autorun": settings.autorun,
    "credential-guard": device_guard.credential_guard,
    "disk-encryption": encryption.disk_encryption,
    "firewall": firewall.firewall,
    "guest": accounts.guest,
    "hosts-file": network.hosts_file,
    "idle-accounts": accounts.idle_accounts,
    "listening-ports": network.listening_ports,
    "llmnr": settings.llmnr,
    "lockout": accounts.lockout,
    "ntlm": settings.ntlm,
    "os-supported": updates.os_supported,
    "password-policy": accounts.password_policy,
    "rdp": settings.rdp,
    "reboot-pending": updates.reboot_pending,
    "remote-access": network.remote_access,
    "screen-lock": lock.screen_lock,
    "secure-boot": settings.secure_boot,
    "shares": network.shares,
    "smb1": settings.smb1,
    "tamper-protection": antivirus.tamper_protection,
    "time-sync": settings.time_sync,
    "tpm": tpm.tpm,
    "uac": settings.uac,
    "updates": updates.updates,
    "usb-storage": settings.usb_storage,
    "vbs": device_guard.vbs,
    "wdigest": settings.wdigest,
}
