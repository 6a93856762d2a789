"""GET /v1/leads/{id}"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor
from leads.pipeline import delete_lead
from tests.api.caller import Caller
from tests.conftest import MakeLead


def test_it_works(api: Caller, make_lead: MakeLead) -> None:
    lead = make_lead(business_name="Acme", tags=["b", "a"])
    answer = api.get(f"/{lead.uuid}")
    assert answer.status_code == 200
    assert answer.json().keys() == {"data", "meta"}
    assert answer.json()["data"] == api.get().json()["data"][0]
    assert answer.json()["data"]["attributes"]["tags"] == ["b", "a"]
    assert answer.json()["meta"].keys() == {"requestId"}


def test_an_id_in_capitals_is_the_same_id(api: Caller, make_lead: MakeLead) -> None:
    assert api.get(f"/{str(make_lead().uuid).upper()}").status_code == 200


def test_times_are_whole_seconds_in_utc(api: Caller, make_lead: MakeLead) -> None:
    lead = make_lead(now=dt.datetime(2026, 5, 6, 7, 8, 9, 999999, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    shown = api.get(f"/{lead.uuid}").json()["data"]["attributes"]
    assert {shown[name] for name in ("createdAt", "updatedAt", "stageChangedAt")} == {"2026-05-06T05:08:09Z"}


def test_numbers_too_long_for_64_bits_come_back_and_spoil_no_time(api: Caller, make_lead: MakeLead) -> None:
    lead = make_lead(custom_fields={"huge": 10**30})
    shown = api.get(f"/{lead.uuid}").json()["data"]["attributes"]
    assert shown["customFields"] == {"huge": 10**30}
    assert len(shown["createdAt"]) == len("2026-05-06T05:08:09Z")


def test_what_is_not_known_is_null(api: Caller, make_lead: MakeLead) -> None:
    lead = make_lead(name="", phone="")
    shown = api.get(f"/{lead.uuid}").json()["data"]["attributes"]
    not_null = {key for key, value in shown.items() if value is not None}
    assert not_null == {
        "source", "priority", "isDoNotCall", "tags", "customFields", "externalIds", "stage", "stageChangedAt",
        "createdAt", "updatedAt",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "00000000-0000-0000-0000-000000000000",
        "not-a-uuid",
        "1",
        "9" * 40,
        "searching",
        "{d290f1ee-6c54-4b01-90e6-d701748f0851}",
        "d290f1ee6c544b0190e6d701748f0851",
        "%00",
        "%0A",
        "a%2Fb",
        "%ED%A0%80",
        "%F0%9F%98%80",
        "..",
        "d290f1ee-6c54-4b01-90e6-d701748f0851%0A",
        "d290f1ee-6c54-4b01-90e6-d701748f0851/",
        "d290f1ee-6c54-4b01-90e6-d701748f0851/notes",
    ],
)
def test_what_is_not_there_is_404_in_the_envelope(api: Caller, text: str) -> None:
    for method in ("GET", "PATCH"):
        answer = api(method, f"/{text}", {} if method == "PATCH" else None)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "NOT_FOUND"


def test_a_deleted_lead_is_not_there(api: Caller, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    delete_lead(lead, by=Actor.system(), now=now)
    assert api.get(f"/{lead.uuid}").status_code == 404


def test_charlie_cannot_tell_it_from_a_lead_that_does_not_exist(as_charlie: Caller, make_lead: MakeLead) -> None:
    hidden, nowhere = as_charlie.get(f"/{make_lead().uuid}"), as_charlie.get(f"/{uuid.uuid4()}")
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.json()["errors"] == nowhere.json()["errors"]


def test_it_takes_three_statements(
    api: Caller, make_lead: MakeLead, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lead = make_lead(tags=["a", "b"])
    api.get(f"/{lead.uuid}")
    with django_assert_num_queries(3):  # key, rate limit, lead
        api.get(f"/{lead.uuid}")
