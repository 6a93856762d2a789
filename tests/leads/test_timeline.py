"""The timeline: everything in one order, whatever its kind, a page at a time, with the reason in words."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm import events
from crm.models import Actor, Advisor
from leads import contactability, messaging
from leads.models import Author, Call, ContactDecision, Direction, Lead, Message, MessageState, Recording
from leads.notes import add_note
from leads.timeline import PAGE, Entry, Place, Show, newest_part, page_of, with_days
from leads.timeline_entries import Bubble, CallLine, Day, Line
from tests.conftest import MakeLead

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd", now=NOON - dt.timedelta(days=30))


def message(lead: Lead, at: dt.datetime, **fields: Any) -> Message:
    """One outbound message of a sequence, unless the fields say otherwise."""
    conversation = messaging.conversation_with(lead.organization, lead.address, lead)
    given: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "channel": "sms",
        "address": lead.address,
        "author": Author.SEQUENCE,
        "author_label": "Application Recovery",
        "body": "Hi",
        "reason": {"step": 1},
        "state": MessageState.SENT,
        "not_before": at,
        "created_at": at,
        "sent_at": at,
    }
    given |= {"organization": lead.organization, "conversation": conversation, "lead": lead}
    return Message.objects.create(**given | fields)


def everything(lead: Lead, show: Show = Show.EVERYTHING, size: int = PAGE) -> list[Entry]:
    """All pages, walked from the newest to the oldest."""
    page = page_of(lead, now=NOON, show=show, size=size)
    entries = page.entries
    while page.earlier:
        page = page_of(lead, now=NOON, show=show, before=page.earlier, size=size)
        entries = page.entries + entries
    return entries


def told(lead: Lead) -> list[Line | Bubble]:
    return [entry.row for entry in page_of(lead, now=NOON).entries]


def test_it_works(lead: Lead, alice: Advisor) -> None:
    message(lead, NOON - dt.timedelta(hours=3))
    add_note(lead, body="Partner signs too", by_advisor=alice, now=NOON - dt.timedelta(hours=2))
    Call.objects.create(
        organization=lead.organization, lead=lead, advisor=alice, phone=lead.phone, disposition="NO ANSWER",
        started_at=NOON - dt.timedelta(hours=1), ended_at=NOON - dt.timedelta(minutes=58),
    )  # fmt: skip
    rows = told(lead)
    assert [type(row) for row in rows] == [Line, Bubble, Line, CallLine]
    created, said, note, call = rows
    assert isinstance(created, Line)
    assert created.words == "brought the lead in"
    assert isinstance(said, Bubble)
    assert (said.by, said.detail) == ("Application Recovery", ", step 2 · text")
    assert isinstance(note, Line)
    assert (note.who, note.text) == ("Alice Archer", "Partner signs too")
    assert isinstance(call, CallLine)
    assert (call.words, call.why) == ("called (415) 555-1001", "2 min 0 s, no answer")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_lose_nothing_and_repeat_nothing(size: int, lead: Lead, alice: Advisor) -> None:
    for number in range(6):
        at = NOON - dt.timedelta(minutes=number // 3)  # three of each kind at the very same moment
        message(lead, at, body=f"Message {number}")
        add_note(lead, body=f"Note {number}", by_advisor=alice, now=at)
        events.record(
            "checklist.item_asked", organization=lead.organization, lead_id=lead.pk, by=Actor.system(), now=at, item="X"
        )
    entries = everything(lead, size=size)
    places = [entry.place for entry in entries]
    assert len(entries) == 19  # and lead.created
    assert places == sorted(set(places))


def test_a_place_survives_its_way_through_an_address() -> None:
    place = Place(NOON + dt.timedelta(microseconds=7), 3, 42)
    assert Place.read(str(place)) == place
    for nonsense in ("", "1-2", "x-1-1", "1-2-3-4", "-1-2-3"):
        assert Place.read(nonsense) is None


def test_the_newest_part_grows_from_where_the_page_began(lead: Lead) -> None:
    for minute in range(60):
        message(lead, NOON - dt.timedelta(minutes=minute))
    shown = page_of(lead, now=NOON)
    message(lead, NOON + dt.timedelta(minutes=1), body="New")
    part = newest_part(lead, now=NOON, show=Show.EVERYTHING, since=shown.oldest)
    assert len(part.entries) == PAGE + 1
    assert part.entries[:-1] == shown.entries


def test_tabs_show_their_kind_only(lead: Lead, alice: Advisor) -> None:
    message(lead, NOON)
    add_note(lead, body="Note", by_advisor=alice, now=NOON)
    assert [type(entry.row) for entry in everything(lead, Show.MESSAGES)] == [Bubble]
    assert [entry.place.rank for entry in everything(lead, Show.NOTES)] == [2]
    assert [entry.place.rank for entry in everything(lead, Show.CHANGES)] == [4]


def test_it_costs_five_statements(lead: Lead, django_assert_num_queries: Any) -> None:
    for minute in range(100):
        message(lead, NOON - dt.timedelta(minutes=minute))
    lead.refresh_from_db()
    with django_assert_num_queries(5):
        page_of(lead, now=NOON)


def test_calls_with_recordings_cost_one_more(lead: Lead, django_assert_num_queries: Any) -> None:
    for minute in range(30):
        at = NOON - dt.timedelta(minutes=minute)
        call = Call.objects.create(organization=lead.organization, lead=lead, phone=lead.phone, started_at=at)
        Recording.objects.create(organization=lead.organization, call=call, file="x", started_at=at, ended_at=at)
    with django_assert_num_queries(6):
        page_of(lead, now=NOON)


def test_another_organization_with_the_same_phone_stays_apart(
    lead: Lead, make_lead: MakeLead, other_organization: Any
) -> None:
    rival = make_lead(organization=other_organization, phone=lead.phone)
    message(rival, NOON, body="Rival's words")
    assert not [row for row in told(lead) if isinstance(row, Bubble)]


def test_an_older_conversation_comes_back_with_the_phone(lead: Lead, make_lead: MakeLead) -> None:
    message(lead, NOON, body="Years ago")
    Message.objects.update(lead=None)
    again = make_lead(phone=lead.phone)
    assert [row.body for row in told(again) if isinstance(row, Bubble)] == ["Years ago"]


@pytest.mark.parametrize(
    ("fields", "words", "tone"),
    [
        ({"state": "queued", "not_before": NOON}, "Queued", ""),
        (
            {"state": "queued", "not_before": NOON + dt.timedelta(hours=20), "state_reason": "Quiet hours."},
            "Held until Thu 13:00: Quiet hours",
            "held",
        ),
        ({"state": "delivered", "delivered_at": NOON}, "Delivered 17:00", ""),
        ({"state": "failed", "state_reason": "No such number."}, "Failed: No such number", "bad"),
        ({"state": "cancelled", "state_reason": "Skipped: they replied."}, "Skipped: they replied", "held"),
        ({"state": "cancelled", "state_reason": "It was deleted"}, "Cancelled: It was deleted", "held"),
        ({"state": "needs_review", "state_reason": "Nobody can tell."}, "Needs review: Nobody can tell", "bad"),
        ({"state": "dead", "state_reason": "Given up after 5 attempts."}, "Given up after 5 attempts", "bad"),
    ],
)  # fmt: skip
def test_a_state_comes_with_its_reason(lead: Lead, fields: dict[str, Any], words: str, tone: str) -> None:
    message(lead, NOON, **fields)
    bubble = told(lead)[-1]
    assert isinstance(bubble, Bubble)
    assert (bubble.state, bubble.tone) == (words, tone)


def test_what_a_machine_wrote_says_so(lead: Lead) -> None:
    message(lead, NOON, author=Author.AI, is_composed=True)
    bubble = told(lead)[-1]
    assert isinstance(bubble, Bubble)
    assert (bubble.voice, bubble.detail) == ("ai", ", step 2, composed · text")


def test_a_decision_names_its_rule_and_time(lead: Lead) -> None:
    verdict = contactability.Verdict(
        contactability.Kind.LATER, contactability.Rule.QUIET_HOURS, "Quiet hours.", until=NOON + dt.timedelta(hours=1)
    )
    row = contactability.decision(lead, "sms", verdict, purpose="Step 3 of Application Recovery", now=NOON)
    ContactDecision.objects.bulk_create([row])
    line = told(lead)[-1]
    assert isinstance(line, Line)
    assert line.words == "Step 3 of Application Recovery held until 18:00"
    assert line.why == "Quiet hours (rule: quiet hours)"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("lead.stage_changed", {"previous_label": "New", "label": "Contacted"}, "moved New to Contacted"),
        ("lead.assigned", {"advisor": "Bob Baker"}, "assigned the lead to Bob Baker"),
        ("lead.assigned", {"advisor": ""}, "left the lead without an advisor"),
        ("lead.updated", {"changes": {"email": ["", "a@b.example"]}}, "changed e-mail"),
        ("sequence.enrolled", {"sequence_name": "Recovery"}, "started the sequence Recovery"),
        ("sequence.enrolled", {}, "started the sequence …"),
        ("loan.file_opened", {}, "loan: file opened"),
    ],
)
def test_facts_are_told_in_plain_words(lead: Lead, name: str, data: dict[str, Any], words: str) -> None:
    events.Event.objects.bulk_create(
        [events.fact(name, organization=lead.organization, lead_id=lead.pk, by=Actor.system(), now=NOON, **data)]
    )
    line = told(lead)[-1]
    assert isinstance(line, Line)
    assert (line.who, line.words) == ("Leadwright", words)


def test_a_sequence_that_skips_a_step_says_why(lead: Lead) -> None:
    events.record(
        "sequence.step_skipped", organization=lead.organization, lead_id=lead.pk, by=Actor.sequence("Recovery"),
        now=NOON, step=1, reason="The borrower replied.",
    )  # fmt: skip
    line = told(lead)[-1]
    assert isinstance(line, Line)
    assert (line.who, line.words, line.why) == ("Recovery", "skipped step 2", "The borrower replied.")


def test_days_are_the_organizations_own(lead: Lead) -> None:
    message(lead, dt.datetime(2026, 11, 18, 3, 0, tzinfo=dt.UTC))  # still the 17th in New York
    message(lead, NOON)
    with timezone.override(ZoneInfo("America/New_York")):
        rows = with_days(page_of(lead, now=NOON).entries[-2:], NOON)
    assert [row.words for row in rows if isinstance(row, Day)] == ["Yesterday", "Today"]
