"""How parameters may be spelled, and which can't be kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.convoso.parameters import Parameters, row_id, whole
from crm.models import Organization
from leads.models import Campaign, DialList, Lead
from tests.api.convoso.conftest import FORM, PHONE, Dialler

HUGE = str(2**80)


@pytest.mark.parametrize("text", ["1", "true", "True", "TRUE", "yes", "on", " on "])
def test_these_are_true(text: str) -> None:
    assert Parameters([("flag", text)]).flag("flag")


@pytest.mark.parametrize("text", ["", "0", "false", "False", "no", "off", "2", "maybe"])
def test_all_others_are_false(text: str) -> None:
    assert not Parameters([("flag", text)]).flag("flag")


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("-3", -3), ("+7", 7), ("007", 7), ("", None), ("1.5", None)])
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1e3", "\u0663", "1 2"])
def test_these_are_no_ids(text: str) -> None:
    assert row_id(text) is None


def test_an_endless_number_is_merely_large() -> None:
    assert whole("9" * 10_000) == 10**18


def test_empty_values_count_as_not_given(api: Dialler) -> None:
    lead = api.inserted(first_name="Ann", update_if_found="", owner_id="", lead_id=0, email="", hopper="")
    assert api.update(lead, first_name=" ", last_name="Lee")["success"]
    assert api.search()[0]["first_name"] == "Ann"


@pytest.mark.parametrize("value", [None, "", " "])
def test_null_in_json_counts_as_not_given(api: Dialler, value: Any) -> None:
    body = {"auth_token": api.token, "list_id": api.list_id, "phone_number": value}
    assert api.post("/leads/insert", body).json()["code"] == 6007


def test_json_has_numbers_and_booleans(api: Dialler) -> None:
    body = {
        "auth_token": api.token, "list_id": float(api.list_id), "phone_number": int(PHONE), "hopper": True,
        "monthly_revenue": 85000.5, "field_1": False, "field_2": 7, "field_3": None,
    }  # fmt: skip
    lead = Lead.objects.get(pk=api.post("/leads/insert", body).json()["id"])
    assert lead.monthly_revenue_given == "85000.5"
    assert lead.custom_fields == {"field_1": "0", "field_2": "7"}
    assert lead.hopper_entry.priority == 99


def test_a_huge_number_is_not_written_out(api: Dialler, organization: Organization) -> None:
    campaign = Campaign.objects.create(organization=organization, name="Sales Campaign")
    body = {"auth_token": api.token, "name": "Autumn refinances", "campaign_id": campaign.pk, "description": 5e295}
    assert api.post("/lists/insert", body).json()["success"]
    assert DialList.objects.get(name="Autumn refinances").description == "5e+295"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", FORM, "application/vnd.api+json"])
def test_json_is_json_whatever_the_header_says(api: Dialler, kind: str) -> None:
    body = json.dumps({"auth_token": api.token, "first_name": "Ann"})
    assert api.post("/leads/search", body, Content_Type=kind).json()["results"] == []


def test_a_form_is_a_form_without_a_header(api: Dialler) -> None:
    assert api.post("/leads/search", f"auth_token={api.token}", Content_Type="text/plain").json()["success"]


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], []])
def test_nested_json_is_refused_politely(api: Dialler, value: Any) -> None:
    answer = api.post("/leads/insert", {"auth_token": api.token, "first_name": value})
    assert answer.status_code == 400
    assert "nested parameters are not supported" in answer.json()["error"]


@pytest.mark.parametrize("name", ["field[]", "field[a]", "field[a][b]"])
def test_nested_names_are_refused_politely(api: Dialler, name: str) -> None:
    in_query = f"/leads/search?auth_token={api.token}&{name}"
    as_json = api.post("/leads/search", {"auth_token": api.token, name: None})
    for answer in (
        api.form("/leads/insert", **{name: "x"}),
        api.get(f"{in_query}=x"),
        api.get(f"{in_query}="),
        as_json,
    ):
        assert answer.status_code == 400
        assert answer.json()["error"] == "Nested parameters are not supported"


def test_nul_characters_are_refused(api: Dialler) -> None:
    body = {"auth_token": api.token, "first_name": "a\0b"}
    answers = [
        api.form("/leads/insert", first_name="a\0b"),
        api.form("/leads/search", **{"a\0b": "x"}),
        api.get(f"/leads/search?auth_token={api.token}&email=%00"),
        api.post("/leads/search", body),
        api.client.post("/v1/leads/search", body),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["success"] is False


@pytest.mark.parametrize("body", ["{", "\n", '{"a": 1', "[1]", '{"first_name": "\\ud800"}', '{"a": NaN}'])
def test_json_that_is_none_is_refused(api: Dialler, body: str) -> None:
    answer = api.post(f"/leads/search?auth_token={api.token}", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400


def test_a_broken_multipart_body_is_refused(api: Dialler) -> None:
    answer = api.post(f"/leads/search?auth_token={api.token}", "xx", Content_Type="multipart/form-data; boundary=")
    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_too_many_parameters_are_refused(api: Dialler) -> None:
    many = "&".join(f"field_{number}=x" for number in range(1001))
    for answer in (api.get(f"/leads/search?{many}"), api.post("/leads/search", many, Content_Type=FORM)):
        assert answer.status_code == 400
        assert answer.json()["success"] is False


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("/leads/update", {"lead_id": HUGE}, 6071),
        ("/leads/delete", {"lead_id": HUGE}, 6001),
        ("/leads/insert", {"list_id": HUGE, "phone_number": PHONE}, 6002),
        ("/lists/update", {"list_id": HUGE}, 6002),
        ("/lists/insert", {"name": "Ten letters", "campaign_id": HUGE}, 6004),
        ("/campaigns/status", {"campaign_id": HUGE}, 6026),
    ],
)
def test_ids_beyond_64_bits_are_unknown(api: Dialler, path: str, parameters: dict[str, str], code: int) -> None:
    assert api.ask(path, **parameters)["code"] == code
    assert api.post(path, {"auth_token": api.token, **parameters}).json()["code"] == code


def test_options_beyond_64_bits_do_no_harm(api: Dialler) -> None:
    lead = api.inserted(
        check_dup=HUGE, hopper=1, hopper_priority=HUGE, hopper_expires_in=HUGE, lead_id=HUGE, search_list_id=HUGE,
        update_if_found=1, search_campaign_id=HUGE,
    )  # fmt: skip
    assert lead.hopper_entry.priority == 99
    assert api.insert(owner_id=HUGE)["code"] == 6006
    assert api.search(lead_id=HUGE) == api.search(list_id=HUGE) == api.search(owner_id=HUGE, user_id=HUGE) == []
    assert api.ask("/leads/get-recordings", lead_id=HUGE)["entries"] == []
    assert api.ask("/leads/search", offset=HUGE)["results"] == []
