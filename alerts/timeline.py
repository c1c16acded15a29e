"""An incident's story on one page that opens anywhere: what happened, when, by whom, on what basis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from msgspec import Struct

from alerts import words
from alerts.documents.redaction import Disclosure, redact
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.policy import shipped
from alerts.queries import Event, File
from collector.inventory.model import Inventory
from collector.messages import Language

LANGUAGE: Language = "vi"

STYLE = """body{font:16px/1.5 "Times New Roman",serif;max-width:60em;margin:2em auto;padding:0 1em;
color:#111;background:#fff}table{border-collapse:collapse;width:100%;margin:1em 0}td,th{border:1px
solid #999;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background
:#eee}code{font-size:.85em;word-break:break-all}.drill{border:3px solid #b00;color:#b00;padding:.5em;
text-align:center;font-weight:bold}"""


class Moment(Struct, frozen=True):
    """One line of the story."""

    at: str
    who: str
    what: str
    basis: str


def html(file: File, inventory: Inventory, shown: Disclosure) -> str:
    """The whole page, without a script or anything from elsewhere."""
    incident, text = file.incident, words.texts().text
    title = f"{incident.id} · {words.title(incident.rule, LANGUAGE)}"
    head = text(LANGUAGE, "timeline.head", id=incident.id, site=inventory.site.name)
    drill = f'<p class="drill">{escape(text(LANGUAGE, "timeline.drill"))}</p>'
    rows = "".join(
        f"<tr><td>{escape(one.at)}</td><td>{escape(one.who)}</td><td>{escape(one.what)}</td>"
        f"<td><code>{escape(one.basis)}</code></td></tr>"
        for one in moments(file, inventory, shown)
    )
    columns = "".join(
        f"<th>{escape(text(LANGUAGE, f'timeline.{name}'))}</th>"
        for name in ("at", "who", "what", "basis")
    )
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>{drill if incident.drill else ''}"
        f"<p>{escape(head)}</p><table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{escape(text(LANGUAGE, 'timeline.check'))}</p></html>\n"
    )


def moments(file: File, inventory: Inventory, shown: Disclosure) -> tuple[Moment, ...]:
    """Incident, clocks and proofs of sending in one order, without what must not leave."""
    zone = inventory.site.timezone
    names = tuple(one.name for one in inventory.people if one.name)
    told = [
        *((one.at, 0, _incident_row(one, file.incident, zone)) for one in file.history),
        *((one.at, 1, _clock_row(one)) for one in file.clock_history),
        *(
            (
                one.at,
                2,
                (
                    one.actor,
                    _sent(one.obligation, one.recipient, one.channel),
                    f"SHA-256 {one.file_sha256}; {one.receipt}",
                ),
            )
            for one in file.deliveries
        ),
    ]
    return tuple(
        Moment(
            words.written("told_at", at.isoformat(), LANGUAGE, zone),
            *(redact(part, names, shown) for part in row),
        )
        for at, _, row in sorted(told, key=lambda one: (one[0], one[1]))
    )


def read_me(incident: Incident) -> str:
    """What the archive is and how it is checked, for who opens it first."""
    key = "timeline.read-me-drill" if incident.drill else "timeline.read-me"
    both = (words.texts().text(one, key, id=incident.id) for one in ("vi", "en"))
    return "\n\n".join(both) + "\n"


def _incident_row(event: Event, incident: Incident, zone: str) -> tuple[str, str, str]:
    text = words.texts().text
    what = text(LANGUAGE, f"action.{event.action}")
    if event.before and event.before != event.after:
        before, after = (text(LANGUAGE, f"state.{one}") for one in (event.before, event.after))
        what = f"{what} ({before} → {after})"
    if event.finding:
        what = f"{what}: {words.because(event.finding, LANGUAGE, zone)}"
    elif event.reason:
        what = f"{what}: {event.reason}"
    return event.actor, what, "; ".join(_readings(event.finding)) or incident.tag


def _clock_row(event: Event) -> tuple[str, str, str]:
    row = shipped().obligation(event.action)
    state = words.texts().text(LANGUAGE, f"obligation.{event.after}")
    name = row.name.vi if row else event.action
    basis = f"{row.cite.document}, {row.cite.article}" if row else ""
    return event.actor, f"{name}: {state}" + (f" ({event.reason})" if event.reason else ""), basis


def _sent(obligation: str, recipient: str, channel: str) -> str:
    row = shipped().obligation(obligation)
    name = row.name.vi if row else obligation
    return words.texts().text(
        LANGUAGE, "timeline.sent", name=name, recipient=recipient, channel=channel
    )


def _readings(finding: Finding | None) -> Iterator[str]:
    evidence: Iterable[int | None] = (one.report for one in finding.evidence) if finding else ()
    for number in dict.fromkeys(evidence):
        if number is not None:
            yield f"readings/{number}.json"
