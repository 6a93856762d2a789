"""Leads and sequences in the administration: no way around the domain."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, Event, Organization
from leads.models import Consent, DoNotCall, Lead, Message, Stage
from leads.tallies import stage_totals
from sequences.models import Enrollment, Sequence, SequenceVersion
from tests.conftest import MakeLead
from tests.crm.conftest import form_of, page


def test_a_hundred_leads_cost_no_more_than_ten(
    staff: Client, make_lead: MakeLead, alice: Advisor, bob: Advisor
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert staff.get(page("leads.lead", "changelist")).status_code == 200
        return len(queries)

    for number in range(10):
        make_lead(advisor=(alice, bob)[number % 2])
    few = statements()
    for number in range(90):
        make_lead(advisor=(alice, bob)[number % 2])
    assert statements() == few <= 12


class TestLeads:
    def test_it_creates_through_intake(self, staff: Client, organization: Organization) -> None:
        form = {"organization": organization.pk, "name": "Mary van Dyke", "phone": "(415) 555-0123"}
        form |= {"priority": "normal", "tag_names": "SBA, Referral", "requested_amount_given": "85000"}
        assert staff.post(page("leads.lead", "add"), form).status_code == 302
        lead = Lead.objects.get()
        assert (lead.phone_e164, lead.first_name, lead.requested_amount) == ("+14155550123", "Mary", 85000)
        assert (lead.source, lead.stage.key, lead.lead_tags.count()) == ("manual", "new_lead", 2)
        assert Event.objects.get(name="lead.created").actor_label == "root@leadwright.example (administration)"
        assert stage_totals(organization)[lead.stage_id].leads == 1

    def test_it_shows_what_the_domain_refuses(self, staff: Client, organization: Organization) -> None:
        form = {"organization": organization.pk, "name": "Mary", "priority": "normal", "requested_amount_given": "much"}
        answer = staff.post(page("leads.lead", "add"), form)
        assert "must be a number such as 85000" in str(
            answer.context["adminform"].form.errors["requested_amount_given"]
        )
        assert 'value="Mary"' in answer.content.decode()
        assert not Lead.objects.exists()

    def test_it_edits_moves_and_assigns(
        self, staff: Client, make_lead: MakeLead, stages: dict[str, Stage], alice: Advisor
    ) -> None:
        lead = make_lead(name="Mary", tags=["SBA"])
        url = page("leads.lead", "change", lead.pk)
        form = form_of(staff, url) | {"stage": stages["contacted"].pk, "advisor": alice.pk, "tag_names": "Referral"}
        assert staff.post(url, form | {"city": "Reno"}).status_code == 302
        lead = Lead.objects.get()
        assert (lead.stage, lead.advisor, lead.city, lead.version) == (stages["contacted"], alice, "Reno", 3)
        assert [tag.name for tag in lead.tags.all()] == ["Referral"]
        names = set(Event.objects.values_list("name", flat=True))
        assert {"lead.updated", "lead.stage_changed", "lead.assigned"} <= names
        assert stage_totals(lead.organization)[stages["contacted"].pk].leads == 1

    def test_a_corrected_consent_is_put_on_record(self, staff: Client, make_lead: MakeLead) -> None:
        lead = make_lead(phone="+14155551234", email="mary@example.com")
        url = page("leads.lead", "change", lead.pk)
        said = {"consent_basis": "web_form", "consent_source": "acme.example/apply"}
        assert staff.post(url, form_of(staff, url) | said).status_code == 302
        assert set(Consent.objects.filter(revoked_at=None).values_list("address", "basis", "source")) == {
            ("+14155551234", "web_form", "acme.example/apply"),
            ("mary@example.com", "web_form", "acme.example/apply"),
        }
        assert Event.objects.get(name="lead.consent_changed").data["after"] == "web_form"
        withdrawn = form_of(staff, url) | {"consent_basis": "", "consent_source": ""}
        assert staff.post(url, withdrawn).status_code == 302
        assert Consent.objects.count() == 2, "rows are revoked, never deleted"
        assert not Consent.objects.filter(revoked_at=None).exists()
        assert Lead.objects.get().consent_at is None

    def test_it_asks_what_a_stage_asks(self, staff: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(key="lost").update(asks_for="lost_reason")
        lead = make_lead()
        url = page("leads.lead", "change", lead.pk)
        form = form_of(staff, url) | {"stage": stages["lost"].pk, "city": "Reno"}
        assert "asks for a reason" in staff.post(url, form).content.decode()
        assert (Lead.objects.get().stage.key, Lead.objects.get().city) == ("new_lead", "")
        assert staff.post(url, form | {"lost_reason": "Rate"}).status_code == 302
        assert Lead.objects.get().stage.key == "lost"

    def test_it_offers_no_stage_of_another_organization(
        self, staff: Client, make_lead: MakeLead, charlie: Advisor
    ) -> None:
        lead = make_lead()
        foreign = Stage.objects.filter(organization=charlie.organization).first()
        assert foreign is not None
        url = page("leads.lead", "change", lead.pk)
        answer = staff.post(url, form_of(staff, url) | {"stage": foreign.pk, "advisor": charlie.pk})
        assert {"stage", "advisor"} <= set(answer.context["adminform"].form.errors)

    def test_it_deletes_through_the_domain(self, staff: Client, make_lead: MakeLead) -> None:
        one, two, three = make_lead(), make_lead(), make_lead()
        assert staff.post(page("leads.lead", "delete", one.pk), {"post": "yes"}).status_code == 302
        bulk = {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"}
        assert staff.post(page("leads.lead", "changelist"), bulk).status_code == 302
        assert list(Lead.objects.live()) == [three]
        assert Lead.objects.count() == 3
        assert stage_totals(one.organization)[one.stage_id].leads == 1
        shown = staff.get(page("leads.lead", "change", one.pk))
        assert not shown.context["has_change_permission"]

    def test_it_moves_and_assigns_many(
        self, staff: Client, make_lead: MakeLead, stages: dict[str, Stage], bob: Advisor
    ) -> None:
        leads = [make_lead(), make_lead()]
        url = page("leads.lead", "changelist")
        move = {"action": "move", "_selected_action": [lead.pk for lead in leads]}
        assert "Qualified" in staff.post(url, move).content.decode()
        assert staff.post(url, move | {"chosen": stages["qualified"].pk}).status_code == 302
        assert set(Lead.objects.values_list("stage__key", flat=True)) == {"qualified"}
        assign = move | {"action": "assign"}
        assert staff.post(url, assign | {"chosen": bob.pk}).status_code == 302
        assert set(Lead.objects.values_list("advisor", flat=True)) == {bob.pk}
        assert Event.objects.filter(name__in=["lead.stage_changed", "lead.assigned"]).count() == 4

    def test_it_moves_leads_of_one_organization_at_a_time(
        self, staff: Client, make_lead: MakeLead, other_organization: Organization
    ) -> None:
        leads = [make_lead(), make_lead(organization=other_organization)]
        form = {"action": "move", "_selected_action": [lead.pk for lead in leads]}
        answer = staff.post(page("leads.lead", "changelist"), form, follow=True)
        assert "leads of one organisation" in answer.content.decode()

    def test_it_finds_a_phone_number_however_it_is_written(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead(phone="+14155550123")
        make_lead(phone="+14155550124")
        found = staff.get(page("leads.lead", "changelist"), {"q": "415.555.0123"}).context["cl"].result_list
        assert [lead.phone_e164 for lead in found] == ["+14155550123"]


class TestDoNotCall:
    def test_it_works(self, staff: Client, make_lead: MakeLead, organization: Organization) -> None:
        form = {"organization": organization.pk, "address": "(415) 555-0123", "reason": "Wrote a letter"}
        assert staff.post(page("leads.donotcall", "add"), form).status_code == 302
        entry = DoNotCall.objects.get()
        assert (entry.address, entry.kind) == ("+14155550123", "do_not_call")
        lift = {"action": "lift", "_selected_action": [entry.pk]}
        assert staff.post(page("leads.donotcall", "changelist"), lift).status_code == 302
        assert DoNotCall.objects.get().lifted_by == "root@leadwright.example (administration)"

    def test_nobody_but_the_borrower_lifts_an_opt_out(
        self, staff: Client, organization: Organization, now: Any
    ) -> None:
        entry = DoNotCall.objects.create(
            organization=organization, address="+14155550123", kind="opt_out", created_at=now
        )
        lift = {"action": "lift", "_selected_action": [entry.pk]}
        staff.post(page("leads.donotcall", "changelist"), lift)
        assert DoNotCall.objects.get().lifted_at is None

    def test_leads_are_listed_and_taken_off(self, staff: Client, make_lead: MakeLead) -> None:
        lead = make_lead()
        url, chosen = page("leads.lead", "changelist"), {"_selected_action": [lead.pk]}
        staff.post(url, {"action": "forbid"} | chosen)
        assert Lead.objects.get().is_do_not_call
        staff.post(url, {"action": "allow"} | chosen)
        assert not Lead.objects.get().is_do_not_call


class TestSequences:
    def test_an_edit_makes_a_version(self, staff: Client, organization: Organization) -> None:
        url = page("sequences.sequence", "change", Sequence.objects.get().pk)
        form = form_of(staff, url)
        staff.post(url, form)
        assert SequenceVersion.objects.count() == 1
        steps = '[{"kind": "fixed", "message": "Hello", "delay_hours": 2}]'
        assert staff.post(url, form | {"steps": steps}).status_code == 302
        assert SequenceVersion.objects.count() == 2
        sequence = Sequence.objects.get()
        assert sequence.current is not None
        assert sequence.current.number == 2

    def test_a_new_default_takes_the_place_of_the_old(self, staff: Client, organization: Organization) -> None:
        form = {"organization": organization.pk, "name": "Mine", "is_active": "on", "is_default": "on"}
        form |= {"approval": "checked"}
        form |= {"steps": '[{"kind": "fixed", "message": "Hello"}]'}
        assert staff.post(page("sequences.sequence", "add"), form).status_code == 302
        assert Sequence.objects.get(is_default=True).name == "Mine"

    @pytest.mark.parametrize("steps", ["[]", "{}", "[1]", '[{"kind": "fixed"}]', '[{"kind": "loud", "message": "x"}]'])
    def test_it_refuses_steps(self, staff: Client, organization: Organization, steps: str) -> None:
        form = {"organization": organization.pk, "name": "Mine", "approval": "checked", "steps": steps}
        assert "steps" in staff.post(page("sequences.sequence", "add"), form).context["adminform"].form.errors
        assert Sequence.objects.count() == 1

    def test_it_deletes_and_stops_through_the_domain(
        self, staff: Client, make_lead: MakeLead, now: Any, organization: Organization
    ) -> None:
        sequence = Sequence.objects.get()
        for lead in (make_lead(), make_lead()):
            Enrollment.objects.create(
                organization=organization,
                sequence=sequence,
                version=sequence.current,
                lead=lead,
                next_step_at=now,
                started_at=now,
                created_at=now,
            )
        one = Enrollment.objects.order_by("pk").first()
        assert one is not None
        stop = {"action": "stop", "_selected_action": [one.pk]}
        assert staff.post(page("sequences.enrollment", "changelist"), stop).status_code == 302
        assert Enrollment.objects.filter(status="cancelled").count() == 1
        assert staff.post(page("sequences.sequence", "delete", sequence.pk), {"post": "yes"}).status_code == 302
        assert Enrollment.objects.filter(status="cancelled").count() == 2
        assert Sequence.objects.get().deleted_at


def test_a_message_says_why_it_was_sent(staff: Client) -> None:
    call_command("load_demo", "--quiet")
    message = Message.objects.filter(author="sequence").first()
    assert message is not None
    shown = staff.get(page("leads.message", "change", message.pk))
    assert "Step 1 of Application Recovery, version 1" in shown.content.decode()
    assert not shown.context["has_change_permission"]


def test_a_stage_with_leads_stays(staff: Client, make_lead: MakeLead) -> None:
    lead = make_lead()
    answer = staff.post(page("leads.stage", "delete", lead.stage_id), {"post": "yes"})
    assert "1 lead stands in it" in answer.content.decode()
    assert Stage.objects.filter(pk=lead.stage_id).exists()
