"""Options of an insert: duplicates, updates instead, numbers not wanted, and the hopper."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Actor, Advisor, Organization
from leads.models import Campaign, DialList, HopperEntry, Lead
from leads.pipeline import delete_lead
from leads.suppression import list_address, opt_out, set_do_not_call
from tests.api.convoso.conftest import PHONE, Dialler
from tests.conftest import MakeLead

BY = Actor.system()
E164 = f"+1{PHONE}"


class TestCheckDup:
    """Which leads make each level refuse."""

    @pytest.fixture
    def known(
        self, request: pytest.FixtureRequest, make_lead: MakeLead, dial_list: DialList, other_list: DialList,
        now: dt.datetime,
    ) -> Lead:  # fmt: skip
        match request.param:
            case "in this list":
                return make_lead(phone=PHONE, dial_list=dial_list)
            case "in another list":
                return make_lead(phone=PHONE, dial_list=other_list)
            case "in no list":
                return make_lead(phone=PHONE)
            case "archived":
                lead = make_lead(phone=PHONE, dial_list=dial_list)
                Lead.objects.filter(pk=lead.pk).update(archived_at=now)
                return lead
            case "deleted":
                lead = make_lead(phone=PHONE, dial_list=dial_list)
                delete_lead(lead, by=BY, now=now)
                return lead
            case _:
                return make_lead(phone="2125550199", dial_list=dial_list, **{request.param: "(415) 555-1234"})

    @pytest.mark.parametrize(
        ("known", "levels"),
        [
            ("in this list", "1234"),
            ("in another list", "234"),
            ("in no list", "234"),
            ("archived", "34"),
            ("deleted", "4"),
            ("alt_phone_1", "4"),
            ("alt_phone_2", "4"),
        ],
        indirect=["known"],
    )
    def test_levels(self, api: Dialler, known: Lead, levels: str) -> None:
        for level in "43210":
            answer = api.insert(check_dup=level)
            assert answer.get("code") == (6009 if level in levels else None), level
            if answer["success"]:
                Lead.objects.filter(pk=answer["id"]).delete()

    @pytest.mark.parametrize(
        ("known", "options"),
        [
            ("in this list", {"check_dup_list": 1}),
            ("archived", {"check_dup_archive": 1}),
            ("archived", {"check_dup": 1, "check_dup_archive": 1}),
            ("in this list", {"check_dup": 1, "check_dup_archive": 1}),
            ("in this list", {"check_dup": "true"}),
            ("deleted", {"check_dup": 9}),
        ],
        indirect=["known"],
    )
    def test_further_options_add_to_the_level(self, api: Dialler, known: Lead, options: dict[str, Any]) -> None:
        answer = api.insert(**options)
        assert (answer["code"], answer["error"]) == (6009, "Lead already exists")
        assert answer["text"] == "The phone number already exists"

    @pytest.mark.parametrize(
        ("known", "options"),
        [
            ("in another list", {"check_dup_list": 1}),
            ("archived", {"check_dup_list": 1}),
            ("archived", {"check_dup": 2}),
            ("in this list", {"check_dup_archive": 1}),
            ("in this list", {"check_dup": -1}),
            ("in this list", {"check_dup": "nonsense"}),
            ("in this list", {"check_dup": 4, "phone_number": "2125550188"}),
        ],
        indirect=["known"],
    )
    def test_all_others_are_no_duplicates(self, api: Dialler, known: Lead, options: dict[str, Any]) -> None:
        assert api.inserted(**options).pk != known.pk


class TestUpdateIfFound:
    def test_it_changes_the_lead_with_the_phone(self, api: Dialler, other_list: DialList) -> None:
        known = api.inserted(list_id=other_list.pk, first_name="John", email="john@example.com", field_1="a")
        answer = api.insert(update_if_found=1, first_name="Johnny", field_2="b", check_dup=4)
        assert answer == {"success": True, "data": {"lead_id": str(known.pk)}, "id": str(known.pk)}
        lead = Lead.objects.get()
        assert (lead.first_name, lead.email, lead.dial_list_id) == ("Johnny", "john@example.com", api.list_id)
        assert lead.custom_fields == {"field_1": "a", "field_2": "b"}

    def test_it_gives_no_status_that_was_not_given(self, api: Dialler) -> None:
        api.inserted(status="SOLD")
        assert api.inserted(update_if_found=1).status_code == "SOLD"

    def test_it_looks_for_the_lead_id_first(self, api: Dialler) -> None:
        by_id, by_phone = api.inserted(phone_number="2125550199"), api.inserted()
        assert api.inserted(update_if_found="true", lead_id=by_id.pk) == by_id
        by_id.refresh_from_db()
        assert (by_id.phone_e164, by_id.duplicate_of) == (E164, by_phone)

    @pytest.mark.parametrize("lead_id", ["0", "99999999", "x"])
    def test_then_for_the_phone(self, api: Dialler, lead_id: str) -> None:
        known = api.inserted()
        assert api.inserted(update_if_found=1, lead_id=lead_id) == known

    def test_it_makes_a_lead_when_it_finds_none(self, api: Dialler) -> None:
        assert api.inserted(update_if_found=1).status_code == "NEW"

    def test_without_it_the_lead_id_means_nothing(self, api: Dialler) -> None:
        known = api.inserted()
        assert api.inserted(lead_id=known.pk) != known

    def test_it_finds_neither_deleted_nor_archived_leads(self, api: Dialler, now: dt.datetime) -> None:
        deleted, archived = api.inserted(), api.inserted()
        delete_lead(deleted, by=BY, now=now)
        Lead.objects.filter(pk=archived.pk).update(archived_at=now)
        for lead_id in ("", deleted.pk, archived.pk):
            made = api.inserted(update_if_found=1, lead_id=lead_id)
            assert made not in (deleted, archived)
            Lead.objects.filter(pk=made.pk).delete()

    @pytest.fixture
    def three(self, api: Dialler, organization: Organization, other_list: DialList) -> list[Lead]:
        """One in no campaign, then two in Summer's list."""
        campaign = Campaign.objects.create(organization=organization, name="Summer")
        DialList.objects.filter(pk=other_list.pk).update(campaign=campaign)
        leads = [api.inserted(), api.inserted(list_id=other_list.pk), api.inserted(list_id=other_list.pk)]
        for days, lead in zip((2, None, 1), leads, strict=True):
            called = dt.datetime(2026, 3, days, tzinfo=dt.UTC) if days else None
            Lead.objects.filter(pk=lead.pk).update(last_called_at=called)
        return leads

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ({}, 0),
            ({"search_list_id": "other"}, 1),
            ({"search_campaign_id": "summer"}, 1),
            ({"search_list_id": "this", "search_campaign_id": "summer"}, 0),
            ({"search_list_id": "0", "search_campaign_id": "summer"}, 1),
            ({"update_order_by_last_called_time": "DESC"}, 0),
            ({"update_order_by_last_called_time": "asc"}, 1),
            ({"search_list_id": "other", "update_order_by_last_called_time": "DESC"}, 2),
            ({"search_list_id": "other", "update_order_by_last_called_time": "sideways"}, 1),
            ({"search_list_id": "99999999"}, None),
            ({"search_campaign_id": "99999999"}, None),
            ({"search_list_id": "x"}, None),
        ],
    )
    def test_where_it_looks_and_in_which_order(
        self, api: Dialler, three: list[Lead], other_list: DialList, options: dict[str, str], found: int | None
    ) -> None:
        ids = {"other": other_list.pk, "this": api.list_id, "summer": Campaign.objects.get().pk}
        lead = api.inserted(update_if_found=1, **{name: ids.get(value, value) for name, value in options.items()})
        assert lead.pk == three[found].pk if found is not None else lead not in three


