"""The operating system, its age and support, and how the PC stands in the network."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from agent.host import Host
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse import network, support
from agent.parse.firmware import told
from agent.parse.lines import assignments
from agent.probes import machine
from agent.probes.interfaces import interfaces
from agent.probes.volumes import volumes
from agent.report import Reading

OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")


def probe(host: Host) -> Reading:
    """On Linux by files alone, but for the addresses."""
    if host.system == "windows":
        from agent.windows import system

        return system.probe(host)
    reader = Reader(host)
    section = told(
        os=_os(reader),
        boot_at=_boot_at(reader),
        hostname=reader.text("/proc/sys/kernel/hostname", "hostname"),
        domain=_domain(reader),
        timezone=_timezone(reader),
        boot_mode=machine.boot_mode(reader),
        hypervisor=machine.hypervisor(reader),
        volumes=volumes(reader),
        network=interfaces(reader),
        gateway=network.gateway(reader.text("/proc/net/route", "gateway") or ""),
        dns=_name_servers(reader),
    )
    for name in ("boot_at", "hostname", "timezone"):
        if name not in section and not any(gap.field == name for gap in reader.gaps):
            reader.gap(name, "not told by this system")
    return Reading(section, tuple(reader.gaps))


def _name_servers(reader: Reader) -> list[str]:
    text = reader.text("/etc/resolv.conf", "dns") or ""
    if not network.is_resolver(text):
        reader.gap("dns", "a line cannot be read")
    return network.name_servers(text)


def _os(reader: Reader) -> dict[str, Any]:
    texts = (reader.text(path, "os") for path in OS_RELEASE)
    told_by = assignments(next((text for text in texts if text), ""))
    if not told_by:
        reader.gap("os.name", "no os-release file")
    known, version = told_by.get("ID", ""), told_by.get("VERSION_ID", "")
    ends = support.supported_until(known, version)
    if ends is None:
        reader.gap(
            "os.supported_until", f"no end of support known for {known or '?'} {version}".strip()
        )
    return told(
        family="linux",
        name=told_by.get("NAME"),
        version=version,
        build=reader.text("/proc/sys/kernel/osrelease", "os.build"),
        edition=told_by.get("VARIANT") or told_by.get("VERSION_CODENAME"),
        architecture=_architecture(reader),
        supported_until=ends.isoformat() if ends else None,
    )


def _architecture(reader: Reader) -> str | None:
    # /proc/sys/kernel/arch exists since Linux 6.1; before, the processor's flags tell.
    told_by = reader.text("/proc/sys/kernel/arch", "os.architecture")
    if told_by:
        return told_by
    cpu = reader.text("/proc/cpuinfo", "os.architecture") or ""
    if re.search(r"^flags\s*:.*\blm\b", cpu, re.MULTILINE):
        return "x86_64"
    if re.search(r"^CPU architecture\s*:\s*8", cpu, re.MULTILINE):
        return "aarch64"
    reader.gap("os.architecture", "told neither by the kernel nor by the processor")
    return None


def _boot_at(reader: Reader) -> str | None:
    found = re.search(
        r"^btime (\d{1,11})$", reader.text("/proc/stat", "boot_at") or "", re.MULTILINE
    )
    return datetime.fromtimestamp(int(found[1]), UTC).isoformat() if found else None


def _domain(reader: Reader) -> str | None:
    name = reader.text("/proc/sys/kernel/domainname", "domain")
    return None if name in {None, "", "(none)", "localdomain"} else name


def _timezone(reader: Reader) -> str | None:
    named = reader.text("/etc/timezone", "timezone")
    if named:
        return named
    link = reader.link("/etc/localtime", "timezone") or ""
    _, found, name = link.partition("/zoneinfo/")
    return name.removeprefix("posix/") if found else None
