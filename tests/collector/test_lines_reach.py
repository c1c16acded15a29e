"""Which lines a machine can judge: those that its own traffic takes."""

from __future__ import annotations

from pathlib import Path

from collector.inventory.model import Line
from collector.lines import own_gateway, reached

ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010AA8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def line(name: str, gateway: str | None) -> Line:
    return Line(
        id=name,
        name=name,
        provider="nhà mạng",
        down_mbit_per_second=300,
        up_mbit_per_second=300,
        gateway=gateway,
        targets=("127.0.0.1:1", "127.0.0.1:2"),
    )


FIRST, SECOND = line("chinh", "192.168.10.1"), line("du-phong", "192.168.10.254")


def test_a_line_behind_another_gateway_is_not_judged_by_this_machines_answers() -> None:
    assert reached((FIRST, SECOND), "192.168.10.1") == (FIRST,)


def test_a_machine_outside_the_office_judges_no_line() -> None:
    assert reached((FIRST, SECOND), "10.0.2.2") == ()
    assert reached((FIRST, SECOND), None) == ()


def test_one_line_alone_needs_no_gateway_but_two_do() -> None:
    alone = line("chinh", None)
    assert reached((alone,), None) == (alone,)
    assert reached((alone, SECOND), "192.168.10.1") == ()


def test_the_gateway_is_read_from_the_kernels_table(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(ROUTES)
    assert own_gateway(tmp_path / "route") == "192.168.10.1"
    assert own_gateway(tmp_path / "missing") is None
