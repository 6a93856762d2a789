"""/v1/leads/update and /v1/leads/delete."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Actor, Advisor, Event
from leads.models import DialList, Lead
from leads.pipeline import delete_lead, move_to_slot
from leads.tallies import stage_totals
from tests.api.convoso.conftest import PHONE, Dialler
from tests.api.convoso.test_inserting import GIVEN
from tests.conftest import MakeLead


class TestUpdate:
    def test_it_works(self, api: Dialler) -> None:
        lead = api.inserted()
        assert api.update(lead, status="COMPLETED") == {"success": True, "data": {"lead_id": str(lead.pk)}}
        lead.refresh_from_db()
        assert lead.status_code == "COMPLETED"

    def test_every_field_can_be_changed(self, api: Dialler, bob: Advisor, other_list: DialList) -> None:
        lead = api.inserted(phone_number="2125550199")
        api.update(lead, **GIVEN, owner_id=bob.user_id, list_id=other_list.pk, field_81="x")
        [shown] = api.search()
        expected = {**GIVEN, "owner_id": str(bob.user_id), "list_id": str(other_list.pk), "field_81": "x"}
        assert {name: shown[name] for name in expected} == expected

    def test_what_is_not_given_stays(self, api: Dialler) -> None:
        lead = api.inserted(**GIVEN, field_1="a")
        before = api.search()[0]
        api.update(lead, city="Elsewhere", first_name="", owner_id=0, list_id=0)
        after = api.search()[0]
        changed = {name for name in before if before[name] != after[name]} - {"modified_at"}
        assert changed == {"city"}

    def test_fields_of_other_contracts_survive(self, api: Dialler, make_lead: MakeLead) -> None:
        theirs: dict[str, Any] = {
            "custom_fields": {"nested": {"a": [1, 2]}, "score": 7, "field_1": "a"},
            "metadata": {"utm": "x"},
            "external_ids": {"crm": "1"},
            "external_id": "app_1",
            "requested_amount_given": "5000",
            "property_address": "1 Road",
            "priority": "high",
            "source_label": "partner",
        }
        lead = make_lead(**theirs, tags=["a", "b"])
        assert api.update(lead, first_name="Ann", field_2="b", **dict.fromkeys(theirs, ""))["success"]
        lead.refresh_from_db()
        theirs["custom_fields"]["field_2"] = "b"
        assert {name: getattr(lead, name) for name in theirs} == theirs
        assert [row.tag.name for row in lead.lead_tags.order_by("pk")] == ["a", "b"]

    @pytest.mark.parametrize("lead_id", ["", "x", "0", "-1", "1.5"])
    def test_it_refuses_an_id_that_is_none(self, api: Dialler, lead_id: str) -> None:
        assert api.ask("/leads/update", lead_id=lead_id)["code"] == 6070

    def test_it_refuses_an_unknown_and_a_deleted_lead(self, api: Dialler, now: dt.datetime) -> None:
        lead = api.inserted()
        delete_lead(lead, by=Actor.system(), now=now)
        for lead_id in (lead.pk, 99999999):
            answer = api.ask("/leads/update", lead_id=lead_id, status="X")
            assert (answer["code"], answer["error"]) == (6071, "Lead not found")

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"list_id": "99999999"}, 6002),
            ({"phone_number": "555"}, 6008),
            ({"phone_code": "12345"}, 6008),
            ({"owner_id": "99999999"}, 6006),
            ({"email": "x"}, 6079),
        ],
    )
    def test_what_insert_refuses_it_refuses_too_and_changes_nothing(
        self, api: Dialler, given: dict[str, str], code: int
    ) -> None:
        lead = api.inserted(first_name="Ann")
        assert api.update(lead, first_name="Bea", **given)["code"] == code
        lead.refresh_from_db()
        assert lead.first_name == "Ann"

    def test_a_phone_of_another_lead_makes_it_a_duplicate(self, api: Dialler) -> None:
        first, second = api.inserted(), api.inserted(phone_number="2125550199")
        assert api.update(second, phone_number="(415) 555-1234")["success"]
        second.refresh_from_db()
        assert second.duplicate_of == first

    def test_a_new_country_code_moves_the_number(self, api: Dialler) -> None:
        lead = api.inserted(phone_number="7911123456")
        assert api.update(lead, phone_code="44")["success"]
        lead.refresh_from_db()
        assert (lead.phone_e164, lead.phone_code) == ("+447911123456", "44")

    def test_it_moves_no_stage_and_writes_one_fact(self, api: Dialler) -> None:
        lead = api.inserted()
        stage = lead.stage
        api.update(lead, status="SOLD", city="Anytown")
        lead.refresh_from_db()
        assert lead.stage == stage
        assert Event.objects.filter(lead_id=lead.pk).exclude(name="lead.created").get().name == "lead.updated"

    def test_nothing_new_changes_nothing(self, api: Dialler) -> None:
        lead = api.inserted(**GIVEN)
        assert api.update(lead, **GIVEN)["success"]
        assert Lead.objects.get().updated_at == lead.updated_at

    def test_a_status_of_do_not_call_stops_everything_and_stays(self, api: Dialler) -> None:
        lead = api.inserted()
        api.update(lead, status="DNC")
        api.update(lead, status="NEW")
        lead.refresh_from_db()
        assert (lead.status_code, lead.is_do_not_call) == ("NEW", True)

    def test_another_doors_change_is_seen_here(self, api: Dialler, now: dt.datetime) -> None:
        lead = api.inserted(status="A")
        move_to_slot(lead, "qualified", by=Actor.system(), now=now)
        assert api.search()[0]["status"] == "A"


class TestDelete:
    def test_it_hides_the_lead_and_lets_a_duplicate_answer(self, api: Dialler) -> None:
        first, second = api.inserted(), api.inserted()
        assert api.ask("/leads/delete", lead_id=first.pk) == {"success": True}
        assert api.found(phone_number=PHONE) == [second.pk]
        second.refresh_from_db()
        assert second.duplicate_of is None
        assert [totals.leads for totals in stage_totals(first.organization).values()] == [1]
        assert Event.objects.filter(name="lead.deleted", lead_id=first.pk).exists()

    def test_it_happens_once(self, api: Dialler) -> None:
        lead = api.inserted()
        api.ask("/leads/delete", lead_id=lead.pk)
        answer = api.ask("/leads/delete", lead_id=lead.pk)
        assert (answer["success"], answer["code"], answer["text"]) == (False, 6001, "No such Lead")

    @pytest.mark.parametrize("lead_id", ["", "x", "0", "-1", "99999999"])
    def test_it_refuses_any_other_id(self, api: Dialler, lead_id: str) -> None:
        assert api.ask("/leads/delete", lead_id=lead_id)["code"] == 6001
