from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from agent.host import Entries, Event
from agent.parse import event_xml
from tests.agent.test_events import AT

XML = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='Microsoft-Windows-Eventlog'/><EventID Qualifiers='0'>{code}</EventID>
<TimeCreated SystemTime='2026-11-23T01:02:03.4567891Z'/><EventRecordID>{number}</EventRecordID>
<Channel>Security</Channel></System>{data}</Event>"""


def test_events_printed_as_xml_are_read_whichever_way_they_hold_their_data() -> None:
    data = "<EventData><Data Name='TargetSid'>S-1-5-7</Data><Data>dịch vụ</Data></EventData>"
    user = "<UserData><Cleared xmlns='x'><SubjectUserSid>S-1-5-18</SubjectUserSid></Cleared></UserData>"
    text = XML.format(code=4720, number=4, data=data) + XML.format(code=1102, number=5, data=user)
    (read_whole, cause), count = event_xml.entries(text)
    assert (cause, count) == (None, 2)
    first, second = read_whole
    assert first == Event(
        4, 4720, "Microsoft-Windows-Eventlog", AT, {"TargetSid": "S-1-5-7", "1": "dịch vụ"}
    )
    assert (second.event_id, second.data) == (1102, {"SubjectUserSid": "S-1-5-18"})


def test_xml_with_a_document_type_or_damage_is_left_out_and_said() -> None:
    whole = XML.format(code=4720, number=4, data="")
    bomb = whole.replace("<System>", "<!DOCTYPE a [<!ENTITY b 'c'>]><System>", 1)
    assert event_xml.entries(bomb) == (Entries((), "1 of 1 entries are damaged"), 1)
    (read_in_part, cause), count = event_xml.entries(whole.replace("</System>", "") + whole)
    assert (len(read_in_part), cause, count) == (1, "1 of 2 entries are damaged", 2)


@settings(max_examples=200, deadline=None)
@given(some.text(max_size=60), some.integers(0, 400))
def test_no_damage_of_xml_raises(noise: str, place: int) -> None:
    text = XML.format(code=4720, number=4, data="")
    event_xml.entries(text[:place] + noise + text[place:])
