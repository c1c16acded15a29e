"""Silences of sixty PCs over a year: few false alerts, and no killed agent later than ten minutes."""

from __future__ import annotations

from datetime import date, timedelta

from alerts.office import Office
from alerts.past import Past
from alerts.rules import agent_silent
from backup.status import Backups
from collector.around import Around, Others
from collector.readings import Load, Presence
from collector.state import Agent, Latest, Machine, State
from tests.scenarios.silences import Spell, learned, year
from tests.scenarios.well import TET, ward

PCS, DAYS, SEED = 60, 365, 2027
TEN_MINUTES = timedelta(minutes=10)
OFFICE = ward(1)
PC = OFFICE.machines[1]
CLOSED = {date.fromisoformat(span["first"]) + timedelta(days=n) for span in TET for n in range(9)}
PAST = Past(usual={PC.id: learned()})


class Told(Others):
    """The others as a spell has them."""

    answer: Around

    def of(self, asset: str) -> Around:
        return self.answer


def alerted_after(spell: Spell) -> timedelta | None:
    """How long after the last word the rule first fails; None where it never does."""
    last = spell.last_at
    machine = Machine(
        PC.id,
        agent=Agent("a", PC.id, "approved", "x", last - timedelta(days=90), last),
        load=Latest(4, last, last, Load()),
        presence=Latest(5, last, last, Presence(spell.word)) if spell.word else None,
    )
    state = State({PC.id: machine})
    for now in spell.moments():
        others = Told({}, now, timedelta(seconds=180))
        others.answer = spell.around(now)
        seen = Office(OFFICE, state, Backups(), now, past=PAST, others=others)
        if agent_silent.judge(seen, PC).verdict == "fail":
            return now - last
    return None


def test_a_year_of_sixty_pcs_with_tet_alarms_once_a_week_at_most() -> None:
    spells = list(year(PCS, date(2027, 1, 4), DAYS, SEED, CLOSED))
    told = [(spell, alerted_after(spell)) for spell in spells]
    false = [spell for spell, after in told if after is not None and not spell.is_true]
    assert len(spells) > 10_000
    assert {spell.cause for spell in spells} == {
        *("left", "wall", "half", "sleep", "crash", "carried", "killed", "ended")
    }
    assert len(false) <= DAYS / 7
    late = [
        (spell, after)
        for spell, after in told
        if spell.is_true and (after is None or after > TEN_MINUTES)
    ]
    assert late == []


def test_where_the_collector_cannot_knock_only_what_nobody_sees_may_pass_for_going() -> None:
    spells = [
        one for one in year(PCS, date(2027, 1, 4), DAYS, SEED, CLOSED, elsewhere=PCS) if one.is_true
    ]
    after = {spell: alerted_after(spell) for spell in spells}
    late = [spell for spell, told in after.items() if told is None or told > TEN_MINUTES]
    assert len(spells) > 15
    assert [spell for spell in late if spell.word or spell.seen] == []
    assert len(late) <= 1
