"""/v1/lists and /v1/campaigns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Organization
from leads.models import Campaign, DialList, Lead
from tests.api.convoso.conftest import Dialler

CALLED = dt.datetime(2026, 3, 3, 3, 30, tzinfo=dt.UTC)


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return Campaign.objects.create(organization=organization, name="Sales Campaign")


@pytest.fixture
def strange(other_organization: Organization) -> Campaign:
    return Campaign.objects.create(organization=other_organization, name="Rival's campaign")


class TestSearch:
    def test_it_shows_lists_with_their_last_call(self, api: Dialler, dial_list: DialList, campaign: Campaign) -> None:
        DialList.objects.filter(pk=dial_list.pk).update(campaign=campaign)
        Lead.objects.filter(pk=api.inserted().pk).update(last_called_at=CALLED)
        assert api.ask("/lists/search", status=1) == {
            "success": True,
            "data": [
                {
                    "id": str(dial_list.pk),
                    "name": "Spring refinances",
                    "status": "Y",
                    "campaign_id": str(campaign.pk),
                    "description": "",
                    "last_called_at": "2026-03-03 03:30:00",
                }
            ],
        }

    def test_its_filters(
        self, api: Dialler, dial_list: DialList, other_list: DialList, campaign: Campaign, strange: Campaign
    ) -> None:
        DialList.objects.filter(pk=other_list.pk).update(is_active=False, campaign=campaign)

        def found(**filters: Any) -> list[int]:
            return [int(row["id"]) for row in api.ask("/lists/search", **filters)["data"]]

        assert found() == [dial_list.pk, other_list.pk]
        assert found(status=1) == found(status="true") == found(id=dial_list.pk) == [dial_list.pk]
        assert found(status=0) == found(status="false", campaign_id=campaign.pk) == [other_list.pk]
        assert found(campaign_id=strange.pk) == found(campaign_id="x") == []
        assert api.ask("/lists/search", id=99999999)["code"] == 6002
        assert api.ask("/lists/search", status="maybe")["code"] == 6080

    def test_many_lists_take_as_many_statements_as_one(
        self, api: Dialler, organization: Organization, django_assert_num_queries: Any
    ) -> None:
        DialList.objects.bulk_create(DialList(organization=organization, name=f"No. {n}") for n in range(20))
        api.ask("/lists/search")
        with django_assert_num_queries(3):  # the key, the rate window, the lists
            api.ask("/lists/search")


class TestInsert:
    def test_it_works(self, api: Dialler, campaign: Campaign) -> None:
        answer = api.ask("/lists/insert", name="Sales List March", campaign_id=campaign.pk, description="x", status=0)
        made = DialList.objects.get(name="Sales List March")
        assert answer == {"success": True, "data": {"list_id": str(made.pk)}, "id": str(made.pk)}
        assert (made.campaign, made.description, made.is_active) == (campaign, "x", False)
        assert api.insert(list_id=answer["id"])["success"]

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"name": ""}, 6003),
            ({"name": "Too short"}, 6046),
            ({"campaign_id": ""}, 6004),
            ({"campaign_id": "x"}, 6004),
            ({"campaign_id": "strange"}, 6004),
            ({"name": "spring REFINANCES"}, 6081),
            ({"status": "2"}, 6080),
            ({"name": "x" * 256}, 400),
            ({"description": "x" * 256}, 400),
        ],
    )
    def test_it_refuses(
        self, api: Dialler, campaign: Campaign, strange: Campaign, given: dict[str, str], code: int
    ) -> None:
        given = {name: str(strange.pk) if value == "strange" else value for name, value in given.items()}
        answer = api.ask("/lists/insert", **{"name": "Sales List March", "campaign_id": campaign.pk, **given})
        assert answer["code"] == code
        assert DialList.objects.count() == 1

    def test_another_organization_may_have_the_name(self, as_charlie: Dialler, api: Dialler, strange: Campaign) -> None:
        assert as_charlie.ask("/lists/insert", name="Spring refinances", campaign_id=strange.pk)["success"]


class TestUpdate:
    def test_it_works(self, api: Dialler, dial_list: DialList, campaign: Campaign) -> None:
        changes = {"name": "SPRING refinances", "campaign_id": campaign.pk, "status": "0"}
        assert api.ask("/lists/update", list_id=dial_list.pk, **changes) == {
            "success": True,
            "data": {"list_id": str(dial_list.pk)},
        }
        dial_list.refresh_from_db()
        assert (dial_list.name, dial_list.campaign, dial_list.is_active) == ("SPRING refinances", campaign, False)

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"list_id": ""}, 6002),
            ({"list_id": "99999999"}, 6002),
            ({"name": "Too short"}, 6046),
            ({"campaign_id": "99999999"}, 6004),
            ({"name": "Autumn refinances"}, 6081),
        ],
    )
    def test_it_refuses(
        self, api: Dialler, dial_list: DialList, other_list: DialList, given: dict[str, str], code: int
    ) -> None:
        assert api.ask("/lists/update", **{"list_id": dial_list.pk, **given})["code"] == code

    def test_nothing_given_changes_nothing(self, api: Dialler, dial_list: DialList) -> None:
        assert api.ask("/lists/update", list_id=dial_list.pk)["success"]


class TestDelete:
    def test_its_leads_stay(self, api: Dialler, dial_list: DialList) -> None:
        lead = api.inserted()
        assert api.ask("/lists/delete", list_id=dial_list.pk) == {"success": True}
        assert api.search()[0]["list_id"] == ""
        assert api.found() == [lead.pk]

    @pytest.mark.parametrize("list_id", ["", "x", "99999999"])
    def test_it_refuses_an_unknown_one(self, api: Dialler, list_id: str) -> None:
        assert api.ask("/lists/delete", list_id=list_id)["code"] == 6002


class TestCampaigns:
    def test_they_are_shown_with_the_day_of_their_last_call_here(
        self, api: Dialler, campaign: Campaign, dial_list: DialList, strange: Campaign
    ) -> None:
        DialList.objects.filter(pk=dial_list.pk).update(campaign=campaign)
        assert api.ask("/campaigns/search")["data"][0]["last_call_date"] is None
        Lead.objects.filter(pk=api.inserted().pk).update(last_called_at=CALLED)
        assert api.ask("/campaigns/search") == {
            "success": True,
            "data": [
                {
                    "id": str(campaign.pk),
                    "name": "Sales Campaign",
                    "status": "Y",
                    "last_call_date": {"date": "2026-03-02", "timezone_type": 3, "timezone": "America/New_York"},
                }
            ],
        }

    def test_they_are_switched_off_and_on(self, api: Dialler, campaign: Campaign) -> None:
        for status, shown in (("false", "N"), ("True", "Y"), ("0", "N")):
            assert api.ask("/campaigns/status", campaign_id=campaign.pk, status=status) == {"success": True}
            assert api.ask("/campaigns/search")["data"][0]["status"] == shown

    def test_it_refuses_a_strangers_and_a_status_that_is_none(
        self, api: Dialler, campaign: Campaign, strange: Campaign
    ) -> None:
        for campaign_id in ("", "x", strange.pk):
            assert api.ask("/campaigns/status", campaign_id=campaign_id, status=0)["code"] == 6026
        for status in ("", "maybe"):
            assert api.ask("/campaigns/status", campaign_id=campaign.pk, status=status)["code"] == 6080
        strange.refresh_from_db()
        assert strange.is_active
