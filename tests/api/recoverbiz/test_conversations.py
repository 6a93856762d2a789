"""/accounts/:id/conversations"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Organization
from leads import messaging
from leads.models import ContactDecision, Conversation, Lead, Message
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN

PHONE = JOHN["phone"]
MESSAGES = f"/conversations/{PHONE}/messages"

pytestmark = pytest.mark.django_db(transaction=True)  # messages leave after the commit


@pytest.fixture
def lead(api: Caller) -> Lead:
    """John, who was imported."""
    api.post("/leads", JOHN)
    return Lead.objects.get()


def test_a_person_writes_and_the_ai_pauses(api: Caller, lead: Lead, now: dt.datetime) -> None:
    Conversation.objects.create(organization=lead.organization, address=PHONE, needs_handoff=True)
    answer = api.post(MESSAGES, {"message": " Hello John ", "sent_by": "Pat"})
    assert answer.status_code == 201
    assert answer.json()["success"] is True
    said = dict(answer.json()["message"])
    assert said.pop("created_at").endswith("Z")
    assert said.pop("sent_at").endswith("Z")
    assert said == {
        "id": str(Message.objects.get().uuid),
        "direction": "outbound",
        "author": "human",
        "author_name": "Pat",
        "channel": "sms",
        "message": "Hello John",
        "status": "sent",
    }
    conversation = Conversation.objects.get()
    assert conversation.ai_paused_until is not None
    assert conversation.ai_paused_until > now + dt.timedelta(hours=3)
    assert conversation.needs_handoff is False
    assert api.get(MESSAGES).json()["messages"] == [answer.json()["message"]]


def test_a_person_without_a_name_is_known_by_the_key(api: Caller, lead: Lead) -> None:
    said = api.post(MESSAGES, {"message": "Hello", "sent_by": None}).json()["message"]
    assert said["author_name"].startswith("recoverbiz pk_live_")


def test_it_lists_conversations_the_last_one_spoken_in_first(api: Caller, lead: Lead, now: dt.datetime) -> None:
    organization = lead.organization
    api.post("/leads", {"phone": "+12125550100"})
    api.post("/leads", {"phone": "+12125550199", "name": "Never Spoken With"})
    messaging.receive(organization, address="+12125550100", body="Hi", now=now - dt.timedelta(hours=1))
    messaging.receive(organization, address=PHONE, body="Hi", now=now)
    messaging.receive(organization, address="a@b.example", body="Hi", now=now)
    answer = api.get("/conversations").json()
    assert (answer["total"], answer["limit"], answer["offset"]) == (2, 50, 0)
    first, second = answer["conversations"]
    assert first.pop("last_message_at").endswith("Z")
    assert first == {
        "phone": PHONE,
        "name": "John Doe",
        "message_count": 1,
        "summary": None,
        "unanswered": True,
        "needs_handoff": False,
        "ai_paused_until": None,
    }
    assert (second["phone"], second["name"]) == ("+12125550100", None)
    assert api.get("/conversations?limit=1&offset=1").json()["conversations"] == [second]
    assert api.get("/conversations?limit=x").status_code == 422


def test_it_shows_what_was_said_newest_first(api: Caller, lead: Lead, now: dt.datetime) -> None:
    for minute, words in enumerate(["One", "Two", "Three"]):
        messaging.receive(lead.organization, address=PHONE, body=words, now=now + dt.timedelta(minutes=minute))
    answer = api.get(f"{MESSAGES}?limit=2").json()
    assert [message["message"] for message in answer["messages"]] == ["Three", "Two"]
    assert (answer["total"], answer["limit"], answer["offset"]) == (3, 2, 0)
    message = answer["messages"][0]
    assert (message["direction"], message["author"], message["status"]) == ("inbound", "lead", "received")
    for phone in ("%2B14155551234", "4155551234", "(415)%20555-1234"):
        assert api.get(f"/conversations/{phone}/messages?limit=2").json() == answer


def test_a_conversation_outlives_its_lead_but_nobody_writes_into_it(api: Caller, lead: Lead, now: dt.datetime) -> None:
    messaging.receive(lead.organization, address=PHONE, body="Hi", now=now)
    api.delete(f"/leads/{PHONE}")
    assert api.get("/conversations").json()["conversations"][0]["name"] is None
    assert api.get(MESSAGES).json()["total"] == 1
    answer = api.post(MESSAGES, {"message": "Hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_lead_that_nobody_has_spoken_with_has_said_nothing(api: Caller, lead: Lead) -> None:
    assert api.get(MESSAGES).json() == {"messages": [], "total": 0, "limit": 50, "offset": 0}


@pytest.mark.parametrize("phone", ["+12125550100", "nonsense", "bulk"])
def test_a_stranger_is_not_found(api: Caller, lead: Lead, phone: str) -> None:
    path = f"/conversations/{phone}/messages"
    for answer in (api.get(path), api.post(path, {"message": "Hello"})):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"message": None}, "message"),
        ({"message": " "}, "message"),
        ({"message": 7}, "message"),
        ({"message": "x" * 1601}, "message"),
        ({"sent_by": 7}, "sent_by"),
        ({"sent_by": "x" * 256}, "sent_by"),
    ],
)
def test_it_refuses_what_is_no_message_and_names_the_field(
    api: Caller, lead: Lead, wrong: dict[str, Any], field: str
) -> None:
    answer = api.post(MESSAGES, {"message": "Hello", **wrong})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert field in answer.json()["error"]["message"]
    assert not Message.objects.exists()


def test_whoever_opted_out_is_not_written_to(api: Caller, lead: Lead, now: dt.datetime) -> None:
    messaging.receive(lead.organization, address=PHONE, body="STOP", now=now)
    before = Message.objects.count()
    answer = api.post(MESSAGES, {"message": "Hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert "Opted out" in answer.json()["error"]["message"]
    assert Message.objects.count() == before
    assert ContactDecision.objects.filter(rule="opt_out").exists()


def test_lists_of_any_length_take_the_same_number_of_statements(api: Caller, lead: Lead, now: dt.datetime) -> None:
    for number in range(5):
        messaging.receive(lead.organization, address=f"+1212555010{number}", body="Hi", now=now)
        messaging.receive(lead.organization, address=PHONE, body="Hi", now=now)
    for path, most in (("/conversations", 5), (MESSAGES, 4)):
        api.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path).json()["total"] > 4
        assert len(queries) <= most


def test_another_account_reads_and_writes_nothing(
    api: Caller, as_charlie: Caller, other_organization: Organization, lead: Lead, now: dt.datetime
) -> None:
    messaging.receive(lead.organization, address=PHONE, body="Hi", now=now)
    charlies = Caller(f"/v1/accounts/{other_organization.public_id}", **as_charlie.headers)
    assert as_charlie.get("/conversations").status_code == 404
    assert charlies.get("/conversations").json()["total"] == 0
    for caller in (as_charlie, charlies):
        for answer in (caller.get(MESSAGES), caller.post(MESSAGES, {"message": "Hello"})):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert Message.objects.count() == 1


def test_the_documented_limits(api: Caller, lead: Lead) -> None:
    assert api.get("/conversations")["X-RateLimit-Limit"] == "5000"
    assert api.get(MESSAGES)["X-RateLimit-Remaining"] == "4998"
    answers = [api.post(MESSAGES, {}) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {422}
    assert (answers[0]["X-RateLimit-Limit"], answers[-1]["X-RateLimit-Remaining"]) == ("100", "0")
    assert api.post(MESSAGES, {"message": "Hello"}).status_code == 429
    branch = Caller("/v1/accounts", **api.headers).post("", {"name": "Branch"}).json()["id"]
    other = Caller(f"/v1/accounts/{branch}", **api.headers).post(MESSAGES, {})
    assert other["X-RateLimit-Remaining"] == "99"
