"""An office's network out of namespaces: PCs, a switch, a router, a provider and what lies beyond.

Run as a program inside a network namespace of its own (`tests.namespaces.apart`), so that nothing
outside is touched: `python -m tests.lines_lab VERB …` prints one JSON value. Every part is real:
the kernel's bridge and routes, veth pairs as cables, `tc tbf` as a line's rate, a name server, web
services. What devices would tell (a UPS) is data, and so is the time of day.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import ssl
import struct
import subprocess  # noqa: TID251 - builds networks and starts servers in them
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agent.host.live import Live
from agent.probes import line
from collector.inventory.model import Line
from collector.lines import look
from tests.namespaces import apart

PCS = ("pc-1", "pc-2", "pc-3")
GATEWAY, HOP = "192.168.50.1", "100.64.1.1"
TARGETS = ("203.0.113.1:443", "203.0.113.2:443")
NAME_SERVER, WEB = "203.0.113.53", "203.0.113.80"
NAME, SERVICE = "dichvucong.example", "hoso.example"
ADDRESSES = {"collector": "192.168.50.10", "pc-1": "192.168.50.11", "pc-2": "192.168.50.12"}
ADDRESSES |= {"pc-3": "192.168.50.13"}
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Lab:
    """The whole network. `stop` ends every process and with them their namespaces."""

    def __init__(self) -> None:
        self.holders: dict[str, subprocess.Popen[bytes]] = {}
        self.children: list[subprocess.Popen[bytes]] = []
        for name in ("collector", *PCS, "switch", "router", "provider", "beyond"):
            self.holders[name] = subprocess.Popen(
                ["unshare", "--net", "sh", "-c", "echo; exec sleep 3600"], stdout=subprocess.PIPE
            )
        for holder in self.holders.values():
            assert holder.stdout is not None
            holder.stdout.readline()
        self._wire()

    def pid(self, name: str) -> int:
        return self.holders[name].pid

    def ip(self, name: str, *words: str) -> None:
        """The addresses, links and routes of that machine, changed from within."""
        self.command(name, "ip", *words)

    def command(self, name: str, *words: str) -> None:
        """One program inside, to its end."""
        done = subprocess.run(
            ["nsenter", f"--net=/proc/{self.pid(name)}/ns/net", *words],
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, (name, words, done.stderr)

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """A program inside, that goes on."""
        child = subprocess.Popen(
            ["nsenter", f"--net=/proc/{self.pid(name)}/ns/net", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.children.append(child)
        return child

    def cable(self, one: str, end: str, other: str, other_end: str) -> None:
        """A veth pair between two."""
        pair = ("veth", "peer", "name", other_end, "netns", str(self.pid(other)))
        self.ip(one, "link", "add", end, "type", *pair)

    def inside(self, name: str, work: Callable[[], Any]) -> _Told:
        """Work in a forked child within that namespace; its JSON answer is waited for later."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                with open(f"/proc/{self.pid(name)}/ns/net", "rb") as there:  # noqa: PTH123
                    assert LIBC.setns(there.fileno(), CLONE_NEWNET) == 0
                with os.fdopen(writing, "w") as out:
                    json.dump(work(), out)
                code = 0
            except BaseException:  # noqa: BLE001 - the parent tells the test
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(writing)
        return _Told(pid, reading)

    def stop(self) -> None:
        for child in (*self.children, *self.holders.values()):
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()

    def _wire(self) -> None:
        for name in self.holders:
            self.ip(name, "link", "set", "lo", "up")
        self.ip("switch", "link", "add", "br0", "type", "bridge")
        self.ip("switch", "link", "set", "br0", "up")
        for name, address in (*ADDRESSES.items(), ("router", GATEWAY)):
            port = f"p-{name}"
            self.cable(name, "lan0", "switch", port)
            self.ip("switch", "link", "set", port, "master", "br0", "up")
            self.ip(name, "addr", "add", f"{address}/24", "dev", "lan0")
            self.ip(name, "link", "set", "lan0", "up")
        for name in ADDRESSES:
            self.ip(name, "route", "add", "default", "via", GATEWAY)
        self.cable("router", "wan0", "provider", "access0")
        self.cable("provider", "core0", "beyond", "core0")
        for name, end, address in (
            ("router", "wan0", "100.64.1.2/30"),
            ("provider", "access0", f"{HOP}/30"),
            ("provider", "core0", "198.51.100.1/30"),
            ("beyond", "core0", "198.51.100.2/30"),
        ):
            self.ip(name, "addr", "add", address, "dev", end)
            self.ip(name, "link", "set", end, "up")
        self.ip("router", "route", "add", "default", "via", HOP)
        self.ip("provider", "route", "add", "192.168.50.0/24", "via", "100.64.1.2")
        self.ip("provider", "route", "add", "default", "via", "198.51.100.2")
        self.ip("beyond", "route", "add", "default", "via", "198.51.100.1")
        for host in (*(target.partition(":")[0] for target in TARGETS), NAME_SERVER, WEB):
            self.ip("beyond", "addr", "add", f"{host}/32", "dev", "lo")
        for name in ("router", "provider", "beyond"):
            # A namespace of its own has its own switch; /proc/sys shows that of who opens it.
            self.command(name, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")

    def shape(self, megabits: int) -> None:
        """The access line at that rate, both ways."""
        for name, end in (("router", "wan0"), ("provider", "access0")):
            words = ("tbf", "rate", f"{megabits}mbit", "burst", "64kb", "latency", "50ms")
            self.command(name, "tc", "qdisc", "replace", "dev", end, "root", *words)


class _Told:
    """A forked child's answer."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe

    def value(self) -> Any:
        with os.fdopen(self._pipe) as told:
            text = told.read()
        _, status = os.waitpid(self._pid, 0)
        assert status == 0, f"a child inside failed: {text}"
        return json.loads(text)


@contextmanager
def network() -> Iterator[Lab]:
    lab = Lab()
    try:
        yield lab
    finally:
        lab.stop()


# --- what lies beyond: servers of our own, with the faults that a test asks for ---------------


class Beyond:
    """Name server and web services; `faults` is a file that says what goes wrong now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = folder / "faults"
        self.faults.write_text("")

    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.lines_lab", "serve", str(self.folder))

    def fail(self, *faults: str) -> None:
        fresh = self.folder / "faults.new"
        fresh.write_text(" ".join(faults))
        fresh.replace(self.faults)


def serve(folder: Path) -> None:
    """Until killed: the targets, a name server, and a web service."""
    faults = folder / "faults"

    def has(fault: str) -> bool:
        return fault in faults.read_text().split()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "web.pem")
    for target in TARGETS:
        host, _, port = target.partition(":")
        threading.Thread(target=_targets, args=(host, int(port)), daemon=True).start()
    threading.Thread(target=_web, args=(context, has), daemon=True).start()
    (folder / "ready").touch()
    _names(has)


