"""The queue: every reason in words and in its order; taken by one; settled until something happens; back again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Event, Organization, Role
from leads import advisor_tasks, handoffs, messaging, pipeline, queue_work
from leads.errors import Changed, InvalidValue
from leads.models import Document, Lead, Message, QueueClaim, QueueMark, Stage, Task, TaskKind
from leads.queue import read_queue
from tests.conftest import ClientOf, MakeLead, advisor_in, written_to
from tests.racing import at_once

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)  # a Wednesday, noon in New York
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BY = Actor.system()


type LeadOf = Callable[..., Lead]


@pytest.fixture
def lead_of(make_lead: MakeLead) -> LeadOf:
    """A lead that came a year ago and was spoken to an hour ago: nothing to do about it."""

    def make(name: str, number: int, **changed: object) -> Lead:
        lead = make_lead(business_name=name, phone=f"+1212555{number:04d}", email="")
        at = changed.pop("written_at", NOON - HOUR)
        Lead.objects.filter(pk=lead.pk).update(**{"created_at": NOON - 300 * DAY} | changed)
        lead.refresh_from_db()
        if isinstance(at, dt.datetime):
            written_to(lead, at)
        return lead

    return make


def words(advisor: Advisor, now: dt.datetime = NOON, *, whole_team: bool = False) -> list[tuple[str, str]]:
    found = read_queue(advisor, whole_team=whole_team, now=now)
    return [(entry.reason.words, entry.lead.business_name) for entry in found.entries]


def replied(lead: Lead, at: dt.datetime) -> None:
    messaging.receive(lead.organization, address=lead.phone_e164 or "", body="Can you do 36 months?", now=at)


def handed_in(lead: Lead, at: dt.datetime) -> Document:
    return Document.objects.create(
        organization=lead.organization, lead=lead, file="x", name="Bank statement", content_type="application/pdf",
        size=1, sha256="0", uploaded_at=at,
    )  # fmt: skip


def test_it_works(alice: Advisor, lead_of: LeadOf) -> None:
    lead_of("Spoken to", 1)
    lead_of("Quiet", 2, written_at=NOON - 9 * DAY)
    lead_of("Fresh", 3, created_at=NOON - 4 * MINUTE, written_at=None)
    lead_of("Of today", 4, created_at=NOON - 3 * HOUR, written_at=None)
    lead_of("Of Monday", 5, created_at=NOON - 2 * DAY, written_at=None)
    replied(lead_of("Writes", 6), NOON - 12 * MINUTE)
    replied(lead_of("Wrote", 7), NOON - 5 * HOUR)
    call, chore = lead_of("Callback", 8), lead_of("Chore", 9)
    advisor_tasks.give(call, title="Call", kind=TaskKind.CALL, due_at=NOON + 5 * MINUTE, by=BY, now=NOON - DAY)
    advisor_tasks.give(chore, title="Order the appraisal", due_at=NOON - HOUR, by=BY, now=NOON - DAY)
    handed_in(lead_of("Papers", 10), NOON - HOUR)
    person = lead_of("A person", 11)
    replied(person, NOON - 2 * HOUR)
    handoffs.call_in(Message.objects.get(lead=person), by=BY, now=NOON - HOUR)
    assert words(alice) == [
        ("Asked for a person", "A person"),
        ("New 4 min ago, call now", "Fresh"),
        ("Replied 12 min ago", "Writes"),
        ("Callback due 17:05", "Callback"),
        ("Replied 5 h ago", "Wrote"),
        ("Bank statement came in", "Papers"),
        ("New 3 h ago, no contact yet", "Of today"),
        ("Order the appraisal due 16:00", "Chore"),
        ("No contact yet, came 2 d ago", "Of Monday"),
        ("9 days without contact", "Quiet"),
    ]


def test_what_is_strongest_leads_and_the_rest_is_told(alice: Advisor, lead_of: LeadOf) -> None:
    lead = lead_of("Both", 1)
    handed_in(lead, NOON - HOUR)
    replied(lead, NOON - MINUTE)
    [entry] = read_queue(alice, whole_team=False, now=NOON).entries
    assert [reason.why for reason in entry.reasons] == ["reply", "document"]
    assert entry.said == "Can you do 36 months?"


def test_who_was_only_spoken_to_goes_quiet_too(alice: Advisor, lead_of: LeadOf) -> None:
    lead_of("Both", 1, written_at=NOON - 9 * DAY, last_contacted_at=NOON - 20 * DAY)
    lead_of("Called", 2, written_at=None, last_contacted_at=NOON - 10 * DAY)
    lead_of("Called since", 3, written_at=NOON - 11 * DAY, last_contacted_at=NOON - DAY)
    lead_of("Written to since", 4, written_at=NOON - DAY, last_contacted_at=NOON - 12 * DAY)
    assert words(alice) == [("9 days without contact", "Both"), ("10 days without contact", "Called")]


def test_a_closed_lead_is_nobodys_work(alice: Advisor, lead_of: LeadOf, stages: dict[str, Stage]) -> None:
    lead = lead_of("Lost", 1, written_at=NOON - 9 * DAY)
    pipeline.move_to(lead, stages["lost"], by=BY, now=NOON)
    assert words(alice) == []


def test_what_needs_a_call_waits_while_none_may_be_made(
    alice: Advisor, organization: Organization, lead_of: LeadOf
) -> None:
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    lead_of("Fresh", 1, created_at=NOON - 4 * MINUTE, written_at=None)
    lead_of("Quiet", 2, written_at=NOON - 9 * DAY)
    handed_in(lead_of("Papers", 3), NOON - HOUR)
    night = NOON + 12 * HOUR
    alice.refresh_from_db()
    assert next(name for _, name in words(alice, night)) == "Papers"
    assert not any("call now" in said for said, _ in words(alice, night))


def test_mine_are_mine_and_nobodys(alice: Advisor, bob: Advisor, lead_of: LeadOf) -> None:
    for number, (name, advisor) in enumerate({"Alice's": alice, "Bob's": bob, "Nobody's": None}.items()):
        lead_of(name, number, advisor=advisor, written_at=NOON - 9 * DAY)
    assert {name for _, name in words(alice)} == {"Alice's", "Nobody's"}
    assert {name for _, name in words(bob)} == {"Bob's", "Nobody's"}
    assert len(words(alice, whole_team=True)) == 3


class TestSettled:
    def test_done_stays_away_until_something_new_happens(self, alice: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Writes", 1)
        replied(lead, NOON - HOUR)
        queue_work.done(lead, by=alice, now=NOON)
        assert words(alice, NOON + DAY) == []
        assert Event.objects.get(name="lead.dealt_with").actor_label == "Alice Archer"
        messaging.write(lead, body="Yes", by_advisor=alice, now=NOON + MINUTE)
        replied(lead, NOON + HOUR)
        assert words(alice, NOON + 2 * HOUR) == [("Replied 1 h ago", "Writes")]

    def test_what_is_snoozed_comes_back_when_its_time_is_up(self, alice: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Quiet", 1, written_at=NOON - 9 * DAY)
        queue_work.snooze(lead, until=NOON + HOUR, by=alice, now=NOON)
        found = read_queue(alice, whole_team=False, now=NOON + MINUTE)
        assert found.entries == []
        assert [row.words for row in found.later] == ["Snoozed until 18:00"]
        assert len(words(alice, NOON + 2 * HOUR)) == 1

    def test_a_reply_wakes_what_is_snoozed(self, alice: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Quiet", 1, written_at=NOON - 9 * DAY)
        queue_work.snooze(lead, until=NOON + DAY, by=alice, now=NOON)
        replied(lead, NOON + MINUTE)
        assert words(alice, NOON + 2 * MINUTE) == [("Replied 1 min ago", "Quiet")]

    def test_tasks_and_papers_are_done_with_it_and_come_back_with_it(self, alice: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Chore", 1)
        advisor_tasks.give(lead, title="Appraisal", due_at=NOON - HOUR, by=BY, now=NOON - DAY)
        handed_in(lead, NOON - HOUR)
        mark = queue_work.done(lead, by=alice, now=NOON)
        assert not Task.objects.open().exists()
        assert not Document.objects.filter(seen_at=None).exists()
        queue_work.undo(lead, marked_at=mark.marked_at, by=alice, now=NOON + MINUTE)
        assert Task.objects.open().exists()
        assert words(alice) == [("Appraisal due 16:00", "Chore")]

    def test_a_callback_that_shows_early_is_done_or_put_off_early(self, alice: Advisor, lead_of: LeadOf) -> None:
        for number, settle in enumerate((queue_work.done, queue_work.snooze)):
            lead = lead_of(f"Call {number}", number)
            due = NOON + 5 * MINUTE
            advisor_tasks.give(lead, title="Call", kind=TaskKind.CALL, due_at=due, by=BY, now=NOON - DAY)
            assert words(alice) == [("Callback due 17:05", f"Call {number}")]
            until = {"until": NOON + DAY} if settle is queue_work.snooze else {}
            settle(lead, by=alice, now=NOON, **until)  # type: ignore[arg-type]
            assert words(alice, NOON + MINUTE) == []

    def test_only_the_last_word_is_taken_back(self, alice: Advisor, bob: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Quiet", 1, written_at=NOON - 9 * DAY)
        mark = queue_work.snooze(lead, until=NOON + HOUR, by=alice, now=NOON)
        queue_work.done(lead, by=bob, now=NOON + MINUTE)
        with pytest.raises(Changed):
            queue_work.undo(lead, marked_at=mark.marked_at, by=alice, now=NOON + 2 * MINUTE)

    @pytest.mark.parametrize("until", [NOON, NOON - DAY, NOON + 91 * DAY], ids=["now", "past", "far"])
    def test_a_time_that_makes_no_sense_is_refused(self, alice: Advisor, lead_of: LeadOf, until: dt.datetime) -> None:
        with pytest.raises(InvalidValue):
            queue_work.snooze(lead_of("Quiet", 1), until=until, by=alice, now=NOON)


class TestClaims:
    def test_a_colleague_sees_whose_it_is_and_can_do_nothing(
        self, alice: Advisor, bob: Advisor, lead_of: LeadOf
    ) -> None:
        lead = lead_of("Quiet", 1, written_at=NOON - 9 * DAY)
        queue_work.claim(lead, by=alice, now=NOON)
        [entry] = read_queue(bob, whole_team=False, now=NOON + MINUTE).entries
        assert (entry.taken_by, entry.taken_for) == (alice, "9 min")
        for work in (queue_work.claim, queue_work.done):
            with pytest.raises(queue_work.Taken, match="Alice Archer has it, 9 min left"):
                work(lead, by=bob, now=NOON + MINUTE)

    def test_it_ends_by_itself(self, alice: Advisor, bob: Advisor, lead_of: LeadOf) -> None:
        lead = lead_of("Quiet", 1)
        queue_work.claim(lead, by=alice, now=NOON)
        assert queue_work.claim(lead, by=bob, now=NOON + 10 * MINUTE).advisor == bob

    def test_whoever_takes_another_lets_the_first_go(self, alice: Advisor, bob: Advisor, lead_of: LeadOf) -> None:
        first, second = lead_of("First", 1), lead_of("Second", 2)
        queue_work.claim(first, by=alice, now=NOON)
        queue_work.claim(second, by=alice, now=NOON)
        assert queue_work.claim(first, by=bob, now=NOON).advisor == bob

    @pytest.mark.django_db(transaction=True)
    def test_of_many_who_take_it_at_once_one_has_it(self, organization: Organization, lead_of: LeadOf) -> None:
        lead = lead_of("Hot", 1)
        team = [advisor_in(organization, f"a{n}@acme.example", "A", str(n), Role.ADVISOR) for n in range(8)]

        def take(number: int) -> bool:
            try:
                queue_work.claim(lead, by=team[number], now=NOON)
            except queue_work.Taken:
                return False
            return True

        assert sum(at_once(take, 8)) == 1
        assert QueueClaim.objects.count() == 1


class TestPage:
    @pytest.fixture
    def client(self, alice: Advisor, client_of: ClientOf) -> Client:
        return client_of(alice)

    @pytest.fixture
    def lead(self, lead_of: LeadOf) -> Lead:
        lead: Lead = lead_of("Iron Oak", 1)
        replied(lead, timezone.now() - 12 * MINUTE)
        return lead

    def test_it_works(self, client: Client, lead: Lead) -> None:
        page = client.get("/queue").content.decode()
        assert "Replied 12 min ago" in page
        assert "Can you do 36 months?" in page
        panel = client.post(f"/queue/{lead.uuid}/claim", headers={"HX-Request": "true"}).content.decode()
        assert "Yours for" in panel
        answer = client.post(f"/queue/{lead.uuid}/settled", {"for": "done"}, headers={"HX-Request": "true"})
        assert "Iron Oak is done" in answer.content.decode()
        assert "Nothing waits for you" in answer.content.decode()
        mark = QueueMark.objects.get()
        client.post(f"/queue/{lead.uuid}/undo", {"marked_at": mark.marked_at.isoformat()})
        assert "Replied" in client.get("/queue").content.decode()

    @pytest.mark.parametrize("choice", ["hour", "tomorrow", "days", "week"])
    def test_later_is_later(self, client: Client, lead: Lead, choice: str) -> None:
        client.post(f"/queue/{lead.uuid}/settled", {"for": choice})
        until = QueueMark.objects.get().until
        assert until
        assert until > timezone.now() + 59 * MINUTE
        assert "Snoozed until" in client.get("/queue").content.decode()

    def test_a_choice_that_there_is_not_is_refused(self, client: Client, lead: Lead) -> None:
        answer = client.post(f"/queue/{lead.uuid}/settled", {"for": "ever"}, headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert not QueueMark.objects.exists()

    def test_a_colleagues_lead_stays_theirs(self, client: Client, bob: Advisor, lead: Lead) -> None:
        queue_work.claim(lead, by=bob, now=timezone.now())
        answer = client.post(f"/queue/{lead.uuid}/claim", headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert "Bob" in answer.content.decode()

    def test_a_stranger_finds_none_of_it(self, lead: Lead, charlie: Advisor, client_of: ClientOf) -> None:
        theirs = client_of(charlie)
        assert "Iron Oak" not in theirs.get("/queue").content.decode()
        assert theirs.get(f"/queue/{lead.uuid}", headers={"HX-Request": "true"}).status_code == 404
        for what in ("claim", "settled", "undo"):
            assert theirs.post(f"/queue/{lead.uuid}/{what}").status_code == 404

    def test_an_advisor_who_sees_their_own_sees_no_more_here(
        self, bob: Advisor, organization: Organization, client_of: ClientOf, alice: Advisor, lead: Lead
    ) -> None:
        Organization.objects.filter(pk=organization.pk).update(advisors_see="own")
        Lead.objects.filter(pk=lead.pk).update(advisor=alice)
        page = client_of(bob).get("/queue?whose=team").content.decode()
        assert "Iron Oak" not in page

    def test_more_to_do_costs_no_more_statements(
        self, client: Client, lead_of: LeadOf, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        now = timezone.now()
        for number in range(30):
            lead = lead_of(f"Lead {number}", number, written_at=None, created_at=now - HOUR)
            if number % 3 == 0:
                replied(lead, now - HOUR)
            elif number % 3 == 1:
                advisor_tasks.give(lead, title="Appraisal", due_at=now - HOUR, by=BY, now=now - DAY)
        with django_assert_max_num_queries(26):
            client.get("/queue")
