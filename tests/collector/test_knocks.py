"""Whom the collector knocks at when, and that a knock finds who lives and never leaves the network."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251 - a network of its own, with a PC on it that lives and then does not
import sys
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from collector.knocks import KNOCKED_FOR, MOST, MOST_ADDRESSES, Knocker, addresses, silent
from collector.presence import ALIVE_AFTER
from collector.readings import Interface, Load, Presence, System
from collector.state import Agent, Latest, Machine
from tests.collector.office import NOON, OFFICE
from tests.namespaces import apart

SECOND = timedelta(seconds=1)


def pc(
    asset: str, ago: timedelta, word: Any = None, *, told: tuple[str, ...] = ("192.0.2.7",)
) -> Machine:
    at = NOON - ago
    network = (Interface("eth0", "02:00:00:00:00:01", "ethernet", True, told),)
    return Machine(
        asset,
        agent=Agent("a", asset, "approved", "MAY", at, at),
        system=Latest(3, at, at, System(network=network)),
        load=Latest(4, at, at, Load()),
        presence=Latest(5, at, at, Presence(word)) if word else None,
    )


def knocked(*machines: Machine) -> list[str]:
    return [one.asset for one in silent(OFFICE, {one.asset: one for one in machines}, NOON)]


def test_one_is_knocked_at_from_the_time_at_which_only_a_living_pc_answers_for_an_hour() -> None:
    assert knocked(pc("pc-01", ALIVE_AFTER)) == []
    assert knocked(pc("pc-01", ALIVE_AFTER + SECOND)) == ["pc-01"]
    assert knocked(pc("pc-01", KNOCKED_FOR)) == ["pc-01"]
    assert knocked(pc("pc-01", KNOCKED_FOR + SECOND)) == []


def test_one_that_sleeps_is_let_be_and_one_that_said_goodbye_may_be_on_again() -> None:
    ago = timedelta(minutes=5)
    assert knocked(pc("pc-01", ago, "sleep"), pc("pc-02", ago, "shutdown")) == ["pc-02"]


def test_nobody_who_is_not_of_the_office_is_knocked_at() -> None:
    stranger = pc("may-la", timedelta(minutes=5))
    pending = pc("pc-01", timedelta(minutes=5))
    assert pending.agent is not None
    pending = replace(pending, agent=replace(pending.agent, state="quarantined"))
    assert knocked(stranger, pending) == []


def test_what_is_no_address_of_one_pc_is_no_place_to_knock_at() -> None:
    told = ("192.0.2.7", "fd00::7", "fe80::1", "127.0.0.1", "224.0.0.1", "255.255.255.255", "x", "")
    assert addresses(pc("pc-01", SECOND, told=told)) == ("192.0.2.7", "fd00::7")


def test_a_pc_that_tells_addresses_without_end_has_no_network_searched_through() -> None:
    told = tuple(f"192.0.2.{number}" for number in range(1, 255))
    assert addresses(pc("pc-01", SECOND, told=told)) == told[:MOST_ADDRESSES]


def test_where_more_are_silent_than_one_round_takes_each_has_its_turn() -> None:
    names = [f"pc-{number:03}" for number in range(5 * MOST)]
    template = OFFICE.machines[0]
    machines = tuple(template.model_copy(update={"id": name}) for name in names)
    office, knocker = OFFICE.model_copy(update={"machines": machines}), Knocker()
    gone = {name: pc(name, timedelta(minutes=5), told=()) for name in names}
    rounds = [knocker.tick(office, gone, NOON + 10 * number * SECOND) for number in range(5)]
    assert [len(one) for one in rounds] == [MOST] * 5
    assert {name for one in rounds for name in one} == set(names)


def test_each_is_knocked_at_every_twenty_seconds() -> None:
    knocker, machines = Knocker(), {"pc-01": pc("pc-01", timedelta(minutes=5), told=())}
    times = [
        seconds
        for seconds in range(0, 61, 5)
        if knocker.tick(OFFICE, machines, NOON + seconds * SECOND)
    ]
    assert times == [0, 20, 40, 60]


NETWORK = """
set -e
echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode  # no address but those given here
ip link set lo up
ip link add v0 type veth peer name v1
unshare --net sleep 60 & other=$!
trap 'kill $other' EXIT
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link set v1 netns $other
ip addr add 10.9.9.1/24 dev v0
ip addr add fd09::1/64 dev v0 nodad
ip link set v0 up
nsenter --net --target $other sh -e -c '
    echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode
    echo 1 > /proc/sys/net/ipv4/ip_forward
    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
    ip link set v1 address 02:00:00:00:00:02
    ip link set v1 up
    ip addr add 10.9.9.2/24 dev v1
    ip addr add fd09::2/64 dev v1 nodad
    ip link add w0 type veth peer name w1
    ip link set w1 up
    ip link set w0 up
    ip route add 198.51.100.0/24 dev w0
    ip route add 2001:db8::/32 dev w0
'
ip route add default via 10.9.9.2
ip route add default via fd09::2
"$0" -c "$1" $other
"""
LOOKS = """
import json, socket, subprocess, sys, time
from agent.host.netlink import neighbours
from collector.knocks import knock

def forwarded():
    # Two lines of IPv4, names and figures; a line each of IPv6.
    words = ("nsenter", "--net", "--target", sys.argv[1], "cat", "/proc/net/snmp", "/proc/net/snmp6")
    lines = [one.split() for one in subprocess.check_output(words, text=True).splitlines()]
    names, figures = [one for one in lines if one[0] == "Ip:"]
    six = dict(one for one in lines if len(one) == 2)
    four = dict(zip(names, figures, strict=True))
    return [int(four["ForwDatagrams"]), int(six["Ip6OutForwDatagrams"])]

def answered(at):
    knock([at, "10.9.9.3"])
    return [(one.mac, one.state) for one in neighbours() if one.mac.startswith("02:00")]

until, found = time.monotonic() + 20, {}
for place, count in (("10.9.9.2", 1), ("fd09::2", 2)):
    while len(found.get(place, [])) < count and time.monotonic() < until:
        found[place] = answered(place)
        time.sleep(0.02)
beyond = ["198.51.100.9", "2001:db8::9"]  # there is a route to them, by a router
knock(beyond * 5)
for family, at in zip((socket.AF_INET, socket.AF_INET6), beyond, strict=True):
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        door.sendto(b"the last one", (at, 9))
while 0 in (told := forwarded()) and time.monotonic() < until:
    time.sleep(0.02)
print(json.dumps([found, told]))
"""


def test_a_knock_finds_a_pc_that_lives_and_never_passes_a_router() -> None:
    command = [*apart("--net"), "sh", "-c", NETWORK, sys.executable, LOOKS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, through_the_router = json.loads(done.stdout)
    alive = ["02:00:00:00:00:02", "reachable"]
    assert found == {"10.9.9.2": [alive], "fd09::2": [alive, alive]}
    assert through_the_router == [1, 1], "of IPv4 and of IPv6 the one that was no knock"
