"""Writing to a lead from its page: sent once, refused with the reason, warned in quiet hours; and what comes back."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.test import Client

from crm.models import Advisor, Organization
from leads import messaging
from leads.models import ContactDecision, Lead, Message, Note
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd", email="curtis@ironoak.example", time_zone="America/New_York")


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def write(client: Client, lead: Lead, body: str = "Hello Curtis", **form: str) -> tuple[int, str]:
    given = {"token": str(uuid.uuid4()), "channel": "sms", "body": body} | form
    answer = client.post(f"/leads/{lead.uuid}/messages", given, headers=HTMX)
    return answer.status_code, answer.content.decode()


def test_it_works(client: Client, lead: Lead, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        status, html = write(client, lead)
    assert status == 200
    assert 'id="composer"' in html
    assert 'id="conversation" hx-swap-oob="true"' in html
    assert "Hello Curtis" in html
    message = Message.objects.get()
    assert (message.state, message.author_label) == ("sent", "Alice Archer")
    assert "Sent " in client.get(f"/leads/{lead.uuid}").content.decode()


def test_the_same_form_sent_twice_says_it_once(client: Client, lead: Lead) -> None:
    token = str(uuid.uuid4())
    first, second = (write(client, lead, token=token) for _ in range(2))
    assert (first[0], second[0]) == (200, 200)
    assert "Hello Curtis" in second[1]
    assert Message.objects.count() == 1
    assert str(Message.objects.get().uuid) == token


def test_a_token_of_another_lead_is_refused(client: Client, lead: Lead, make_lead: MakeLead) -> None:
    token = str(uuid.uuid4())
    write(client, make_lead(), token=token)
    status, html = write(client, lead, "For Curtis", token=token)
    assert status == 422
    assert "For Curtis" in html


def test_a_refusal_names_its_rule_and_keeps_the_text(client: Client, lead: Lead, now: dt.datetime) -> None:
    messaging.receive(lead.organization, address=lead.address, body="STOP", now=now)
    status, html = write(client, lead, "One more thing")
    assert status == 422
    assert "Opted out" in html
    assert "One more thing" in html
    assert ContactDecision.objects.get().rule == "opt_out"
    assert "Message by Alice Archer not sent" in client.get(f"/leads/{lead.uuid}").content.decode()


def test_it_asks_for_a_text(client: Client, lead: Lead) -> None:
    status, html = write(client, lead, " ")
    assert status == 422
    assert "Write something first" in html


def test_it_writes_email_with_a_subject(client: Client, lead: Lead) -> None:
    assert write(client, lead, channel="email", subject="Your file")[0] == 200
    message = Message.objects.get()
    assert (message.channel, message.address, message.subject) == ("email", "curtis@ironoak.example", "Your file")


def test_the_top_of_the_composer_follows_the_channel(client: Client, lead: Lead) -> None:
    html = client.get(f"/leads/{lead.uuid}/channel?channel=email", headers=HTMX).content.decode()
    assert "to curtis@ironoak.example" in html
    assert "to (415)" not in html


def test_send_says_beforehand_that_it_would_not(client: Client, lead: Lead, now: dt.datetime) -> None:
    refused = 'aria-disabled="true" aria-describedby="refused"'
    assert refused not in client.get(f"/leads/{lead.uuid}").content.decode()
    messaging.receive(lead.organization, address=lead.address, body="STOP", now=now)
    page = client.get(f"/leads/{lead.uuid}").content.decode()
    text, email = (
        client.get(f"/leads/{lead.uuid}/channel?channel={channel}", headers=HTMX).content.decode()
        for channel in ("sms", "email")
    )
    assert refused in page
    assert refused in text
    assert "Texts are not sent." in text
    assert 'id="send"' in email
    assert "aria-disabled" not in email
    assert "not sent." not in email


def test_it_works_without_script(client: Client, lead: Lead) -> None:
    form = {"token": str(uuid.uuid4()), "channel": "sms", "body": "Hello"}
    assert client.post(f"/leads/{lead.uuid}/messages", form)["Location"] == f"/leads/{lead.uuid}"
    answer = client.post(f"/leads/{lead.uuid}/messages", form | {"body": ""})
    assert answer.status_code == 422
    assert "<html" in answer.content.decode()


class TestQuietHours:
    @pytest.fixture(autouse=True)
    def _at_night(self, organization: Organization) -> Iterator[None]:
        Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
        night = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)  # 02:00 in New York
        with patch("leads.views.conversation.timezone.now", return_value=night):
            yield

    def test_it_warns_and_keeps_the_text(self, client: Client, lead: Lead) -> None:
        status, html = write(client, lead)
        assert status == 422
        assert "Send anyway" in html
        assert "it is 02:00 in New York" in html
        assert "Hello Curtis" in html
        assert not Message.objects.exists()

    def test_it_sends_for_somebody_who_insists(self, client: Client, lead: Lead) -> None:
        assert write(client, lead, anyway="1")[0] == 200
        assert Message.objects.count() == 1


class TestPolling:
    def mark(self, html: str) -> str:
        found = re.search(r'name="mark" value="(\w+)"', html)
        assert found
        return found[1]

    def test_it_says_nothing_when_nothing_changed(
        self, client: Client, lead: Lead, django_assert_max_num_queries: object
    ) -> None:
        mark = self.mark(client.get(f"/leads/{lead.uuid}").content.decode())
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            answer = client.get(f"/leads/{lead.uuid}/conversation?mark={mark}", headers=HTMX)
        assert (answer.status_code, answer.content) == (204, b"")

    def test_it_brings_what_is_new(self, client: Client, lead: Lead, alice: Advisor, now: dt.datetime) -> None:
        mark = self.mark(client.get(f"/leads/{lead.uuid}").content.decode())
        messaging.receive(lead.organization, address=lead.address, body="Are you there?", now=now)
        answer = client.get(f"/leads/{lead.uuid}/conversation?mark={mark}", headers=HTMX)
        html = answer.content.decode()
        assert "Are you there?" in html
        assert 'id="head-light"' in html
        assert "<textarea" not in html  # what is being typed is never touched
        again = self.mark(html)
        assert client.get(f"/leads/{lead.uuid}/conversation?mark={again}", headers=HTMX).status_code == 204
        Message.objects.update(state_reason="something else")
        assert client.get(f"/leads/{lead.uuid}/conversation?mark={again}", headers=HTMX).status_code == 200


class TestReplies:
    def reply(self, client: Client, lead: Lead, **form: str) -> tuple[int, str]:
        answer = client.post(f"/leads/{lead.uuid}/replies", {"token": str(uuid.uuid4())} | form, headers=HTMX)
        return answer.status_code, answer.content.decode()

    def test_only_a_demo_has_them(self, client: Client, lead: Lead) -> None:
        assert "Reply as the borrower" not in client.get(f"/leads/{lead.uuid}").content.decode()
        assert self.reply(client, lead, body="Hi")[0] == 404
        assert not Message.objects.exists()

    def test_it_works(self, client: Client, lead: Lead, organization: Organization) -> None:
        Organization.objects.filter(pk=organization.pk).update(is_demo=True)
        assert "Reply as the borrower" in client.get(f"/leads/{lead.uuid}").content.decode()
        token = str(uuid.uuid4())
        assert self.reply(client, lead, body="Sounds good", token=token)[0] == 200
        assert self.reply(client, lead, body="Sounds good", token=token)[0] == 200
        message = Message.objects.get()
        assert (message.direction, message.body, message.lead) == ("in", "Sounds good", lead)

    def test_stop_is_one_press(self, client: Client, lead: Lead, organization: Organization) -> None:
        Organization.objects.filter(pk=organization.pk).update(is_demo=True)
        self.reply(client, lead, quick="STOP", body="")
        html = client.get(f"/leads/{lead.uuid}").content.decode()
        assert "opted out of messages" in html
        assert "light--never" in html

    def test_it_asks_for_words(self, client: Client, lead: Lead, organization: Organization) -> None:
        Organization.objects.filter(pk=organization.pk).update(is_demo=True)
        assert self.reply(client, lead, body="")[0] == 422


class TestNotes:
    def test_it_works(self, client: Client, lead: Lead, alice: Advisor) -> None:
        answer = client.post(f"/leads/{lead.uuid}/notes", {"body": "Partner signs too"}, headers=HTMX)
        assert answer["HX-Trigger"] == "lead-changed"
        note = Note.objects.get()
        assert (note.body, note.advisor, note.lead) == ("Partner signs too", alice, lead)
        assert "Partner signs too" in client.get(f"/leads/{lead.uuid}").content.decode()

    def test_it_escapes_what_people_write(self, client: Client, lead: Lead) -> None:
        client.post(f"/leads/{lead.uuid}/notes", {"body": "<script>alert(1)</script>"})
        assert "<script>alert" not in client.get(f"/leads/{lead.uuid}").content.decode()

    def test_it_asks_for_a_text(self, client: Client, lead: Lead) -> None:
        assert client.post(f"/leads/{lead.uuid}/notes", {"body": ""}, headers=HTMX).status_code == 422
