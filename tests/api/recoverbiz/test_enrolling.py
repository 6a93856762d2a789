"""POST /accounts/:id/sequences/:sequence_id/enroll"""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest

from crm.models import Actor, Organization
from leads.models import Lead, Message, MessageState
from sequences.enrolling import cancel
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.conftest import MakeLead

PHONE = "+14155551234"


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(phone=PHONE, name="John Doe")


@pytest.fixture
def where(sequence: Sequence) -> str:
    return f"/sequences/{sequence.public_id}/enroll"


def test_it_works(api: Caller, lead: Lead, where: str, now: dt.datetime) -> None:
    answer = api.post(where, {"phone": PHONE})
    assert answer.status_code == 200
    body = answer.json()
    next_step = dt.datetime.fromisoformat(body.pop("next_step_at"))
    assert body == {"success": True, "action": "enrolled", "message_sent": True}
    assert abs(next_step - now - dt.timedelta(hours=24)) < dt.timedelta(minutes=1)
    message = Message.objects.get()
    assert (message.body, message.state) == ("Hi John", MessageState.SENT)


@pytest.mark.parametrize("phone", ["4155551234", "(415) 555-1234"])
def test_the_phone_may_be_written_otherwise(api: Caller, lead: Lead, where: str, phone: str) -> None:
    assert api.post(where, {"phone": phone}).json()["action"] == "enrolled"


def test_a_second_time_changes_nothing(api: Caller, lead: Lead, where: str) -> None:
    first = api.post(where, {"phone": PHONE}).json()
    assert api.post(where, {"phone": PHONE}).json() == {
        "success": True,
        "action": "already_enrolled",
        "message_sent": False,
        "next_step_at": first["next_step_at"],
    }
    assert Message.objects.count() == 1


def test_a_cancelled_lead_goes_on_where_it_stopped(api: Caller, lead: Lead, where: str, now: dt.datetime) -> None:
    first = api.post(where, {"phone": PHONE}).json()
    cancel(Enrollment.objects.all(), reason="test", by=Actor.system(), now=now)
    again = api.post(where, {"phone": PHONE}).json()
    assert (again["action"], again["message_sent"]) == ("reactivated", False)
    assert again["next_step_at"] == first["next_step_at"]
    assert Message.objects.count() == 1


def test_whoever_has_been_through_it_starts_over(api: Caller, lead: Lead, where: str) -> None:
    api.post(where, {"phone": PHONE})
    Enrollment.objects.update(status="completed", next_order=None, next_step_at=None)
    again = api.post(where, {"phone": PHONE}).json()
    assert (again["action"], again["message_sent"]) == ("enrolled", True)
    assert Message.objects.count() == 2


def test_the_company_in_a_message_is_the_account_and_not_the_leads(api: Caller, lead: Lead) -> None:
    api.patch(f"/leads/{PHONE}", {"company": "Doe Industries"})
    steps = [{"type": "fixed", "message": "{{name}}: this is {{company}}"}]
    made = api.post("/sequences", {"name": "Hello", "steps": steps}).json()
    assert api.post(f"/sequences/{made['id']}/enroll", {"phone": PHONE}).json()["message_sent"] is True
    assert Message.objects.get().body == "John Doe: this is Acme Lending"


def test_nothing_is_sent_when_the_first_step_waits(
    api: Caller, lead: Lead, organization: Organization, now: dt.datetime
) -> None:
    steps = [{"type": "fixed", "message": "Later", "delay_hours": 5}]
    made = api.post("/sequences", {"name": "Slow", "steps": steps}).json()
    answer = api.post(f"/sequences/{made['id']}/enroll", {"phone": PHONE}).json()
    assert answer["message_sent"] is False
    assert dt.datetime.fromisoformat(answer["next_step_at"]) > now + dt.timedelta(hours=4)


def test_after_the_last_step_no_other_comes(api: Caller, lead: Lead) -> None:
    made = api.post("/sequences", {"name": "One", "steps": [{"type": "fixed", "message": "Only"}]}).json()
    answer = api.post(f"/sequences/{made['id']}/enroll", {"phone": PHONE}).json()
    assert (answer["message_sent"], answer["next_step_at"]) == (True, None)


@pytest.mark.parametrize(
    ("asked_at", "opening"),
    [
        ("2026-02-17T13:00:00Z", "2026-02-17T17:00:00Z"),  # five in the morning in California: at nine
        ("2026-02-18T03:00:00Z", "2026-02-18T17:00:00Z"),  # seven in the evening: at nine the next day
    ],
)
def test_in_quiet_hours_the_answer_names_the_opening(
    organization: Organization, api: Caller, lead: Lead, where: str, asked_at: str, opening: str
) -> None:
    Organization.objects.filter(pk=organization.pk).update(
        quiet_hours=True, contact_from=dt.time(9), contact_until=dt.time(18)
    )
    with patch("django.utils.timezone.now", return_value=dt.datetime.fromisoformat(asked_at)):
        answer = api.post(where, {"phone": PHONE}).json()
    assert answer == {"success": True, "action": "enrolled", "message_sent": False, "next_step_at": opening}


def test_a_sleeping_sequence_takes_nobody(api: Caller, lead: Lead, sequence: Sequence, where: str) -> None:
    Sequence.objects.update(is_active=False)
    answer = api.post(where, {"phone": PHONE})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


def test_a_person_who_must_not_be_contacted_is_refused(api: Caller, lead: Lead, where: str) -> None:
    Lead.objects.update(is_do_not_call=True)
    answer = api.post(where, {"phone": PHONE})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_error"),
        ({"phone": None}, 422, "validation_error"),
        ({"phone": 4155551234}, 422, "validation_error"),
        ([], 422, "validation_error"),
        ({"phone": "nonsense"}, 400, "invalid_phone"),
        ({"phone": "+12125550000"}, 404, "not_found"),
    ],
)
def test_it_refuses_what_is_no_lead(api: Caller, lead: Lead, where: str, body: Any, status: int, code: str) -> None:
    answer = api.post(where, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_unknown_sequence_is_not_found(api: Caller, lead: Lead) -> None:
    assert api.post("/sequences/seq_none/enroll", {"phone": PHONE}).status_code == 404
