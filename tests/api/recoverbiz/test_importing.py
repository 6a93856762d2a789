"""POST /accounts/:id/leads"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Credential, Organization
from leads.models import ConsentBasis, Lead, Source
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN


def test_it_works(api: Caller, organization: Organization) -> None:
    answer = api.post("/leads", {**JOHN, "source": "application", "external_id": "app_98765"})
    assert answer.status_code == 201
    assert answer.json()["action"] == "created"
    lead = Lead.objects.get(organization=organization)
    assert (lead.phone_e164, lead.first_name, lead.last_name) == ("+14155551234", "John", "Doe")
    assert (lead.source, lead.source_label) == (Source.API, "application")


def test_it_records_that_the_partner_attested_consent(api: Caller) -> None:
    api.post("/leads", JOHN)
    lead = Lead.objects.get()
    assert lead.consent_basis == ConsentBasis.PARTNER
    assert lead.consent_source == str(Credential.objects.get())
    assert lead.consent_at == lead.created_at


@pytest.mark.parametrize("phone", ["4155551234", "(415) 555-1234", "+1 415 555 1234", "14155551234", " +14155551234 "])
def test_it_normalises_the_phone(api: Caller, phone: str) -> None:
    assert api.post("/leads", {"phone": phone}).json()["lead"]["phone"] == "+14155551234"


def test_it_fills_only_what_was_empty(api: Caller) -> None:
    api.post("/leads", {"phone": JOHN["phone"], "name": "John Doe"})
    answer = api.post("/leads", {**JOHN, "name": "Somebody Else", "metadata": {"a": 1}})
    assert (answer.status_code, answer.json()["action"]) == (200, "updated")
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.metadata) == ("John Doe", JOHN["email"], {"a": 1})


def test_a_name_in_parts_is_joined_and_one_in_one_piece_is_taken_apart(api: Caller) -> None:
    parts = {"first_name": "Mary Ann", "last_name": "van Dyke"}
    assert api.post("/leads", {"phone": JOHN["phone"], **parts}).json()["lead"]["name"] == "Mary Ann van Dyke"
    api.post("/leads", {"phone": "+12125550100", "name": "Mary van Dyke"})
    shown = api.get("/leads/+12125550100").json()
    assert (shown["first_name"], shown["last_name"]) == ("Mary", "van Dyke")


def test_a_second_import_touches_neither_status_nor_the_time_it_came(api: Caller) -> None:
    made = api.post("/leads", {"phone": JOHN["phone"]}).json()["lead"]
    api.patch(f"/leads/{JOHN['phone']}", {"status": "qualified"})
    Lead.objects.update(created_at=Lead.objects.get().created_at - dt.timedelta(days=1))
    again = api.post("/leads", JOHN).json()
    assert (again["action"], again["lead"]["status"]) == ("updated", "qualified")
    assert again["lead"]["created_at"] < made["created_at"]


def test_it_skips_when_there_is_nothing_to_fill(api: Caller) -> None:
    api.post("/leads", JOHN)
    answer = api.post("/leads", {**JOHN, "name": "Somebody Else"})
    assert (answer.status_code, answer.json()["action"]) == (200, "skipped")
    assert answer.json()["lead"]["name"] == "John Doe"


def test_it_knows_a_lead_by_its_external_id(api: Caller) -> None:
    api.post("/leads", {**JOHN, "external_id": "app_1"})
    answer = api.post("/leads", {"phone": "+14155550000", "external_id": "app_1", "company": "Doe Industries"})
    assert answer.json()["action"] == "updated"
    assert answer.json()["lead"]["phone"] == JOHN["phone"]
    assert Lead.objects.get().business_name == "Doe Industries"


def test_it_refuses_phone_and_external_id_of_two_leads(api: Caller) -> None:
    api.post("/leads", {**JOHN, "external_id": "app_1"})
    api.post("/leads", {"phone": "+14155550000", "external_id": "app_2"})
    answer = api.post("/leads", {**JOHN, "external_id": "app_2"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "duplicate_lead"


def test_it_starts_the_default_sequence_when_asked(api: Caller, sequence: Sequence) -> None:
    assert api.post("/leads", {**JOHN, "auto_sequence": True}).json()["lead"]["sequence_enrolled"] is True
    assert Enrollment.objects.get().sequence == sequence


def test_it_starts_no_sequence_unasked(api: Caller, sequence: Sequence) -> None:
    assert api.post("/leads", JOHN).json()["lead"]["sequence_enrolled"] is False


def test_it_starts_the_sequence_of_a_lead_that_was_there_before(api: Caller, sequence: Sequence) -> None:
    api.post("/leads", JOHN)
    for _ in range(2):
        answer = api.post("/leads", {**JOHN, "auto_sequence": True}).json()
        assert (answer["action"], answer["lead"]["sequence_enrolled"]) == ("skipped", True)
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_default": False}])
def test_a_missing_or_sleeping_default_sequence_is_no_error(
    api: Caller, sequence: Sequence, change: dict[str, bool]
) -> None:
    Sequence.objects.update(**change)
    answer = api.post("/leads", {**JOHN, "auto_sequence": True})
    assert answer.status_code == 201
    assert answer.json()["lead"]["sequence_enrolled"] is False


def test_a_person_who_must_not_be_contacted_is_taken_in_but_not_followed_up(api: Caller, sequence: Sequence) -> None:
    api.post("/leads", JOHN)
    Lead.objects.update(is_do_not_call=True)
    answer = api.post("/leads", {**JOHN, "auto_sequence": True})
    assert answer.status_code == 200
    assert answer.json()["lead"]["sequence_enrolled"] is False


def test_null_counts_as_left_out_and_unknown_keys_are_ignored(api: Caller) -> None:
    answer = api.post("/leads", {**JOHN, "email": None, "auto_sequence": None, "metadata": None, "favourite": 7})
    assert answer.status_code == 201
    assert answer.json()["lead"]["email"] is None


@pytest.mark.parametrize("phone", ["555-0100", "hello", "", "+0123456789", "1-800-FLOWERS", "4" * 41])
def test_it_refuses_a_phone_that_cannot_be_dialled(api: Caller, phone: str) -> None:
    answer = api.post("/leads", {"phone": phone})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_phone"
    assert answer.json()["error"]["status"] == 400


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": None}, "phone"),
        ({"phone": 4155551234}, "phone"),
        ({"phone": ["+14155551234"]}, "phone"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"email": "not an address"}, "email"),
        ({"email": {"a": "b"}}, "email"),
        ({"external_id": 98765}, "external_id"),
        ({"source": "x" * 101}, "source"),
        ({"auto_sequence": "true"}, "auto_sequence"),
        ({"auto_sequence": 1}, "auto_sequence"),
        ({"metadata": "text"}, "metadata"),
        ({"metadata": [1]}, "metadata"),
        ({"name": "half \ud800 pair"}, ""),
        ({"name": "nul \0"}, "name"),
        ({"metadata": {"deep \0": 1}}, "metadata"),
    ],
)
def test_it_refuses_wrong_types_and_names_the_field(api: Caller, wrong: dict[str, Any], field: str) -> None:
    answer = api.post("/leads", {**JOHN, **wrong})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_error"
    assert field in answer.json()["error"]["message"]
    assert not Lead.objects.exists()


def test_a_backslash_before_u0000_is_only_text(api: Caller) -> None:
    assert api.post("/leads", {**JOHN, "notes": "a \\u0000 b"}).status_code == 201
    assert Lead.objects.get().notes == "a \\u0000 b"


def test_charlie_finds_no_such_account(as_charlie: Caller) -> None:
    answer = as_charlie.post("/leads", JOHN)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert not Lead.objects.exists()