def _targets(host: str, port: int) -> None:
    with socket.create_server((host, port), backlog=64) as server:
        while True:
            server.accept()[0].close()


def _names(has: Callable[[str], bool]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((NAME_SERVER, 53))
        while True:
            data, sender = server.recvfrom(512)
            if has("dns-silent"):
                continue
            code = 2 if has("dns-servfail") else 0
            head = data[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0 if code else 1, 0, 0)
            answer = b"" if code else b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4)
            address = b"" if code else socket.inet_aton(WEB)
            server.sendto(head + data[12:] + answer + address, sender)


def _web(context: ssl.SSLContext, has: Callable[[str], bool]) -> None:
    with socket.create_server((WEB, 443), backlog=64) as server:
        while True:
            bare, _ = server.accept()
            threading.Thread(target=_page, args=(bare, context, has), daemon=True).start()


def _page(bare: socket.socket, context: ssl.SSLContext, has: Callable[[str], bool]) -> None:
    try:
        if has("web-silent"):
            # Takes the connection and never says a word.
            select.select([bare], [], [], 0.2)
            bare.recv(4096)
            select.select([bare], [], [], 10)
            bare.close()
            return
        if has("web-resets"):
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            bare.close()
            return
        with context.wrap_socket(bare, server_side=True) as there:
            there.recv(4096)
            status = b"503 Service Unavailable" if has("web-503") else b"200 OK"
            there.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        return


# --- the machines: real looks from inside ------------------------------------------------------


class Inside:
    """This machine as a host, but for two things that no namespace of a network has for itself.

    These are the resolver's settings, and what sysfs tells of the cable.
    """

    def __init__(self, name_server: str) -> None:
        self._live = Live(NOW)
        self._name_server = name_server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    def read(self, path: str) -> bytes:
        if path == "/etc/resolv.conf":
            return f"nameserver {self._name_server}\n".encode()
        if path == "/sys/class/net/lan0/carrier":
            return b"1\n" if carrier() else b"0\n"
        return self._live.read(path)

    def names(self, path: str) -> tuple[str, ...]:
        if path == "/sys/class/net":
            return ("lan0",)
        if path == "/sys/class/net/lan0/device":
            return ()
        return self._live.names(path)