class TestUnwantedNumbers:
    def test_check_dnc_refuses_a_listed_number(
        self, api: Dialler, organization: Organization, now: dt.datetime
    ) -> None:
        list_address(organization, E164, reason="asked", by=BY, now=now)
        answer = api.insert(check_dnc="True")
        assert (answer["code"], answer["error"]) == (6008, "Phone number is on the DNC list")
        assert answer["text"] == "The phone number is invalid"

    def test_and_one_that_said_stop(self, api: Dialler, organization: Organization, now: dt.datetime) -> None:
        opt_out(organization, E164, reason="STOP", by=BY, now=now)
        assert api.insert(check_dnc=1)["code"] == 6008

    def test_and_one_of_a_lead_that_is_marked(self, api: Dialler, now: dt.datetime) -> None:
        set_do_not_call(api.inserted(), reason="asked", by=BY, now=now)
        assert api.insert(check_dnc=1)["code"] == 6008

    def test_without_it_the_lead_comes_in_but_never_into_the_hopper(
        self, api: Dialler, organization: Organization, now: dt.datetime
    ) -> None:
        list_address(organization, E164, reason="asked", by=BY, now=now)
        assert api.inserted(hopper=1)
        assert not HopperEntry.objects.exists()

    def test_a_rivals_list_does_not_count(
        self, api: Dialler, other_organization: Organization, now: dt.datetime
    ) -> None:
        list_address(other_organization, E164, reason="asked", by=BY, now=now)
        assert api.insert(check_dnc=1)["success"]

    BRITISH = {"phone_code": "44"}
    MOBILE, LANDLINE, VOIP = "7911123456", "2079460958", "5612345678"

    @pytest.mark.parametrize(
        ("phone", "option", "is_refused"),
        [
            (MOBILE, {"check_wireless": 1}, True),
            (LANDLINE, {"check_wireless": 1}, False),
            (VOIP, {"check_wireless": 1}, False),
            (MOBILE, {"reject_by_carrier_type": "MOBILE"}, True),
            (MOBILE, {"reject_by_carrier_type": "wireless"}, True),
            (LANDLINE, {"reject_by_carrier_type": "LANDLINE"}, True),
            (VOIP, {"reject_by_carrier_type": "VOIP"}, True),
            (VOIP, {"reject_by_carrier_type": "mobile, voip"}, True),
            (VOIP, {"reject_by_carrier_type": "MOBILE,LANDLINE"}, False),
            (MOBILE, {"reject_by_carrier_type": "SATELLITE,"}, False),
        ],
    )
    def test_kinds_of_lines(self, api: Dialler, phone: str, option: dict[str, Any], is_refused: bool) -> None:
        answer = api.insert(phone_number=phone, **self.BRITISH, **option)
        assert answer.get("code") == (6008 if is_refused else None)

    @pytest.mark.parametrize("option", [{"check_wireless": 1}, {"reject_by_carrier_type": "MOBILE,VOIP,LANDLINE"}])
    def test_a_north_american_number_tells_nothing_and_passes(self, api: Dialler, option: dict[str, Any]) -> None:
        assert api.insert(**option)["success"]

    def test_unless_the_caller_says_what_it_is(self, api: Dialler) -> None:
        assert api.insert(check_wireless=1, carrier_type="Wireless")["code"] == 6008
        assert api.insert(check_wireless=1, carrier_type="landline")["success"]

    def test_or_a_carrier_said_so_before(self, api: Dialler) -> None:
        api.inserted(carrier_type="wireless")
        assert api.insert(check_wireless=1)["code"] == 6008

    def test_what_the_number_tells_is_kept(self, api: Dialler) -> None:
        assert api.inserted(phone_number=self.MOBILE, **self.BRITISH).carrier_type == "wireless"
        assert api.inserted().carrier_type == ""


