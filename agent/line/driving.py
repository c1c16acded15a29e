"""Turns many questions at once in one thread, and takes the time of each."""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterable
from typing import NamedTuple

from agent.line.questions import NoAnswerError, Question, Waits, words


class Asked(NamedTuple):
    """A question, and how long after the start it is asked."""

    key: str
    question: Question
    after_seconds: float = 0.0


class Outcome(NamedTuple):
    """What came of one question: seconds and what was learnt, or why nothing came."""

    key: str
    seconds: float | None = None
    learnt: str = ""
    error: str | None = None


class _Running(NamedTuple):
    asked: Asked
    began: float
    end: float


def drive(questions: Iterable[Asked], deadline_seconds: float) -> tuple[Outcome, ...]:
    """Ask them all, each within the deadline from its own start; in the order of their ends."""
    waiting = sorted(questions, key=lambda one: one.after_seconds)
    began = time.monotonic()
    outcomes: list[Outcome] = []
    with selectors.DefaultSelector() as selector:
        while waiting or selector.get_map():
            now = time.monotonic()
            while waiting and began + waiting[0].after_seconds <= now:
                one = waiting.pop(0)
                running = _Running(one, now, now + deadline_seconds)
                _step(selector, running, outcomes)
            for key in list(selector.get_map().values()):
                if key.data.end <= now:
                    selector.unregister(key.fileobj)
                    key.data.asked.question.close()
                    said = f"no answer in {deadline_seconds:g} seconds"
                    outcomes.append(Outcome(key.data.asked.key, error=said))
            ends = [key.data.end for key in selector.get_map().values()]
            ends += [began + one.after_seconds for one in waiting[:1]]
            if not ends:
                continue
            for key, _ in selector.select(max(min(ends) - time.monotonic(), 0)):
                selector.unregister(key.fileobj)
                _step(selector, key.data, outcomes)
    return tuple(outcomes)


def _step(selector: selectors.BaseSelector, running: _Running, outcomes: list[Outcome]) -> None:
    asked = running.asked
    try:
        waits: Waits = next(asked.question)
    except StopIteration as done:
        seconds = time.monotonic() - running.began
        outcomes.append(Outcome(asked.key, seconds, str(done.value)))
    except NoAnswerError as problem:
        outcomes.append(Outcome(asked.key, error=str(problem)))
    except OSError as problem:
        outcomes.append(Outcome(asked.key, error=words(problem)))
    else:
        event = selectors.EVENT_WRITE if waits.for_room else selectors.EVENT_READ
        selector.register(waits.there, event, running)
