"""`python -m bench.network speeds|blame`: how true the measured speeds are, and how right the blame.

Everything runs over a network of namespaces (`tests.lines_lab`): real bridges, routes, cables, name
servers and `tc tbf` as the line. Of the blame only the time is made up: each machine's looks before
and after the fault are real, and when in their minute they begin is drawn at random.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess  # noqa: TID251 - each run is a process in a network of its own
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from agent.bandwidth import PROVIDERS as WAYS
from agent.bandwidth.measure import Course, boot_seconds
from tests import lines_lab as lab
from tests.lines_faults import FAULTS
from tests.lines_story import VOTE_SECONDS, is_right, verdict
from tests.namespaces import apart

RATES = (10, 50, 100, 300)
PORTS = {"http": 8099, "iperf3": 5201, "speedtest": 8099}
SEED = 20261127
TWELVE = (
    "one PC's own firewall",
    "one PC's resolver",
    "one PC's cable",
    "one PC's Wi-Fi",
    "switch off",
    "router off",
    "power gone",
    "access line cut",
    "upstream black hole",
    "name server silent",
    "service silent",
    "nothing",
)
"""One of each party at least, and a time in which nothing is broken."""
MOST_BYTES = 4 * 10**9


def speeds(repeat: int) -> None:
    """Each provider at each rate, both ways, as Markdown."""
    told = _within("speeds-inside", str(repeat))
    print("| provider | shaped, Mbit/s | down | up | furthest off |")
    print("| --- | --- | --- | --- | --- |")
    for provider, rate, rows in told:
        down = ", ".join(f"{row[0] / 1e6:.2f}" for row in rows)
        up = ", ".join(f"{row[1] / 1e6:.2f}" for row in rows)
        off = max((abs(value / 1e6 / rate - 1) for row in rows for value in row[:2]), default=1)
        print(f"| {provider} | {rate} | {down} | {up} | {off:.1%} |")


def speeds_inside(repeat: int) -> list[Any]:
    """Within the network: the servers stand beyond the line, the client is a PC."""
    found = []
    with lab.network() as net:
        server = (sys.executable, "-m", "console", "speed-server", "--allow", "192.168.50.0/24")
        net.start("beyond", *server)
        net.start("beyond", "iperf3", "--server")
        time.sleep(3)
        for rate in RATES:
            net.shape(rate)
            for provider, port in PORTS.items():
                rows = [_measured(net, provider, port) for _ in range(repeat)]
                found.append((provider, rate, [row for row in rows if row]))
    return found


def _measured(net: lab.Lab, provider: str, port: int) -> Any:
    def work() -> Any:
        rates = WAYS[provider](Course("198.51.100.2", port, boot_seconds() + 60, MOST_BYTES))
        return [rates.down_bits_per_second, rates.up_bits_per_second, rates.bytes_used]

    return net.inside("pc-1", work).value()


def blame(runs: int, at_once: int, kinds: Sequence[str]) -> None:
    """Each kind of fault so many times, as Markdown. A run waits more than it works."""
    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        each = list(pool.map(_fault_run, [name for name in kinds for _ in range(runs)]))
    told = [each[place * runs : (place + 1) * runs] for place in range(len(kinds))]
    took = time.monotonic() - began
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    right = total = provider_for_one = 0
    print("| fault | to blame | right within 60 s | said instead |")
    print("| --- | --- | --- | --- |")
    for name, looks in zip(kinds, told, strict=True):
        fault, said = FAULTS[name], Counter[str]()
        good = 0
        for one in looks:
            phases = [chance.uniform(0, VOTE_SECONDS) for _ in lab.PCS]
            found = verdict(one["before"], one["after"], fault, chance.uniform(0, 10), phases)
            good += is_right(found, fault)
            if not is_right(found, fault):
                said[f"{found.party} ({found.because})"] += 1
            one_sick = fault.party in {"pc", "cable-or-wifi"}
            provider_for_one += one_sick and found.party.startswith("provider")
        right, total = right + good, total + len(looks)
        told_instead = ", ".join(f"{key}: {count}" for key, count in said.items()) or "–"
        print(f"| {name} | {fault.party} | {good} of {len(looks)} | {told_instead} |")
    print(f"\n{right} of {total} right ({right / total:.1%}) within 60 s of the fault;")
    print(f"the provider blamed for one sick PC: {provider_for_one} times;")
    print(f"{took:.0f} s for {total} runs, {at_once} at once")


def _fault_run(name: str) -> Any:
    return _within(name, module="tests.lines_faults")


def _within(*words: str, module: str = "bench.network") -> Any:
    done = subprocess.run(
        [*apart("--net"), sys.executable, "-m", module, *words],
        capture_output=True,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return json.loads(done.stdout)


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speeds", "blame", "speeds-inside"))
    parser.add_argument("count", type=int, nargs="?", default=0, help="repetitions: 3, or 20 runs")
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--all", action="store_true", help="all kinds of faults, not twelve")
    given = parser.parse_args()
    if given.what == "speeds-inside":
        json.dump(speeds_inside(given.count), sys.stdout)
    elif given.what == "speeds":
        speeds(given.count or 3)
    else:
        blame(given.count or 20, given.at_once, tuple(FAULTS) if given.all else TWELVE)


if __name__ == "__main__":
    main()
