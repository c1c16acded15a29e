from __future__ import annotations

import msgspec

from tests.console.office import Running, wardwatch


def test_the_officer_sees_what_the_collector_bears(running: Running) -> None:
    words = ("--agents", "6", "--interval", "0.5", "--seconds", "2", "--json")
    done = wardwatch("simulate", *words, "--state", str(running.state))
    told = msgspec.json.decode(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (told["reports_due"], told["reports_stored"], told["errors"]) == (24, 24, {})
    assert told["latency_seconds"]["p50"] <= told["latency_seconds"]["max"]
    assert "simulated" not in running.get("/metrics")[1]


def test_a_state_folder_that_was_never_used_is_bad_input() -> None:
    done = wardwatch("simulate", "--agents", "1", "--state", "/nowhere/at/all")
    assert done.returncode == 2
    assert "is no state folder yet" in done.stderr
