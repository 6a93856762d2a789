"""Stages, tags and places in the administration: through the functions that the organisation's own pages call."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from crm.models import Actor, Advisor, Event, Organization, Role
from leads.models import Lead, LeadTag, Stage, Tag
from leads.pipeline import delete_lead
from tests.conftest import MakeLead
from tests.crm.conftest import form_of, page

STAFF = "root@leadwright.example (administration)"


def told(name: str) -> Event:
    event = Event.objects.get(name=name)
    assert event.actor_label == STAFF
    return event


class TestStages:
    def test_it_works(self, staff: Client, organization: Organization) -> None:
        form = {"organization": organization.pk, "label": "Fraud check", "slot": "qualified", "color": "#334455"}
        assert staff.post(page("leads.stage", "add"), form).status_code == 302
        stage = Stage.objects.get(label="Fraud check")
        assert (stage.key, stage.position) == ("fraud_check", Stage.objects.count() - 1)
        assert told("stage.added").data["label"] == "Fraud check"

        url = page("leads.stage", "change", stage.pk)
        assert staff.post(url, form_of(staff, url) | {"label": "Second look"}).status_code == 302
        assert told("stage.changed").data["changes"] == {"label": ["Fraud check", "Second look"]}

        assert staff.post(page("leads.stage", "delete", stage.pk), {"post": "yes"}).status_code == 302
        assert told("stage.deleted").data["label"] == "Second look"

    def test_what_changes_nothing_is_no_fact(self, staff: Client, stages: dict[str, Stage]) -> None:
        url = page("leads.stage", "change", stages["lost"].pk)
        assert staff.post(url, form_of(staff, url)).status_code == 302
        assert not Event.objects.filter(name="stage.changed").exists()

    def test_leads_that_were_deleted_in_it_find_another(
        self, staff: Client, make_lead: MakeLead, stages: dict[str, Stage], alice: Advisor, now: dt.datetime
    ) -> None:
        lead = make_lead(stage=stages["lost"])
        delete_lead(lead, by=Actor.advisor(alice), now=now)
        assert staff.post(page("leads.stage", "delete", stages["lost"].pk), {"post": "yes"}).status_code == 302
        assert Lead.objects.get(pk=lead.pk).stage == stages["new_lead"]

    def test_the_last_one_stays(self, staff: Client, stages: dict[str, Stage]) -> None:
        Stage.objects.exclude(pk=stages["lost"].pk).delete()
        answer = staff.post(page("leads.stage", "delete", stages["lost"].pk), {"post": "yes"})
        assert "at least one stage" in answer.content.decode()
        assert Stage.objects.count() == 1

    def test_many_are_not_deleted_at_once(self, staff: Client, stages: dict[str, Stage]) -> None:
        chosen = {"action": "delete_selected", "_selected_action": [stage.pk for stage in stages.values()]}
        staff.post(page("leads.stage", "changelist"), {**chosen, "post": "yes"})
        assert Stage.objects.count() == len(stages)

    def test_a_full_board_takes_no_more(self, staff: Client, organization: Organization) -> None:
        for number in range(30):
            Stage.objects.get_or_create(
                organization=organization,
                key=f"more_{number}",
                defaults={"label": "More", "slot": "new", "position": 9},
            )
        form = {"organization": organization.pk, "label": "One more", "slot": "qualified", "color": "#334455"}
        assert "At most 30 stages fit" in staff.post(page("leads.stage", "add"), form).content.decode()


class TestTags:
    def test_it_works(self, staff: Client, organization: Organization, make_lead: MakeLead) -> None:
        assert staff.post(page("leads.tag", "add"), {"organization": organization.pk, "name": "SBA"}).status_code == 302
        assert told("tag.added").data["tag"] == "SBA"
        make_lead(tags=["SBA"])
        tag = Tag.objects.get()
        url = page("leads.tag", "change", tag.pk)
        assert staff.post(url, form_of(staff, url) | {"name": "SBA 7(a)"}).status_code == 302
        assert told("tag.renamed").data["previous"] == "SBA"
        assert staff.post(page("leads.tag", "delete", tag.pk), {"post": "yes"}).status_code == 302
        assert told("tag.deleted").data["leads"] == 1
        assert not LeadTag.objects.exists()

    def test_many_are_deleted_each_with_its_fact(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead(tags=["SBA", "VIP"])
        chosen = {"action": "delete_selected", "_selected_action": list(Tag.objects.values_list("pk", flat=True))}
        staff.post(page("leads.tag", "changelist"), {**chosen, "post": "yes"})
        assert not Tag.objects.exists()
        assert Event.objects.filter(name="tag.deleted").count() == 2


class TestPlaces:
    def test_it_works(self, staff: Client, alice: Advisor, bob: Advisor) -> None:
        url = page("crm.advisor", "change", bob.pk)
        assert staff.post(url, form_of(staff, url) | {"role": "manager"}).status_code == 302
        assert told("advisor.changed").data == {
            "advisor_id": bob.pk, "email": bob.user.email, "role": "manager", "is_active": True
        }  # fmt: skip

    @pytest.mark.parametrize("change", [{"role": "advisor"}, {"is_active": ""}])
    def test_somebody_is_left_to_manage(
        self, staff: Client, alice: Advisor, bob: Advisor, change: dict[str, str]
    ) -> None:
        url = page("crm.advisor", "change", alice.pk)
        form = form_of(staff, url) | change
        form = {name: value for name, value in form.items() if value != ""}
        assert "Somebody must be left" in staff.post(url, form).content.decode()
        alice.refresh_from_db()
        assert (alice.role, alice.is_active) == (Role.MANAGER, True)
