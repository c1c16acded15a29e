"""What the system runs on, for the probe `system`: how it was started, and whether in a virtual machine."""

from __future__ import annotations

from agent.host.reader import Reader

EFI, DMI = "/sys/firmware/efi", "/sys/class/dmi/id"
CLOCK = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
BRANDS = {
    "vmware": "VMware",
    "virtualbox": "VirtualBox",
    "innotek": "VirtualBox",
    "microsoft corporation virtual machine": "Hyper-V",
    "qemu": "KVM",
    "kvm": "KVM",
    "bochs": "KVM",
    "red hat": "KVM",
    "xen": "Xen",
    "parallels": "Parallels",
    "amazon ec2": "KVM",
    "google compute engine": "KVM",
}
"""What makers of hypervisors write into the firmware of their machines, in lower case."""
CLOCKS = {"kvm-clock": "KVM", "xen": "Xen", "hyperv_clocksource_tsc_page": "Hyper-V"}
"""Clocks that a hypervisor offers (Documentation/virt in the kernel), where there is no firmware."""


def boot_mode(reader: Reader) -> str | None:
    """`uefi` or `bios`; None where there is no firmware that tells, as in a container."""
    if reader.names(EFI, "boot_mode") is not None:
        return "uefi"
    return "bios" if reader.names(DMI, "boot_mode") is not None else None


def hypervisor(reader: Reader) -> str | None:
    """Its brand, `other` where it hides, `none` on a real PC; None where the processor does not tell."""
    flags = [
        line.partition(":")[2].split()
        for line in (reader.text("/proc/cpuinfo", "hypervisor") or "").splitlines()
        if line.startswith("flags")
    ]
    if not flags:
        return None  # only processors of Intel's kind have the flag
    if "hypervisor" not in flags[0]:
        return "none"
    named = [reader.text(f"{DMI}/{file}", "hypervisor") for file in ("sys_vendor", "product_name")]
    clock = CLOCKS.get(reader.text(CLOCK, "hypervisor") or "")
    return brand(" ".join(filter(None, named))) or clock or "other"


def brand(text: str) -> str | None:
    """The hypervisor that maker and model name."""
    lower = text.lower()
    return next((name for mark, name in BRANDS.items() if mark in lower), None)
