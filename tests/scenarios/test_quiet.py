"""A quiet month of sixty PCs: they come, go, sleep, rest and mistype, and nobody is told anything."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from collector import office_hours
from collector.store.database import Store
from tests.scenarios.office import Pc, Scripted, local
from tests.scenarios.script import backed_up, drill, event, software

DAYS = 30
HOURS = (8, 11, 14, 16, 20)
"""When the month is looked at: at work, before lunch, in the afternoon, before the end, at night."""


def test_a_quiet_month_of_sixty_pcs_tells_nobody_anything(store: Store) -> None:
    chance = random.Random(2026)
    office = Scripted(store, local("2027-01-18T08:10:00"), people=59)
    first = office.begins.date()
    for day in range(DAYS):
        _live(office, chance, first + timedelta(days=day))
    assert office.turned() == []
    assert office.opened() == []
    assert (office.post.told(), office.post.untold()) == ([], [])
    assert office.now - office.begins > timedelta(days=DAYS - 1)


def _live(office: Scripted, chance: random.Random, day: date) -> None:
    """One day: who comes, who is away, who shuts down and who pulls the plug; the server goes on."""
    at_work: set[str] = set()
    for hour in HOURS:
        moment = datetime.combine(day, datetime.min.time(), office.begins.tzinfo)
        moment += timedelta(hours=hour, minutes=30)
        if moment <= office.now:
            continue
        works = office_hours.is_open(office.inventory.site, moment)
        for pc in office.pcs.values():
            if pc.asset == "may-chu":
                continue
            if works and not pc.talks and pc.asset not in at_work and chance.random() < 0.9:
                _comes(office, chance, pc)
            elif not works and pc.talks:
                # One in twenty is switched off at the wall, one in ten sleeps.
                how = chance.random()
                if how > 0.05:
                    word = "sleep" if how < 0.15 else "shutdown"
                    office.say(pc.asset, "presence", {"state": word})
                pc.talks = False
            at_work.add(pc.asset)
        office.until(moment, every_seconds=DAYS * 86_400)
        if hour == HOURS[-1] and at_work:
            backed_up(0).act(office)
        if hour == HOURS[-1]:
            drill(0, ok=True).act(office)


def _comes(office: Scripted, chance: random.Random, pc: Pc) -> None:
    """One is switched on; now and then a password is mistyped, an approved program is new."""
    office.say(pc.asset, "presence", {"state": "started"})
    pc.talks = True
    if chance.random() < 0.2:
        event(0, pc.asset, "logon-failed", count=chance.randint(1, 3)).act(office)
    if chance.random() < 0.01:
        software(0, pc.asset, f"LibreOffice {office.now.date()}").act(office)
