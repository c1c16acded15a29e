"""Rule service-installed: no service came from where no honest one lies, or as a tool of intruders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatchcase

from alerts.finding import Finding, Values
from alerts.office import Office
from alerts.rules.happened import failing, quiet, unexplained
from alerts.rules.rule import Rule
from alerts.rules.starting import (
    OPEN,
    RUNNERS,
    came_along,
    is_approved,
    is_approved_by_name,
)
from collector.inventory.model import Machine
from collector.lately import Altered, Occurrence, Service

ID = "service-installed"
KINDS = frozenset({ID})
MISUSED = (
    # Programs run from afar: PsExec (MITRE ATT&CK S0029), PAExec, RemCom, CSExec, Winexe (S0191),
    # Impacket's smbexec (S0357).
    *("psexesvc", "paexec*", "remcomsvc", "csexecsvc", "winexesvc", "btobto"),
    # Passwords read out of memory: Mimikatz (S0002), Windows Credential Editor (S0005), pwdump
    # (S0006), gsecdump (S0008), Cachedump (S0119), PWDumpX, fgdump.
    *("mimidrv", "mimikatz*", "wceservice", "wce service", "pwdump*", "gsecdump*", "cachedump*"),
    *("dumpsvc", "fgexec", "servpw"),
    # Rights taken: KrbRelayUp, a way around UAC, a driver with a hole by which others are stopped.
    *("krbscm", "uacbypassedservice", "rtcore64"),
    # At work already: Sliver (S0633), Meterpreter as a service, WannaCry (S0366), Moriya.
    *("sliver", "meterpreter", "metsvc*", "mssecsvc*", "zznetsvc"),
)
"""Names of services and programs, without their endings, that intruders' tools go by. Gathered by
SigmaHQ (rules/windows/builtin/system/service_control_manager) and JPCERT/CC (Tool Analysis Result
Sheet); the numbers are of attack.mitre.org/software."""
LINUX_RUNNERS = frozenset(
    {
        *(
            "bash",
            "busybox",
            "curl",
            "dash",
            "env",
            "nc",
            "ncat",
            "perl",
            "php",
            "python",
            "python3",
        ),
        *("ruby", "sh", "socat", "wget", "zsh"),
    }
)
"""The same as `RUNNERS`, in a unit that no package brought."""
ADMIN_SHARE = "admin-share"
LISTED = frozenset({"programs", "local"})
"""Only an administrator writes there, and `autorun-new` knows from the list whether it is new: an
updater puts its own service in anew with every version."""
HOST = "svchost.exe"
"""Windows' own services live in it, and its updates bring some."""
DRIVER = ".sys"
BEFORE = timedelta(hours=1)
"""A program that came so long before, or in the first software report after, brought it."""
UNTIL = timedelta(hours=26)
"""A software report comes when something changed, else after a day: later ones tell of other acts."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the events that nobody explained; whatever an old agent tells without a place, fails."""
    told: dict[str, list[Occurrence]] = {}
    for one in unexplained(office, ID, declared.id, KINDS):
        if because := _because(one, office, declared.id):
            told.setdefault(because, []).append(one)
    awaited = told.pop("awaited", [])
    for because in ("misused", "stranger", "happened"):
        if because in told:
            failed = sorted((one for rows in told.values() for one in rows), key=_received)
            values: Values = {"services": ", ".join(_names(told[because]))}
            return failing(ID, declared, failed, because, "security", values)
    passing = quiet(ID, office, declared)
    if passing.verdict != "pass" or not awaited:
        return passing
    waiting: Values = {"services": ", ".join(_names(awaited))}
    return Finding(ID, declared.id, "unknown", "awaited", waiting, passing.evidence)


def alarms(service: Service) -> bool:
    """Whether an event with this service is judged here at once, by itself."""
    place = service.place
    return _is_misused(service) or _is_strange(service) or place not in {*LISTED, "system"}


def _because(one: Occurrence, office: Office, asset: str) -> str | None:
    """None: nothing to ask about."""
    service, approved = one.service, office.inventory.software.approved
    if service is None:
        return "happened"
    if is_approved_by_name(service.name, service.program, approved):
        return None
    if _is_misused(service) or _is_strange(service):
        return "misused" if _is_misused(service) else "stranger"
    if service.place in LISTED or _is_of_windows(service):
        return None
    if is_approved(service.name, service.program, approved):
        return None
    is_brought = _is_brought(one, service, office.past.changed.get(asset, ()))
    return None if is_brought else _unbrought(one, service, office, asset)


def _unbrought(one: Occurrence, service: Service, office: Office, asset: str) -> str:
    """In Windows' own folder, first the list is awaited that tells whether an update brought it."""
    machine = office.state.machines.get(asset)
    software = machine.software if machine else None
    is_to_come = software is None or software.report < one.report
    return "awaited" if service.place == "system" and is_to_come else "stranger"


def _is_misused(service: Service) -> bool:
    names = (service.name.casefold(), service.program.casefold().rpartition(".")[0])
    return any(fnmatchcase(name, pattern) for name in names for pattern in MISUSED)


def _is_strange(service: Service) -> bool:
    program = service.program.lower()
    is_runner = program in RUNNERS or (service.place == "local" and program in LINUX_RUNNERS)
    return is_runner or service.place in OPEN or service.place == ADMIN_SHARE


def _is_of_windows(service: Service) -> bool:
    program = service.program.lower()
    return service.place == "system" and (program == HOST or program.endswith(DRIVER))


def _is_brought(one: Occurrence, service: Service, every: Iterable[Altered]) -> bool:
    """Whether a program, or an update of Windows, came in the same act; or one of its name."""
    software = [other for other in every if other.kind == "software"]
    before = {
        other.report
        for other in software
        if timedelta(0) <= one.received_at - other.received_at <= BEFORE
    }
    after = [
        other.report
        for other in software
        if other.report > one.report and other.received_at - one.received_at <= UNTIL
    ]
    reports = {*before, *sorted(after)[:1]}
    return came_along(service.name, service.program, software, reports, one.received_at)


def _received(one: Occurrence) -> int:
    return one.report


def _names(found: Iterable[Occurrence]) -> list[str]:
    """The first eight of them, each once."""
    told = (one.service for one in found if one.service)
    names = dict.fromkeys(f"{one.name or '?'} ({one.program or one.place})" for one in told)
    return list(names)[:8]


RULE = Rule(
    id=ID,
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="intrusions:privileged-account-compromise",
    group="N2",
    level="M3",
)
