"""The registry of security checks on Linux. A new one is a function, and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.checks import (
    accounts,
    antivirus,
    boot,
    desktop,
    encryption,
    firewall,
    network,
    services,
    sharing,
    sign_ins,
    time_sync,
    updates,
    usb_storage,
)
from agent.checks.check import Check
from agent.host.reader import Reader

CHECKS: Mapping[str, Callable[[Reader], Check | None]] = {
    # None: the check makes no sense on this machine, and is left out of the section.
    "administrators": accounts.administrators,
    "antivirus": antivirus.antivirus,
    "antivirus-signatures": antivirus.signatures,
    "autorun": desktop.autorun,
    "disk-encryption": encryption.disk_encryption,
    "firewall": firewall.firewall,
    "guest": sign_ins.guest,
    "hosts-file": network.hosts_file,
    "idle-accounts": sign_ins.idle_accounts,
    "listening-ports": network.listening_ports,
    "lockout": accounts.lockout,
    "os-supported": updates.os_supported,
    "password-policy": accounts.password_policy,
    "rdp": sharing.rdp,
    "reboot-pending": updates.reboot_pending,
    "remote-access": services.remote_access,
    "screen-lock": desktop.screen_lock,
    "secure-boot": boot.secure_boot,
    "smb1": sharing.smb1,
    "ssh": services.ssh,
    "time-sync": time_sync.time_sync,
    "tpm": boot.tpm,
    "updates": updates.updates,
    "usb-storage": usb_storage.usb_storage,
}
