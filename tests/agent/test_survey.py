from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from random import Random

from agent import heavy, programs, survey
from agent.report import Gap, Reading
from agent.sending import LARGEST_BYTES, LONGEST_SECONDS, Pace
from agent.survey import Slow, Taken, Task

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TASKS = survey.tasks(60, 300, 3600)
ENVIRONMENT = {"PATH": os.defpath}


def test_everything_is_due_at_the_start_and_each_in_its_own_time_after() -> None:
    read_at: dict[str, float] = {}
    assert [task.kind for task in survey.due(TASKS, read_at, 0.0)] == [
        "load",
        "security",
        "events",
        "hardware",
        "system",
        "software",
    ]
    kinds = ("load", "security", "events", "hardware", "system", "software")
    read_at = dict.fromkeys(kinds, 0.0)
    assert survey.due(TASKS, read_at, 59.9) == ()
    assert [task.kind for task in survey.due(TASKS, read_at, 60.0)] == ["load"]
    assert [task.kind for task in survey.due(TASKS, read_at, 300.0)] == [
        "load",
        "security",
    ]
    assert len(survey.due(TASKS, read_at, 3600.0)) == 5
    assert len(survey.due(TASKS, read_at, 6 * 3600.0)) == 6


def test_a_battery_that_charges_is_no_news_and_a_monitor_that_goes_is() -> None:
    def reading(charge: float, monitors: int) -> Reading:
        parts = [{"model": "P2419H"}] * monitors
        return Reading({"batteries": [{"charge_ratio": charge}], "monitors": parts})

    assert survey.digest(reading(0.5, 1)) == survey.digest(reading(0.6, 1))
    assert survey.digest(reading(0.5, 1)) != survey.digest(reading(0.5, 0))


def test_the_heavy_probes_run_in_a_child_and_their_cost_is_told() -> None:
    taken = heavy.finished(Task("system", 1), NOON).taken
    assert json.loads(taken.reading.section.text)["os"]["family"] == "linux"
    assert taken.cpu_seconds > 0


def test_a_child_that_hangs_is_ended_at_its_deadline_with_all_that_it_started() -> None:
    command = [sys.executable, "-c", "import os, time; os.fork(); time.sleep(600)"]
    start = time.monotonic()
    outcome = programs.run(command, 0.5, ENVIRONMENT)
    assert outcome.cause == "did not end within 0.5 s"
    assert time.monotonic() - start < 60


def test_a_probe_that_does_not_end_in_time_is_a_gap_not_a_lost_report() -> None:
    task = Task("hardware", 1, deadline_seconds=0.001)
    taken = heavy.finished(task, NOON).taken
    assert taken.reading.section == {}
    assert taken.reading.gaps[0].field == "hardware"
    assert "did not end within" in taken.reading.gaps[0].cause


GREEDY = """
from agent.limits import limit
limit(256 * 1024 * 1024)
kept = bytearray(512 * 1024 * 1024)
"""


def test_a_child_that_needs_too_much_memory_ends_by_itself() -> None:
    outcome = programs.run([sys.executable, "-c", GREEDY], 60, ENVIRONMENT)
    assert (outcome.code, outcome.error) == (1, "MemoryError")


def test_a_child_that_dies_says_by_which_signal() -> None:
    command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    assert programs.run(command, 30, ENVIRONMENT).cause == "killed by signal 9"


def test_a_child_is_looked_at_without_waiting_for_it_and_can_be_stopped() -> None:
    running = programs.begin(
        [sys.executable, "-c", "import time; time.sleep(600)"], 600, ENVIRONMENT
    )
    assert running.ended() is None
    running.stop()
    outcome = running.ended()
    assert outcome is not None
    assert outcome.cause == "stopped together with the agent"
    assert running.wait() is outcome


def test_a_child_that_never_stops_printing_is_ended() -> None:
    command = [sys.executable, "-c", "while True: print('x' * 100000)"]
    outcome = programs.run(command, 60, ENVIRONMENT)
    assert "printed more than" in (outcome.cause or "")
    assert len(outcome.output) <= programs.OUTPUT_BYTES


def test_a_child_that_printed_too_much_and_ended_at_once_is_not_taken_for_whole() -> None:
    words = f"print('x' * {programs.OUTPUT_BYTES})"  # and the end of the line
    running = programs.begin([sys.executable, "-c", words], 60, ENVIRONMENT)
    assert running.child is not None
    os.waitid(os.P_PID, running.child.pid, os.WEXITED | os.WNOWAIT)
    outcome = running.ended()
    assert outcome is not None
    assert "printed more than" in (outcome.cause or "")


def test_a_program_that_is_not_there_is_told() -> None:
    assert "cannot start" in (programs.run(["/none"], 1, ENVIRONMENT).cause or "")


def test_the_slow_checks_are_kept_between_their_readings() -> None:
    known = Slow(({"id": "updates", "verdict": "pass"},), (), read_at=time.monotonic())
    quick = heavy.finished(Task("security", 300), NOON, known)
    assert quick.slow == known
    section = quick.taken.reading.section
    assert "checks" in section, quick.taken.reading.gaps
    rows = {row["id"]: row for row in section["checks"]}
    assert rows["updates"] == {"id": "updates", "verdict": "pass"}
    assert "firewall" in rows
    assert [row["id"] for row in section["checks"]] == sorted(rows)


def test_what_the_slow_checks_said_is_taken_out_of_a_whole_reading() -> None:
    rows = [{"id": "firewall", "verdict": "pass"}, {"id": "updates", "verdict": "unknown"}]
    gaps = (Gap("checks[updates]", "no lists"), Gap("checks[tpm]", "none"))
    assert survey.slow_part(Reading({"checks": rows}, gaps), 5.0) == Slow((rows[1],), gaps[:1], 5.0)
    assert survey.slow_part(Reading({}), 5.0) is None
    assert Taken(Reading({}), 0.0).cpu_seconds == 0.0


def test_attempts_come_apart_when_they_fail_and_never_further_than_the_limit() -> None:
    pace = Pace(Random(7))
    waits = []
    for _ in range(14):
        pace.failed(0.0, None, None)
        waits.append(pace.next_at)
    assert 0.5 <= waits[0] <= 1.5
    assert max(waits) <= LONGEST_SECONDS * 1.5
    assert waits[-1] >= LONGEST_SECONDS * 0.5
    pace.succeeded()
    assert pace.ready(0.0)


def test_a_hundred_pcs_do_not_come_back_in_one_second() -> None:
    waits = []
    for seed in range(100):
        pace = Pace(Random(seed))
        pace.failed(0.0, 503, 30.0)
        waits.append(pace.next_at)
    assert min(waits) >= 30.0
    assert max(waits) - min(waits) > 2.0


def test_only_another_failure_is_news() -> None:
    pace = Pace(Random(7))
    told = [pace.failed(0.0, status, None) for status in (None, None, 503, 503, None)]
    assert told == [True, False, True, False, True]


def test_a_refused_batch_is_halved_down_to_one_report_and_grows_again() -> None:
    pace = Pace(Random(7))
    pace.smaller(1000)
    assert pace.limit_bytes == 500
    pace.smaller(1)
    assert pace.limit_bytes == 1
    for _ in range(30):
        pace.succeeded()
    assert pace.limit_bytes == LARGEST_BYTES