class TestHopper:
    @pytest.mark.parametrize(
        ("given", "priority"), [("", 99), ("0", 0), ("50", 50), ("99", 99), ("100", 99), ("-1", 0), ("high", 99)]
    )
    def test_priority(self, api: Dialler, given: str, priority: int) -> None:
        assert api.inserted(hopper=1, hopper_priority=given).hopper_entry.priority == priority

    @pytest.mark.parametrize(("given", "minutes"), [("1", 1), ("300", 300), ("301", 300), ("0", 1), ("-5", 1)])
    def test_expiry(self, api: Dialler, given: str, minutes: int) -> None:
        entry = api.inserted(hopper=1, hopper_expires_in=given).hopper_entry
        assert entry.expires_at - entry.created_at == dt.timedelta(minutes=minutes)

    @pytest.mark.parametrize("given", ["", "soon"])
    def test_without_one_it_waits_for_ever(self, api: Dialler, given: str) -> None:
        assert api.inserted(hopper=1, hopper_expires_in=given).hopper_entry.expires_at is None

    @pytest.mark.parametrize("hopper", ["", "0", "false"])
    def test_nobody_waits_unless_told_to(self, api: Dialler, hopper: str) -> None:
        api.inserted(hopper=hopper, hopper_priority=5)
        assert not HopperEntry.objects.exists()

    def test_a_lead_that_was_found_waits_too(self, api: Dialler) -> None:
        lead = api.inserted()
        api.inserted(update_if_found=1, hopper=1, hopper_priority=7)
        assert HopperEntry.objects.get().lead == lead

    def test_a_token_for_another_service_is_ignored(self, api: Dialler, bob: Advisor) -> None:
        assert api.inserted(blueinkdigital_token="x", owner_id=bob.user_id).advisor == bob
