"""/v1/leads/search: each filter, dates, pages, and the shape of a lead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.convoso import filters, vocabulary
from crm.models import Actor, Advisor, Organization
from leads.models import DialList, Lead
from leads.pipeline import delete_lead
from tests.api.convoso.conftest import PHONE, Dialler
from tests.conftest import MakeLead

DOCUMENTED = (
    "id created_at modified_at first_name last_name email status owner_id source_id list_id phone_number alt_phone_1"
    " alt_phone_2 address1 address2 city state postal_code country gender date_of_birth carrier_name carrier_type"
)
DOCUMENTED_FILTERS = (
    "lead_id list_id user_id owner_id status created_by email last_modified_by first_name last_name phone_number"
    " alt_phone_1 alt_phone_2 address1 address2 city state province postal_code country gender date_of_birth"
    " created_at_start_date created_at_end_date updated_at_start_date updated_at_end_date std_company_name"
    " std_consumer_number std_account_number changed_at_start_date changed_at_end_date deleted_at_start deleted_at_end"
    " archived_at_start archived_at_end last_call_start_date last_call_end_date"
)
BY = Actor.system()
TEXT_FILTERS = {name: column for name, column in vocabulary.TEXTS.items() if name != "date_of_birth"}


def day(number: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, number, hour, minute, second, micro, tzinfo=dt.UTC)


class TestALead:
    def test_it_has_every_documented_field_and_says_nothing_with_an_empty_text(
        self, api: Dialler, make_lead: MakeLead
    ) -> None:
        make_lead(name="", phone="")
        [lead] = api.search()
        assert set(DOCUMENTED.split()) <= lead.keys()
        assert {type(value) for value in lead.values()} == {str}
        filled = {"id", "created_at", "modified_at", "status"}
        assert {name for name, value in lead.items() if value} == filled

    def test_times_are_utc_with_whole_seconds(self, api: Dialler, make_lead: MakeLead) -> None:
        make_lead(now=day(1, 10, 0, 0, 999_999))
        assert api.search()[0]["created_at"] == "2026-03-01 10:00:00"

    @pytest.mark.parametrize(
        ("given", "local", "code"),
        [
            ("(415) 555-1234", "4155551234", "1"),
            ("+14155551234", "4155551234", "1"),
            ("+442079460958", "2079460958", "44"),
            ("555-0100", "555-0100", ""),
        ],
    )
    def test_the_phone_of_a_lead_of_any_door(
        self, api: Dialler, make_lead: MakeLead, given: str, local: str, code: str
    ) -> None:
        make_lead(phone=given, alt_phone_1=given)
        [lead] = api.search()
        assert (lead["phone_number"], lead["alt_phone_1"], lead["phone_code"]) == (local, local, code)

    def test_its_owner_is_the_advisors_user(self, api: Dialler, make_lead: MakeLead, bob: Advisor) -> None:
        make_lead(advisor=bob)
        [lead] = api.search()
        assert lead["owner_id"] == lead["user_id"] == str(bob.user_id)

    def test_its_own_fields_stand_beside_the_documented_ones(self, api: Dialler, make_lead: MakeLead) -> None:
        make_lead(custom_fields={"field_81": 7, "nested": {"a": 1}, "flag": True, "id": "x", "none": None})
        [lead] = api.search()
        assert (lead["field_81"], lead["flag"], lead["none"]) == ("7", "1", "")
        assert "nested" not in lead
        assert lead["id"].isdecimal()


class TestTheEnvelope:
    def test_it_has_the_documents_keys_and_those_of_the_real_product(self, api: Dialler) -> None:
        for _ in range(3):
            api.inserted()
        answer = api.ask("/leads/search", limit=2, offset=1)
        assert answer.keys() == {"success", "results", "offset", "limit", "data"}
        assert (answer["success"], answer["offset"], answer["limit"]) == (True, 1, 2)
        assert answer["data"] == {"offset": 1, "limit": 2, "total": 3, "entries": answer["results"]}
        assert len(answer["results"]) == 2

    def test_the_page_is_ten_from_the_first_by_ascending_id(self, api: Dialler) -> None:
        ids = [api.inserted().pk for _ in range(12)]
        assert api.found() == ids[:10]
        assert api.found(offset=10) == ids[10:]
        assert api.found(offset=12) == []

    @pytest.mark.parametrize("limit", ["0", "-1", "2001", "ten", "1.5", str(2**80)])
    def test_it_refuses_a_limit_that_is_none(self, api: Dialler, limit: str) -> None:
        answer = api.form("/leads/search", limit=limit)
        assert answer.status_code == 200
        assert answer.json() == {
            "success": False,
            "code": 7258,
            "error": "Invalid limit value",
            "text": "Invalid limit value",
        }

    @pytest.mark.parametrize("offset", ["-1", "x", "1.5"])
    def test_it_refuses_an_offset_that_is_none(self, api: Dialler, offset: str) -> None:
        assert api.ask("/leads/search", offset=offset)["code"] == 7231

    def test_the_offset_is_looked_at_before_the_limit(self, api: Dialler) -> None:
        assert api.ask("/leads/search", offset="x", limit="x")["code"] == 7231

    @pytest.mark.parametrize("limit", ["1", "2000", ""])
    def test_it_takes_any_other_limit(self, api: Dialler, limit: str) -> None:
        assert api.ask("/leads/search", limit=limit)["success"]

    def test_a_page_of_a_hundred_takes_as_many_statements_as_one_of_one(
        self, api: Dialler, make_lead: MakeLead, bob: Advisor, dial_list: DialList, django_assert_num_queries: Any
    ) -> None:
        for _ in range(100):
            make_lead(advisor=bob, dial_list=dial_list, custom_fields={"a": 1})
        api.search()
        for limit in (1, 100):
            with django_assert_num_queries(4):  # the key, the rate window, the total, the page
                assert len(api.search(limit=limit, list_id=dial_list.pk)) == limit


class TestFilters:
    @pytest.mark.parametrize("name", TEXT_FILTERS)
    def test_a_text_must_be_the_same_but_for_case(self, api: Dialler, make_lead: MakeLead, name: str) -> None:
        lead = make_lead(**{TEXT_FILTERS[name]: "Abc.d@e"})
        make_lead(**{TEXT_FILTERS[name]: "Abc.d@ef"})
        assert api.found(**{name: "aBC.D@E"}) == [lead.pk]
        assert api.found(**{name: "bc.d@e"}) == []

    def test_a_date_of_birth(self, api: Dialler, make_lead: MakeLead) -> None:
        lead = make_lead(date_of_birth="1980-01-05")
        make_lead()
        assert api.found(date_of_birth="1980-01-05") == [lead.pk]

    @pytest.mark.parametrize("letter", ["É", "é", "ß", "İ", "Ω"])
    def test_a_text_with_any_letter_finds_itself(self, api: Dialler, make_lead: MakeLead, letter: str) -> None:
        lead = make_lead(city=f"x{letter}")
        assert api.found(city=f"x{letter}") == [lead.pk]

    def test_ids(
        self, api: Dialler, make_lead: MakeLead, bob: Advisor, dial_list: DialList, other_list: DialList
    ) -> None:
        lead = make_lead(dial_list=dial_list, advisor=bob)
        make_lead(dial_list=other_list)
        assert api.found(lead_id=lead.pk) == api.found(list_id=dial_list.pk) == [lead.pk]
        assert api.found(owner_id=bob.user_id) == api.found(user_id=bob.user_id) == [lead.pk]

    @pytest.mark.parametrize("name", ["lead_id", "list_id", "owner_id", "user_id"])
    def test_an_id_that_is_none_finds_nobody(self, api: Dialler, make_lead: MakeLead, name: str) -> None:
        make_lead()
        for text in ("x", "-1", "99999999", "1' OR '1'='1"):
            assert api.found(**{name: text}) == []

    @pytest.mark.parametrize("text", [PHONE, "(415) 555-1234", "+1 415 555 1234", "14155551234", "1-415-555-1234"])
    @pytest.mark.parametrize("given", ["415.555.1234", "+14155551234"])
    def test_a_phone_is_compared_by_digits(self, api: Dialler, make_lead: MakeLead, given: str, text: str) -> None:
        lead = make_lead(phone=given, alt_phone_1=given, alt_phone_2=given)
        make_lead(phone="4155551235", alt_phone_1="4155551235")
        assert api.found(phone_number=text) == [lead.pk]
        assert api.found(alt_phone_1=text) == api.found(alt_phone_2=text) == [lead.pk]

    @pytest.mark.parametrize("text", ["2079460958", "442079460958", "+44 20 7946 0958"])
    def test_a_phone_abroad_is_found_with_and_without_its_country(
        self, api: Dialler, make_lead: MakeLead, text: str
    ) -> None:
        lead = make_lead(phone="+442079460958")
        assert api.found(phone_number=text) == [lead.pk]

    def test_a_phone_that_nobody_can_dial(self, api: Dialler, make_lead: MakeLead) -> None:
        lead = make_lead(phone="555-0100")
        assert api.found(phone_number="5550100") == [lead.pk]
        assert api.found(phone_number="5550101") == api.found(phone_number="letters") == []

    def test_all_of_them_must_hold(self, api: Dialler, make_lead: MakeLead) -> None:
        lead = make_lead(first_name="John", last_name="Doe", city="Anytown")
        make_lead(first_name="John", last_name="Roe", city="Anytown")
        assert api.found(first_name="john", last_name="doe", city="anytown") == [lead.pk]
        assert api.found(first_name="john", last_name="doe", city="Elsewhere") == []

    def test_unknown_filters_are_ignored(self, api: Dialler, make_lead: MakeLead) -> None:
        lead = make_lead()
        assert api.found(nonsense="x") == [lead.pk]

    def test_every_documented_filter_is_known(self) -> None:
        assert set(filters._FILTERS) == set(DOCUMENTED_FILTERS.split())

    @pytest.mark.parametrize("name", DOCUMENTED_FILTERS.split())
    def test_each_of_them_leaves_out_who_does_not_fit(self, api: Dialler, make_lead: MakeLead, name: str) -> None:
        make_lead(phone=PHONE)
        wanted = "1990-01-01" if name.endswith(("_end", "_end_date")) else "2090-01-01" if "_start" in name else "77"
        assert api.found() != []
        assert api.found(**{name: wanted}) == []


COLUMN_OF = {
    "created_at_{}_date": "created_at",
    "updated_at_{}_date": "updated_at",
    "changed_at_{}_date": "updated_at",
    "last_call_{}_date": "last_called_at",
    "deleted_at_{}": "deleted_at",
    "archived_at_{}": "archived_at",
}


class TestDates:
    @pytest.mark.parametrize("name", COLUMN_OF)
    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            ("2026-03-02", "", [2, 3]),
            ("", "2026-03-02", [1, 2]),
            ("2026-03-02", "2026-03-02", [2]),
            ("2026-03-02 17:00:00", "2026-03-02 17:00:00", [2]),
            ("2026-03-02 17:00:01", "", [3]),
            ("", "2026-03-02 16:59:59", [1]),
            ("2026-03-04", "2026-03-01", []),
            ("", "9999-12-31", [1, 2, 3]),
            ("0001-01-01", "", [1, 2, 3]),
        ],
    )
    def test_a_range(
        self, api: Dialler, make_lead: MakeLead, name: str, start: str, end: str, found: list[int]
    ) -> None:
        leads = {number: make_lead() for number in (1, 2, 3)}
        for number, lead in leads.items():
            moment = day(number, 17, 0, 0, 500_000)
            Lead.objects.filter(pk=lead.pk).update(**{COLUMN_OF[name]: moment})
        asked = {name.format("start"): start, name.format("end"): end}
        assert api.found(**asked) == [leads[number].pk for number in found]

    @pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", "2026-03-01 25:00:00", "0", "3/1/26"])
    def test_it_refuses_what_is_no_date(self, api: Dialler, text: str) -> None:
        assert api.ask("/leads/search", created_at_start_date=text)["code"] == 6031

    def test_updated_and_changed_both_hold(self, api: Dialler, make_lead: MakeLead) -> None:
        lead = make_lead(now=day(2))
        assert api.found(updated_at_start_date="2026-03-01", changed_at_start_date="2026-03-03") == []
        assert api.found(updated_at_end_date="2026-03-01", changed_at_end_date="2026-03-03") == []
        assert api.found(updated_at_start_date="2026-03-01", changed_at_start_date="2026-03-02") == [lead.pk]


class TestWhatIsGone:
    @pytest.fixture
    def leads(self, make_lead: MakeLead, organization: Organization) -> dict[str, int]:
        made = {name: make_lead() for name in ("live", "deleted", "archived", "both")}
        for name in ("deleted", "both"):
            delete_lead(made[name], by=BY, now=day(5))
        Lead.objects.filter(pk__in=[made["archived"].pk, made["both"].pk]).update(archived_at=day(6))
        return {name: lead.pk for name, lead in made.items()}

    def test_it_is_hidden(self, api: Dialler, leads: dict[str, int]) -> None:
        assert api.found() == [leads["live"]]
        assert api.ask("/leads/search")["data"]["total"] == 1
        assert api.found(lead_id=leads["deleted"]) == api.found(lead_id=leads["archived"]) == []

    def test_deleted_ones_are_found_by_the_time_of_it(self, api: Dialler, leads: dict[str, int]) -> None:
        assert api.found(deleted_at_start="2026-03-05") == [leads["deleted"], leads["both"]]
        assert api.found(deleted_at_end="2026-03-04") == []
        assert api.search(deleted_at_end="2026-03-05")[0]["deleted_at"] == "2026-03-05 00:00:00"

    def test_archived_ones_are_found_by_the_time_of_it(self, api: Dialler, leads: dict[str, int]) -> None:
        assert api.found(archived_at_start="2026-03-06") == [leads["archived"]]
        assert api.found(archived_at_start="2026-03-06", deleted_at_start="2026-03-01") == [leads["both"]]
