"""The lead page: a draft to edit and send, who speaks, and where the conversation stands."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from crm.models import Advisor
from leads import messaging, summaries
from leads.models import Conversation, Generation, Lead, Message
from tests.ai.conftest import Sent
from tests.conftest import ClientOf, MakeLead
from tests.fake_openai import FakeOpenAI

PART = {"HTTP_HX_REQUEST": "true"}
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def ask(client: Client, lead: Lead, **given: str) -> tuple[int, str]:
    response = client.post(f"/leads/{lead.uuid}/draft", {"channel": "sms"} | given, **PART)
    return response.status_code, response.content.decode()


def send(client: Client, lead: Lead, body: str, generation: object) -> Message:
    given = {"token": str(uuid.uuid4()), "channel": "sms", "body": body, "generation": str(generation)}
    assert client.post(f"/leads/{lead.uuid}/messages", given, **PART).status_code == 200
    return Message.objects.get(author="advisor")


@pytest.mark.django_db(transaction=True)
def test_it_works(jane: Lead, client: Client, model: FakeOpenAI, sent: Sent) -> None:
    status, html = ask(client, jane)
    assert status == 200
    assert "Shall we finish your application together?</textarea>" in html
    assert "by openai:gpt-4o-mini." in html
    assert "They have not answered yet." in html
    assert "Redraft" in html
    assert sent() == []
    kept = Generation.objects.get()
    assert (kept.purpose, kept.asked_by.name, kept.message) == ("reply", "Alice Archer", None)
    message = send(client, jane, model.says, kept.pk)
    assert (message.author, message.is_composed, message.author_label) == ("advisor", True, "Alice Archer")
    assert message.reason["words"] == "Written by Alice Archer, from a draft by openai:gpt-4o-mini"
    assert message.generations.get() == kept
    assert len(sent()) == 1


@pytest.mark.django_db
class TestDraft:
    def test_what_was_edited_is_not_called_composed(self, jane: Lead, client: Client, model: FakeOpenAI) -> None:
        ask(client, jane)
        message = send(client, jane, "My own words", Generation.objects.get().pk)
        assert not message.is_composed
        assert "from a draft by" in message.reason["words"]

    @pytest.mark.parametrize("generation", ["", "0", "x", "9" * 40, "-1"])
    def test_another_number_in_the_form_changes_nothing(self, jane: Lead, client: Client, generation: str) -> None:
        assert send(client, jane, "Hi Jane", generation).reason["words"] == "Written by Alice Archer"

    def test_a_draft_of_somebody_else_is_not_ours(
        self, jane: Lead, make_lead: MakeLead, client: Client, client_of: ClientOf, bob: Advisor
    ) -> None:
        ask(client_of(bob), jane)
        assert send(client, jane, "Hi Jane", Generation.objects.get().pk).reason["words"] == "Written by Alice Archer"

    def test_what_was_typed_says_what_it_is_about(self, jane: Lead, client: Client, model: FakeOpenAI) -> None:
        ask(client, jane, body="ask for the tax return")
        assert model.system().endswith("ask for the tax return")

    def test_it_answers_who_wrote_last(self, jane: Lead, client: Client, model: FakeOpenAI, now: dt.datetime) -> None:
        messaging.receive(jane.organization, address=jane.phone_e164 or "", body="Is a photo fine?", now=now)
        ask(client, jane)
        assert "Answer the borrower's last message" in model.system()

    def test_without_a_model_it_is_composed_and_says_so(self, jane: Lead, client: Client) -> None:
        status, html = ask(client, jane)
        assert status == 200
        assert "Composed without a model." in html
        assert "Hi Jane, this is Acme Lending" in html

    def test_what_an_advisor_should_look_at_stands_beside_it(
        self, jane: Lead, client: Client, model: FakeOpenAI
    ) -> None:
        model.says = "Jane, you are approved, see evil.example"
        _, html = ask(client, jane)
        assert "It promises approval." in html
        assert "It links to evil.example" in html

    def test_a_model_that_fails_leaves_what_was_typed(self, jane: Lead, client: Client, model: FakeOpenAI) -> None:
        model.answer = "error:500"
        status, html = ask(client, jane, body="my half sentence")
        assert status == 422
        assert "failed or could not be reached" in html
        assert "my half sentence</textarea>" in html
        assert Generation.objects.get().error

    def test_an_email_gets_a_subject(self, jane: Lead, client: Client, model: FakeOpenAI) -> None:
        _, html = ask(client, jane, channel="email")
        assert 'value="Your application"' in html

    def test_without_scripts_it_is_a_page(self, jane: Lead, client: Client, model: FakeOpenAI) -> None:
        html = client.post(f"/leads/{jane.uuid}/draft", {"channel": "sms"}).content.decode()
        assert "<html" in html
        assert "Shall we finish your application together?</textarea>" in html

    def test_who_has_no_address_gets_none(self, make_lead: MakeLead, client: Client) -> None:
        nobody = make_lead(phone="", email="")
        status, html = ask(client, nobody)
        assert (status, "There is no address to write to." in html) == (422, True)


@pytest.mark.django_db
class TestWhoSpeaks:
    def test_taken_over_and_given_back(self, jane: Lead, client: Client, now: dt.datetime) -> None:
        assert "Take over from the AI" in client.get(f"/leads/{jane.uuid}").content.decode()
        client.post(f"/leads/{jane.uuid}/taken-over")
        talk = Conversation.objects.get()
        assert talk.ai_paused_until is not None
        assert talk.ai_paused_until > now + dt.timedelta(hours=3)
        html = client.get(f"/leads/{jane.uuid}").content.decode()
        assert "You have the conversation." in html
        assert "Take over from the AI" not in html
        client.post(f"/leads/{jane.uuid}/given-back")
        talk.refresh_from_db()
        assert talk.ai_paused_until is None

    def test_who_asked_for_a_person_is_shown_until_it_is_settled(
        self, jane: Lead, client: Client, now: dt.datetime
    ) -> None:
        messaging.receive(jane.organization, address=jane.phone_e164 or "", body="Can I talk to a person?", now=now)
        assert "They asked for a person." in client.get(f"/leads/{jane.uuid}").content.decode()
        Conversation.objects.update(ai_paused_until=now - MINUTE)  # the time is up, and nobody has answered
        assert "They asked for a person." in client.get(f"/leads/{jane.uuid}").content.decode()
        client.post(f"/leads/{jane.uuid}/given-back")
        assert "They asked for a person." not in client.get(f"/leads/{jane.uuid}").content.decode()

    def test_where_it_stands(self, jane: Lead, client: Client, model: FakeOpenAI, now: dt.datetime) -> None:
        model.says = "Jane sends the papers tomorrow."
        messaging.receive(jane.organization, address=jane.phone_e164 or "", body="Tomorrow", now=now)
        before = client.get(f"/leads/{jane.uuid}/conversation", **PART).content.decode()
        mark = before.partition('name="mark" value="')[2].partition('"')[0]
        assert client.get(f"/leads/{jane.uuid}/conversation?mark={mark}", **PART).status_code == 204
        summaries.refresh(now + MINUTE)
        fresh = client.get(f"/leads/{jane.uuid}/conversation?mark={mark}", **PART)
        assert fresh.status_code == 200
        assert "Jane sends the papers tomorrow." in fresh.content.decode()
        assert "Written by openai:gpt-4o-mini" in client.get(f"/leads/{jane.uuid}").content.decode()
