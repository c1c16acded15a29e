"""Real devices for the tests: snmpsim serving recordings, and Debian's snmpd."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - the tests start the agent that they ask
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.devices.making import printer, switch, written
from tests.collector.devices.simulator import free_udp_port, serving

SHARED = Path(os.environ.get("WARDWATCH_RECORDINGS", "../shared/recordings")) / "snmp"
OWN = Path(__file__).with_name("recordings")


@pytest.fixture(scope="session")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port on which every recording answers to its own name as community."""
    folder = tmp_path_factory.mktemp("devices")
    gathered = folder / "recordings"
    gathered.mkdir()
    for place in (OWN, SHARED):
        for one in sorted(place.glob("*.snmprec")) if place.is_dir() else ():
            (gathered / one.name).symlink_to(one.resolve())
    written(gathered / "made-printer.snmprec", printer({"Toner": (3, 100, 42)}))
    table = {"02:00:00:00:00:01": 2, "02:00:00:00:00:02": 3}
    written(gathered / "made-switch.snmprec", switch(table))
    with serving(gathered, folder / "simulator") as port:
        yield port


SNMPD = """
agentaddress udp:127.0.0.1:{port}
rocommunity hoa-mai 127.0.0.1
syslocation phong ky thuat
sysname may-chu-that
createUser sha1aes SHA "authentication-key" AES "privacy-key-0"
createUser sha256aes SHA-256 "authentication-key" AES "privacy-key-0"
createUser sha512aes256 SHA-512 "authentication-key" AES-256 "privacy-key-0"
createUser sha384aes192 SHA-384 "authentication-key" AES-192 "privacy-key-0"
rouser sha1aes priv
rouser sha256aes priv
rouser sha512aes256 priv
rouser sha384aes192 priv
"""


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real net-snmp agent that knows a community and four users."""
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_udp_port()
    (folder / "snmpd.conf").write_text(SNMPD.format(port=port))
    words = ["/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", str(folder / "snmpd.conf"), "-r"]
    words += ["-I", "-smux", "-p", str(folder / "pid")]
    environment = {"SNMP_PERSISTENT_DIR": str(folder), "PATH": os.environ["PATH"]}
    log = folder / "log"
    with log.open("wb") as out:
        child = subprocess.Popen(words, stdout=out, stderr=out, env=environment)
        try:
            deadline = time.monotonic() + 15
            while "NET-SNMP version" not in log.read_text(errors="replace"):
                assert child.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < deadline, log.read_text(errors="replace")
                time.sleep(0.05)
            yield port
        finally:
            child.terminate()
            child.wait(10)
