"""Drafts before a person: the page, what they decide, and who is not asked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from crm.models import Advisor, Event, LeadVisibility, Organization
from leads import approving, messaging, takeover
from leads.errors import Changed, InvalidValue
from leads.models import Conversation, Lead, Message, MessageState
from sequences import engine
from sequences.models import Enrollment
from tests.ai.conftest import Follow, Sent
from tests.ai.test_engine import NEXT
from tests.conftest import ClientOf, MakeLead
from tests.fake_openai import FakeOpenAI
from tests.racing import at_once

HOUR = dt.timedelta(hours=1)
PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def decide(client: Client, draft: Message, do: str, **more: str) -> tuple[int, str]:
    given = {"do": do, "seen": approving.version_of(draft), "body": draft.body, "subject": draft.subject} | more
    response = client.post(f"/reviews/{draft.uuid}/decision", given, **PART)
    draft.refresh_from_db()
    return response.status_code, response.content.decode()


@pytest.mark.django_db(transaction=True)
class TestDecisions:
    def test_approved_it_goes_out(self, draft: Message, client: Client, sent: Sent) -> None:
        html = client.get("/reviews").content.decode()
        assert "Jane Miller" in html
        assert "A person approves each AI text of this sequence." in html
        assert "Composed without a model" in html
        status, html = decide(client, draft, "approve")
        assert status == 200
        assert "Approved by Alice Archer." in html
        assert (draft.state, draft.author, [each["body"] for each in sent()]) == ("sent", "ai", [draft.body])
        assert Event.objects.get(name="message.approved").data["edited"] is False
        page = client.get(f"/leads/{draft.lead.uuid}").content.decode()
        assert "approved by Alice Archer" in page

    def test_edited_it_goes_out_as_edited(self, draft: Message, client: Client, sent: Sent) -> None:
        written = draft.body
        decide(client, draft, "approve", body="  Hi Jane,\r\nshall we talk?  ")
        assert sent()[0]["body"] == draft.body == "Hi Jane,\nshall we talk?"
        assert draft.reason["approval"] == "Edited and approved by Alice Archer"
        assert draft.generations.get().text == written  # what the writer wrote is kept

    def test_rejected_it_does_not_and_the_sequence_goes_on(
        self, follow: Follow, client: Client, sent: Sent, now: dt.datetime
    ) -> None:
        draft = follow(NEXT, approval="every")
        engine.tick(now + 2 * HOUR)
        assert Enrollment.objects.get().held_by
        status, html = decide(client, draft, "reject", why="too  pushy")
        assert (status, draft.state) == (200, MessageState.CANCELLED)
        assert draft.state_reason == "Skipped: Alice Archer rejected the draft: too pushy"
        assert "rejected the draft" in html
        engine.tick(now + 3 * HOUR)
        assert [each["body"] for each in sent()] == ["The second step"]

    def test_handed_off_a_person_answers(self, draft: Message, client: Client, sent: Sent) -> None:
        decide(client, draft, "hand_off")
        assert draft.state == MessageState.CANCELLED
        talk = Conversation.objects.get()
        assert talk.needs_handoff
        assert talk.ai_paused_until is not None
        page = client.get("/reviews").content.decode()
        assert "Asked for a person" in page
        assert "Jane Miller" in page
        assert sent() == []

    def test_another_text_is_written_and_comes_back(
        self, follow: Follow, model: FakeOpenAI, client: Client, sent: Sent
    ) -> None:
        model.says = "Hi Jane, you are approved!"
        draft = follow()
        model.says = "Hi Jane, how are you?"
        status, html = decide(client, draft, "again")
        assert (status, draft.state) == (200, MessageState.DRAFTING)
        assert "Being written" in html
        engine.tick()
        draft.refresh_from_db()
        assert (draft.state, draft.body) == (MessageState.APPROVAL, "Hi Jane, how are you?")
        assert draft.state_reason == "Written anew for Alice Archer."
        assert draft.generations.count() == 2
        assert sent() == []

    def test_the_gate_is_asked_again(self, draft: Message, client: Client, sent: Sent, jane: Lead) -> None:
        Organization.objects.update(quiet_hours=True, contact_from=dt.time(0, 0), contact_until=dt.time(0, 1))
        _, html = decide(client, draft, "approve")
        assert draft.state == MessageState.QUEUED
        assert draft.not_before > dt.datetime.now(dt.UTC)
        assert "Held until" in html
        assert sent() == []

    def test_nobody_writes_to_who_has_opted_out(self, draft: Message, jane: Lead, client: Client, sent: Sent) -> None:
        seen, body = approving.version_of(draft), draft.body
        messaging.receive(jane.organization, address=jane.phone_e164 or "", body="STOP", now=dt.datetime.now(dt.UTC))
        status, html = decide(client, draft, "approve", seen=seen, body=body)
        assert (status, draft.state) == (409, MessageState.CANCELLED)
        assert "Somebody else has decided" in html
        assert draft.body not in [each["body"] for each in sent()]

    def test_who_approves_speaks_though_the_ai_is_silent(
        self, draft: Message, jane: Lead, alice: Advisor, client: Client, sent: Sent
    ) -> None:
        from crm.models import Actor

        takeover.take_over(draft.conversation, jane, by=Actor.advisor(alice), now=dt.datetime.now(dt.UTC))
        Conversation.objects.update(needs_handoff=True)
        decide(client, draft, "approve")
        assert len(sent()) == 1
        assert not Conversation.objects.get().needs_handoff  # a person has answered

    def test_of_twenty_who_approve_one_does(self, draft: Message, alice: Advisor, sent: Sent) -> None:
        seen = approving.version_of(draft)

        def approve(number: int) -> str:
            try:
                now = dt.datetime.now(dt.UTC)
                approving.approve(
                    Message.objects.get(pk=draft.pk), body=f"Version {number}", seen=seen, by=alice, now=now
                )
            except Changed:
                return "changed"
            return "approved"

        assert sorted(set(at_once(approve, 8))) == ["approved", "changed"]
        engine.tick()  # one who looked may have held the row for the moment in which it was to go out
        assert len(sent()) == 1
        assert Event.objects.filter(name="message.approved").count() == 1


@pytest.mark.django_db
class TestPages:
    def test_a_second_decision_is_told_and_shows_what_became_of_it(
        self, draft: Message, client: Client, client_of: ClientOf, bob: Advisor
    ) -> None:
        seen = approving.version_of(draft)
        decide(client, draft, "reject")
        status, html = decide(client_of(bob), draft, "approve", seen=seen)
        assert status == 409
        assert "Somebody else has decided" in html
        assert "Alice Archer rejected the draft" in html
        assert "Approve and send" not in html

    def test_a_draft_that_was_written_anew_is_shown_anew(self, draft: Message, client: Client) -> None:
        seen = approving.version_of(draft)
        Message.objects.update(body="Another text")
        status, html = decide(client, draft, "approve", seen=seen, body="The text that was there")
        assert status == 409
        assert "Another text</textarea>" in html

    def test_words_are_needed(self, draft: Message, client: Client) -> None:
        status, html = decide(client, draft, "approve", body="  ")
        assert status == 422
        assert "Write something first." in html
        status, html = decide(client, draft, "approve", body="x" * 1601)
        assert (status, "At most 1600 characters." in html) == (422, True)
        assert "x" * 1601 in html  # nothing that was typed is lost
        assert decide(client, draft, "dance")[0] == 422
        assert draft.state == MessageState.APPROVAL

    def test_what_could_not_be_written_comes_with_a_suggestion(
        self, follow: Follow, model: FakeOpenAI, client: Client
    ) -> None:
        model.answer = "refuse"
        draft = follow()
        html = client.get(f"/reviews/{draft.uuid}").content.decode()
        assert "The model wrote nothing; this is a suggestion." in html
        assert "Hi Jane, this is Acme Lending" in html
        assert decide(client, draft, "approve", body="My own words")[0] == 200
        assert draft.body == "My own words"

    def test_reasons_stand_one_by_one(self, follow: Follow, model: FakeOpenAI, client: Client) -> None:
        model.says = "Jane, you are approved at 3%"
        draft = follow()
        html = client.get(f"/reviews/{draft.uuid}").content.decode()
        assert "<li>It speaks of a rate.</li><li>It promises approval.</li>" in html
        assert "by openai:gpt-4o-mini." in html
        assert "note: They have not answered yet." in html
        lead_page = client.get(f"/leads/{draft.lead.uuid}").content.decode()
        assert f"/reviews/{draft.uuid}" in lead_page
        assert "Awaits approval: It speaks of a rate. It promises approval" in lead_page

    def test_without_scripts_it_works_too(self, draft: Message, client: Client) -> None:
        given = {"do": "reject", "seen": approving.version_of(draft)}
        response = client.post(f"/reviews/{draft.uuid}/decision", given, follow=True)
        assert response.redirect_chain == [("/reviews", 302)]
        assert "No draft waits for you" in response.content.decode()
        again = client.post(f"/reviews/{draft.uuid}/decision", given)
        assert again.status_code == 409
        assert "<html" in again.content.decode()

    def test_strangers_and_colleagues_without_the_lead_see_nothing(
        self, draft: Message, client_of: ClientOf, charlie: Advisor, bob: Advisor, organization: Organization
    ) -> None:
        Organization.objects.filter(pk=organization.pk).update(advisors_see=LeadVisibility.OWN)
        for stranger in (charlie, bob):
            client = client_of(stranger)
            assert "Jane" not in client.get("/reviews").content.decode()
            assert client.get(f"/reviews/{draft.uuid}").status_code == 404
            assert decide(client, draft, "approve")[0] == 404
        assert draft.state == MessageState.APPROVAL

    def test_what_a_person_wrote_is_no_draft(self, jane: Lead, alice: Advisor, client: Client) -> None:
        message = messaging.write(jane, body="Hi", by_advisor=alice, now=dt.datetime.now(dt.UTC))
        assert client.get(f"/reviews/{message.uuid}").status_code == 404

    def test_a_page_costs_the_same_however_many(
        self,
        follow: Follow,
        make_lead: MakeLead,
        client: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
        settings: Settings,
        model: FakeOpenAI,
    ) -> None:
        model.answer = "refuse"  # each needs a suggestion, too
        for _ in range(12):
            follow(lead=make_lead())
        with django_assert_max_num_queries(22):
            html = client.get("/reviews").content.decode()
        assert html.count("data-review>") == 10
        assert html.count("data-review>") + client.get("/reviews?page=2").content.decode().count("data-review>") == 12
        assert client.get("/reviews?page=x").status_code == 200

    def test_the_board_says_who_asked_for_a_person(self, jane: Lead, client: Client, now: dt.datetime) -> None:
        messaging.receive(jane.organization, address=jane.phone_e164 or "", body="Can I talk to a person?", now=now)
        assert "Asked for a person" in client.get("/board").content.decode()


@pytest.mark.django_db
def test_approving_refuses_what_cant_go_out(draft: Message, alice: Advisor, now: dt.datetime) -> None:
    seen = approving.version_of(draft)
    with pytest.raises(InvalidValue):
        approving.approve(draft, body="", seen=seen, by=alice, now=now)