def carrier() -> bool:
    """Whether the cable of lan0 is in: IFF_RUNNING of SIOCGIFFLAGS (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        found = fcntl.ioctl(there.fileno(), 0x8913, struct.pack("16sh14x", b"lan0", 0))
    return bool(struct.unpack("16sh14x", found)[1] & 0x40)


PIN = {
    "gateway": GATEWAY,
    "hop": HOP,
    "targets": list(TARGETS),
    "services": [f"{SERVICE}:443"],
    "name": NAME,
}


def vote(name_server: str = NAME_SERVER) -> dict[str, Any]:
    """The section `line` as the agent's own probe reads it here."""
    pins = json.dumps({"version": 1, "lines": {"chinh": PIN}})
    reading = line.probe(Inside(name_server), {line.PINS: pins, line.CHOSEN: "chinh"})
    return {"section": reading.section, "gaps": [list(gap) for gap in reading.gaps]}


def declared() -> Any:
    """The line as an inventory has it."""
    return Line.model_validate(
        {
            "id": "chinh",
            "name": "Chính",
            "provider": "VNPT",
            "down_mbit_per_second": 100,
            "up_mbit_per_second": 100,
            "gateway": GATEWAY,
            "hop": HOP,
            "targets": list(TARGETS),
            "name_servers": [NAME_SERVER],
            "name_to_resolve": NAME,
            "services": [f"{SERVICE}:443"],
        }
    )


def collector_look(authority: str) -> Any:
    """One look of the collector from here, as JSON."""
    context = ssl.create_default_context(cafile=authority)
    reading = look(declared(), NOW, context=context)
    reading = msgspec.structs.replace(reading, link_up=carrier())
    return msgspec.to_builtins(reading)


def certificate(folder: Path) -> None:
    """A web server's certificate for the service's name, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SERVICE)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVICE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "web.pem").write_bytes(private + pem)
    (folder / "authority.pem").write_bytes(pem)


@contextmanager
def office() -> Iterator[tuple[Lab, Beyond]]:
    """The whole network with its servers answering."""
    with tempfile.TemporaryDirectory(prefix="lines-") as name, network() as lab:
        folder = Path(name)
        certificate(folder)
        beyond = Beyond(folder)
        lab.start("beyond", *beyond.command())
        poll((folder / "ready").exists)
        yield lab, beyond


def poll(done: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Wait for what another process does."""
    end = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < end, "it did not come about"
        select.select([], [], [], 0.02)
    return found


# --- faults: each breaks something real, and says who is to blame --------------------------------


class Fault:
    """One kind of fault: how it is made, and the verdict that is right. `subject` where one is."""

    def __init__(
        self,
        party: str,
        make: Callable[[Lab, Beyond], None],
        *,
        subject: str | None = None,
        on_battery: bool | None = None,
        bad_resolver: str | None = None,
        cut_off: tuple[str, ...] = (),
        told_late: bool = False,
    ) -> None:
        self.party, self.make, self.subject = party, make, subject
        self.on_battery, self.bad_resolver = on_battery, bad_resolver
        self.cut_off = cut_off
        """PCs whose votes do not reach the collector while it lasts."""
        self.told_late = told_late
        """They are judged by once they are back: what they saw lay in their spools."""


def _nothing(_lab: Lab, _beyond: Beyond) -> None:
    return


def _ports_down(lab: Lab, *ports: str) -> None:
    for port in ports:
        lab.ip("switch", "link", "set", f"p-{port}", "down")


def _switch_off(lab: Lab, _beyond: Beyond) -> None:
    _ports_down(lab, *ADDRESSES, "router")


def _no_way_out(machine: str) -> Callable[[Lab, Beyond], None]:
    def make(lab: Lab, _beyond: Beyond) -> None:
        # As a firewall of its own that lets nothing out of the office.
        lab.ip(machine, "route", "add", "blackhole", "203.0.113.0/24")
        lab.ip(machine, "route", "add", "blackhole", f"{HOP}/32")

    return make


def _no_gateway(lab: Lab, _beyond: Beyond) -> None:
    # The link is up and nothing gets through, as with a Wi-Fi that lost its key.
    lab.ip("switch", "link", "set", "p-pc-3", "nomaster")


