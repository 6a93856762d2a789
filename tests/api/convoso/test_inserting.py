"""/v1/leads/insert: what is kept, and what is refused in which order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads.models import DialList, Lead
from leads.tallies import stage_totals
from tests.api.caller import Caller
from tests.api.convoso.conftest import PHONE, Dialler

GIVEN = {
    "first_name": "John", "last_name": "Doe", "email": "john@example.com", "address1": "123 Main St", "address2": "2",
    "city": "Anytown", "state": "CA", "province": "x", "postal_code": "90210", "country": "US", "gender": "M",
    "date_of_birth": "1980-01-05", "std_company_name": "Std", "std_consumer_number": "C1", "std_account_number": "A1",
    "notes": "A long\nnote", "monthly_revenue": "8500.50", "annual_revenue": "100000", "title": "CEO", "dba": "Doe's",
    "business_name": "Doe Inc", "industry": "Food", "start_date": "2019-05-01", "created_by": "7", "source_id": "1",
    "last_modified_by": "robot", "alt_phone_1": "5559876543", "alt_phone_2": "5559876544", "status": "ACTIVE",
    "phone_code": "1", "phone_number": PHONE, "carrier_name": "Verizon", "carrier_type": "wireless",
}  # fmt: skip


def test_everything_that_is_given_comes_back(api: Dialler, alice: Advisor) -> None:
    api.inserted(**GIVEN, owner_id=alice.user_id, field_81="x")
    [lead] = api.search()
    expected = {**GIVEN, "owner_id": str(alice.user_id), "list_id": str(api.list_id), "field_81": "x"}
    assert {name: lead[name] for name in expected} == expected


def test_the_answer_names_the_lead_twice(api: Dialler) -> None:
    answer = api.insert()
    lead = Lead.objects.get()
    assert answer == {"success": True, "data": {"lead_id": str(lead.pk)}, "id": str(lead.pk)}


def test_it_goes_through_the_one_door(api: Dialler, organization: Organization) -> None:
    lead = api.inserted(monthly_revenue="85000")
    assert (lead.source, lead.consent_basis, lead.stage.key) == ("dialer", "partner_attested", "new_lead")
    assert (lead.phone, lead.phone_e164, lead.monthly_revenue) == (PHONE, f"+1{PHONE}", 85000)
    assert lead.score
    assert [totals.leads for totals in stage_totals(organization).values()] == [1]
    assert list(Event.objects.values_list("name", flat=True).filter(lead_id=lead.pk)) == ["lead.created"]


def test_its_status_is_new_and_its_duplicates_allowed_unless_told_otherwise(api: Dialler) -> None:
    first, second = api.inserted(), api.inserted()
    assert first.status_code == second.status_code == "NEW"
    assert second.duplicate_of == first


def test_a_status_is_free_and_moves_no_stage(api: Dialler) -> None:
    lead = api.inserted(status="Sold!")
    assert (lead.status_code, lead.stage.key) == ("Sold!", "new_lead")


def test_a_status_of_do_not_call_is_taken_at_its_word(api: Dialler) -> None:
    lead = api.inserted(status="dnc", hopper=1)
    assert lead.is_do_not_call
    assert not hasattr(lead, "hopper_entry")
    assert api.insert(check_dnc=1)["code"] == 6008


@pytest.mark.parametrize("name", ["field_81", "publisher", "Sub ID", "first name"])
def test_an_unknown_parameter_is_a_custom_field(api: Dialler, name: str) -> None:
    assert api.inserted(**{name: "x"}).custom_fields == {name: "x"}


def test_options_and_answers_are_no_custom_fields(api: Dialler) -> None:
    lead = api.inserted(
        hopper="0", hopper_priority="1", hopper_expires_in="1", check_dup="0", blueinkdigital_token="t", id="9",
        search_list_id="1", search_campaign_id="1", update_order_by_last_called_time="ASC", created_at="2020-01-01",
    )  # fmt: skip
    assert lead.custom_fields == {}


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("monthly_revenue", "$85,000.00", "85000.00"),
        ("annual_revenue", "1 000 000", "1000000"),
        ("date_of_birth", "01/05/1980", "1980-01-05"),
        ("start_date", "2019-05-01 00:00:00", "2019-05-01"),
        ("monthly_revenue", "about 8k", "about 8k"),
        ("annual_revenue", "-5", "-5"),
        ("date_of_birth", "in May", "in May"),
        ("start_date", "2019-02-30", "2019-02-30"),
    ],
)
def test_numbers_and_dates_are_read_leniently_and_never_lost(api: Dialler, name: str, given: str, kept: str) -> None:
    lead = api.inserted(**{name: given})
    assert api.search()[0][name] == kept
    assert lead.custom_fields == ({name: given} if given == kept else {})


def test_a_better_value_replaces_one_that_could_not_be_read(api: Dialler) -> None:
    lead = api.inserted(monthly_revenue="about 8k", field_1="x")
    assert api.update(lead, monthly_revenue="8000")["success"]
    assert api.search()[0]["monthly_revenue"] == "8000"
    assert Lead.objects.get().custom_fields == {"field_1": "x"}


@pytest.mark.parametrize(
    ("given", "code", "e164", "shown"),
    [
        ({"phone_number": "(415) 555-1234"}, "1", "+14155551234", ("4155551234", "1")),
        ({"phone_number": "14155551234"}, "1", "+14155551234", ("4155551234", "1")),
        ({"phone_number": "+1 415 555 1234"}, "1", "+14155551234", ("4155551234", "1")),
        ({"phone_number": "7911123456", "phone_code": "44"}, "44", "+447911123456", ("7911123456", "44")),
        ({"phone_number": "07911123456", "phone_code": "+44"}, "44", "+447911123456", ("7911123456", "44")),
        ({"phone_number": "+447911123456"}, "44", "+447911123456", ("7911123456", "44")),
        ({"phone_number": "+390612345678"}, "39", "+390612345678", ("0612345678", "39")),
        ({"phone_number": "14155551234", "filter_phone_code": 1}, "1", "+14155551234", ("4155551234", "1")),
        ({"phone_number": "447911123456", "filter_phone_code": 1}, "44", "+447911123456", ("7911123456", "44")),
        (
            {"phone_number": "447911123456", "phone_code": "44", "filter_phone_code": 1},
            "44", "+447911123456", ("7911123456", "44"),
        ),
        ({"phone_number": "4155551234", "filter_phone_code": 1}, "1", "+14155551234", ("4155551234", "1")),
    ],
)  # fmt: skip
def test_phones(api: Dialler, given: dict[str, Any], code: str, e164: str, shown: tuple[str, str]) -> None:
    lead = api.inserted(**given)
    assert (lead.phone_code, lead.phone_e164) == (code, e164)
    [row] = api.search(phone_number=shown[0])
    assert (row["phone_number"], row["phone_code"]) == shown


class TestRefusals:
    @pytest.mark.parametrize("missing", ["phone_number", "list_id"])
    def test_phone_and_list_are_required(self, api: Dialler, missing: str) -> None:
        answer = api.insert(**{missing: ""})
        assert answer == {
            "success": False,
            "code": 6007,
            "error": "The Lead requires a phone number and list id",
            "text": "The Lead requires a phone number and list id",
        }

    @pytest.mark.parametrize("list_id", ["0", "x", "-1", "99999999"])
    def test_the_list_must_exist(self, api: Dialler, list_id: str) -> None:
        answer = api.insert(list_id=list_id)
        assert (answer["code"], answer["error"], answer["text"]) == (6002, "List not found", "No such List")

    @pytest.mark.parametrize("phone", ["555", "call me", "0155551234", "+1", "41555512345678901234", "1234567890"])
    def test_the_phone_must_be_one(self, api: Dialler, phone: str) -> None:
        answer = api.insert(phone_number=phone)
        assert answer["code"] == 6008
        assert (answer["error"], answer["text"]) == ("Invalid phone number", "The phone number is invalid")

    @pytest.mark.parametrize("email", ["john", "john@", "a b@c.example", f"{'x' * 250}@e.example"])
    def test_the_email_must_be_one(self, api: Dialler, email: str) -> None:
        assert api.insert(email=email)["code"] == 6079

    @pytest.mark.parametrize("owner", ["x", "99999999", "-1"])
    def test_the_owner_must_be_known(self, api: Dialler, owner: str) -> None:
        assert api.insert(owner_id=owner)["code"] == 6006

    def test_an_advisor_who_left_owns_nothing(self, api: Dialler, bob: Advisor) -> None:
        Advisor.objects.filter(pk=bob.pk).update(is_active=False)
        assert api.insert(owner_id=bob.user_id)["code"] == 6006

    @pytest.mark.parametrize("name", ["created_by", "last_modified_by"])
    def test_other_people_need_not_be_known(self, api: Dialler, name: str) -> None:
        api.inserted(**{name: "99999999"})
        assert api.search(**{name: "99999999"})[0][name] == "99999999"

    def test_the_fields_that_the_list_requires(self, api: Dialler, dial_list: DialList) -> None:
        DialList.objects.filter(pk=dial_list.pk).update(required_fields="email, field_81")
        answer = api.insert(email="john@example.com")
        assert answer["code"] == 6023
        assert answer["text"] == "Required fields are missed"
        assert answer["error"].endswith("field_81")
        assert api.inserted(email="john@example.com", field_81="x")

    def test_they_come_in_the_documented_order(self, api: Dialler, dial_list: DialList) -> None:
        DialList.objects.filter(pk=dial_list.pk).update(required_fields="field_81")
        api.ask("/lists/update", list_id=dial_list.pk)
        wrong = {"phone_number": "", "list_id": "9", "email": "x", "owner_id": "9", "check_dup": "1", "check_dnc": "1"}
        better: list[tuple[int, dict[str, Any]]] = [
            (6007, {"phone_number": "555"}),
            (6002, {"list_id": dial_list.pk}),
            (6008, {"phone_number": PHONE}),
            (6079, {"email": "a@b.example"}),
            (6006, {"owner_id": ""}),
            (6023, {"field_81": "x"}),
        ]
        given: dict[str, Any] = wrong
        for code, change in better:
            assert api.insert(**given)["code"] == code
            given = given | change
        assert api.insert(**given)["success"]
        assert api.insert(**given)["code"] == 6009

    def test_nothing_is_written(self, api: Dialler) -> None:
        api.insert(email="x")
        assert not Lead.objects.exists()

    @pytest.mark.parametrize("name", ["first_name", "title", "status", "postal_code", "source_id", "alt_phone_1"])
    def test_a_text_that_is_too_long_is_refused_by_its_name(self, api: Dialler, name: str) -> None:
        answer = api.form("/leads/insert", list_id=api.list_id, phone_number=PHONE, **{name: "x" * 201})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(f"{name} must be at most")

    def test_custom_fields_have_a_bound(self, api: Dialler) -> None:
        assert api.insert(field_1="x" * 70_000)["code"] == 400
        assert api.insert(**{"x" * 101: "x"})["code"] == 400


def test_other_contracts_see_where_it_came_from(api: Dialler, organization: Organization, key_of: Any) -> None:
    lead = api.inserted(business_name="Doe Inc", field_81="x")
    lendworks = Caller(Authorization=f"Bearer {key_of(organization, 'lendworks')}")
    shown = lendworks.get(f"/v1/leads/{lead.uuid}").json()["data"]["attributes"]
    assert (shown["source"], shown["phone"], shown["businessName"]) == ("dialer", PHONE, "Doe Inc")
    assert shown["customFields"] == {"field_81": "x"}


def test_now_is_when_it_was_made(api: Dialler) -> None:
    lead = api.inserted()
    assert abs(dt.datetime.now(dt.UTC) - lead.created_at) < dt.timedelta(seconds=30)