def _wrong_gateway(lab: Lab, _beyond: Beyond) -> None:
    # Another device answers for the router's address, as on a socket of another office.
    wrong = ("lladdr", "02:00:00:00:00:99", "dev", "lan0", "nud", "permanent")
    lab.ip("pc-2", "neigh", "replace", GATEWAY, *wrong)


def _router_off(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("router", "link", "set", "lan0", "down")
    lab.ip("router", "link", "set", "wan0", "down")


def _cut(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "link", "set", "access0", "down")


def _hop_dead(lab: Lab, _beyond: Beyond) -> None:
    # The cable is in and the provider's router does not answer.
    lab.ip("provider", "addr", "del", f"{HOP}/30", "dev", "access0")


def _black_hole(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "blackhole", "203.0.113.0/24")


def _unreachable(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "unreachable", "203.0.113.0/24")


def _one_target_gone(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "blackhole", f"{TARGETS[0].partition(':')[0]}/32")


def _says(*faults: str) -> Callable[[Lab, Beyond], None]:
    return lambda _lab, beyond: beyond.fail(*faults)


FAULTS: dict[str, Fault] = {
    "nothing": Fault("none", _nothing),
    "one PC's own firewall": Fault("pc", _no_way_out("pc-2"), subject="pc-2"),
    "the collector's own firewall": Fault("pc", _no_way_out("collector"), subject="collector"),
    "one PC's resolver": Fault("pc", _nothing, subject="pc-1", bad_resolver="pc-1"),
    "one PC's cable": Fault(
        "cable-or-wifi",
        lambda lab, _beyond: _ports_down(lab, "pc-1"),
        subject="pc-1",
        cut_off=("pc-1",),
        told_late=True,
    ),
    "one PC's Wi-Fi": Fault(
        "cable-or-wifi", _no_gateway, subject="pc-3", cut_off=("pc-3",), told_late=True
    ),
    "one PC in a wrong network": Fault("cable-or-wifi", _wrong_gateway, subject="pc-2"),
    "switch off": Fault("switch", _switch_off, cut_off=PCS),
    "router off": Fault("router", _router_off),
    "power gone": Fault("power", _switch_off, on_battery=True, cut_off=PCS),
    "access line cut": Fault("provider-access", _cut),
    "provider's hop dead": Fault("provider-access", _hop_dead),
    "upstream black hole": Fault("provider-upstream", _black_hole),
    "upstream unreachable": Fault("provider-upstream", _unreachable),
    "one target in maintenance": Fault("none", _one_target_gone),
    "name server silent": Fault("dns", _says("dns-silent")),
    "name server refuses": Fault("dns", _says("dns-servfail")),
    "service answers 503": Fault("remote-service", _says("web-503"), subject=f"{SERVICE}:443"),
    "service silent": Fault("remote-service", _says("web-silent"), subject=f"{SERVICE}:443"),
    "service resets": Fault("remote-service", _says("web-resets"), subject=f"{SERVICE}:443"),
}


def looked(lab: Lab, beyond: Beyond, fault: Fault) -> dict[str, Any]:
    """All machines look at the same time, each from inside; their answers as JSON."""
    authority = str(beyond.folder / "authority.pem")
    told = {"collector": lab.inside("collector", lambda: collector_look(authority))}
    for name in PCS:
        server = "192.168.50.99" if fault.bad_resolver == name else NAME_SERVER
        told[name] = lab.inside(name, partial(vote, server))
    return {name: one.value() for name, one in told.items()}


def run_fault(name: str) -> dict[str, Any]:
    """Break it, and give back what everyone saw before and after."""
    fault = FAULTS[name]
    with office() as (lab, beyond):
        before = looked(lab, beyond, FAULTS["nothing"])
        fault.make(lab, beyond)
        return {"before": before, "after": looked(lab, beyond, fault)}


def within(*words: str, seconds: float = 300.0) -> Any:
    """One verb of this module in a namespace of its own; its JSON answer."""
    done = subprocess.run(
        [*apart("--net"), sys.executable, "-m", "tests.lines_lab", *words],
        capture_output=True,
        timeout=seconds,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def main() -> None:
    verb, *words = sys.argv[1:]
    if verb == "serve":
        serve(Path(words[0]))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if verb == "fault":
        json.dump(run_fault(words[0]), sys.stdout)


if __name__ == "__main__":
    main()
