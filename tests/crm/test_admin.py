"""The administrators' face: every table, keys shown once, nobody in who is not staff."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.test import Client

from crm.models import Advisor, Credential, Event, Organization, Partner, User
from leads.models import Stage
from sequences.models import Sequence
from tests.conftest import ClientOf
from tests.crm.conftest import form_of, page

OURS = [model for label in ("crm", "leads", "sequences", "api") for model in apps.get_app_config(label).get_models()]


def test_every_table_has_its_page() -> None:
    assert [model for model in OURS if not admin.site.is_registered(model)] == []


def test_every_page_works(staff: Client, subtests: pytest.Subtests) -> None:
    call_command("load_demo", "--quiet")
    for model in OURS:
        name = model._meta.label_lower
        with subtests.test(name):
            listed = staff.get(page(name, "changelist"))
            answers = [listed, staff.get(page(name, "changelist"), {"q": "4155550100"})]
            if listed.context["has_add_permission"]:
                answers.append(staff.get(page(name, "add")))
            if (row := model._default_manager.order_by("pk").first()) is not None:
                answers.append(staff.get(page(name, "change", row.pk)))
            for answer in answers:
                assert answer.status_code == 200
                assert_nothing_that_the_policy_blocks(answer.content.decode())


def test_an_advisor_gets_none_of_it(charlie: Advisor, client_of: ClientOf) -> None:
    client = client_of(charlie)
    assert charlie.role == "admin"
    for url in ["/admin/", *(page(model._meta.label_lower, "changelist") for model in OURS)]:
        assert client.get(url).headers["Location"].startswith("/admin/login/")


def assert_nothing_that_the_policy_blocks(html: str) -> None:
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", html)


class TestKeys:
    def test_the_secret_is_shown_once(self, staff: Client, organization: Organization) -> None:
        form = {"kind": "lendworks", "organization": organization.pk, "permission": "full", "tier": "premium"}
        answer = staff.post(page("crm.credential", "add"), form | {"name": "Website"})
        found = re.search(r'id="secret">(lw_live_\w+)<', answer.content.decode())
        assert found
        key = Credential.shown(found[1])
        assert key is not None
        assert (key.tier, key.permission, key.name) == ("premium", "full", "Website")
        assert "no-store" in answer["Cache-Control"]
        for url in (page("crm.credential", "changelist"), page("crm.credential", "change", key.pk)):
            shown = staff.get(url).content.decode()
            assert found[1] not in shown
            assert key.digest not in shown

    def test_a_recoverbiz_key_goes_to_the_partner(self, staff: Client, organization: Organization) -> None:
        form = {"kind": "recoverbiz", "organization": organization.pk, "permission": "read_write", "tier": "standard"}
        assert staff.post(page("crm.credential", "add"), form).status_code == 200
        key = Credential.objects.get()
        assert (key.partner, key.organization) == (organization.partner, None)

    @pytest.mark.parametrize("kind", ["lendworks", "recoverbiz", "userleads"])
    def test_it_refuses_a_key_for_nobody(self, staff: Client, kind: str) -> None:
        form = {"kind": kind, "permission": "read", "tier": "standard"}
        assert "organization" in staff.post(page("crm.credential", "add"), form).context["adminform"].form.errors
        assert not Credential.objects.exists()

    def test_it_refuses_another_organizations_advisor(
        self, staff: Client, organization: Organization, charlie: Advisor
    ) -> None:
        form = {"kind": "userleads", "organization": organization.pk, "advisor": charlie.pk}
        answer = staff.post(page("crm.credential", "add"), form | {"permission": "read", "tier": "standard"})
        assert "does not work at" in str(answer.context["adminform"].form.errors["advisor"])

    def test_a_key_is_revoked(self, staff: Client, organization: Organization) -> None:
        key, _ = Credential.issue("lendworks", organization=organization)
        staff.post(page("crm.credential", "changelist"), {"action": "revoke", "_selected_action": [key.pk]})
        key.refresh_from_db()
        assert key.revoked_at


class TestOrganizations:
    FORM = {"name": "Acme", "time_zone": "America/Denver", "is_active": "on", "advisors_see": "own"}
    FORM |= {"contact_from": "09:00", "contact_until": "20:00", "ai_pause_hours": 4}
    FORM |= {"business_from": "09:00", "business_until": "17:00", "business_days": "12345"}

    def test_it_works(self, staff: Client) -> None:
        assert staff.post(page("crm.organization", "add"), self.FORM).status_code == 302
        organization = Organization.objects.get()
        assert (organization.partner.name, organization.time_zone) == ("Acme", "America/Denver")
        assert (organization.quiet_hours, organization.advisors_see) == (False, "own")
        assert Stage.objects.filter(organization=organization).count() == 8
        assert Sequence.objects.filter(organization=organization, is_default=True).count() == 1

    def test_a_partner_may_be_given(self, staff: Client, organization: Organization) -> None:
        staff.post(page("crm.organization", "add"), self.FORM | {"partner": organization.partner_id})
        assert Partner.objects.count() == 1

    def test_it_refuses_a_time_zone_that_is_none(self, staff: Client) -> None:
        answer = staff.post(page("crm.organization", "add"), self.FORM | {"time_zone": "Mars/Olympus"})
        assert "time_zone" in answer.context["adminform"].form.errors


def test_a_user_is_made_and_gets_a_place(staff: Client, organization: Organization) -> None:
    words = {"password1": "correct horse battery", "password2": "correct horse battery", "usable_password": "true"}
    assert staff.post(page("crm.user", "add"), {"email": "Mary@Acme.example"} | words).status_code == 302
    user = User.objects.get(email="mary@acme.example")
    place = {"user": user.pk, "organization": organization.pk, "role": "manager"}
    assert staff.post(page("crm.advisor", "add"), place).status_code == 302
    assert Advisor.objects.get().is_manager
    assert "already exists" in staff.post(page("crm.advisor", "add"), place).content.decode()


class TestContactHours:
    def test_they_go_through_their_own_door(self, staff: Client, organization: Organization) -> None:
        url = page("crm.organization", "change", organization.pk)
        form = form_of(staff, url) | {"contact_from": "09:00", "contact_until": "20:00", "ai_pause_hours": 6}
        assert staff.post(url, form).status_code == 302
        organization.refresh_from_db()
        assert (organization.contact_from.hour, organization.ai_pause_hours) == (9, 6)
        told = Event.objects.get(name="organization.contact_hours_changed")
        assert (told.data["before"], told.data["after"]) == ("08:00-21:00, switched off", "09:00-20:00, switched off")
        assert Event.objects.get(name="organization.changed").data["changed"] == ["ai_pause_hours"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"contact_from": "07:00"},
            {"contact_until": "22:00"},
            {"contact_from": "12:00", "contact_until": "11:00"},
            {"business_from": "18:00"},
            {"business_days": "189"},
        ],
    )
    def test_what_the_law_or_the_clock_forbids_is_refused(
        self, staff: Client, organization: Organization, wrong: dict[str, str]
    ) -> None:
        url = page("crm.organization", "change", organization.pk)
        answer = staff.post(url, form_of(staff, url) | wrong)
        assert answer.status_code == 200
        assert set(answer.context["adminform"].form.errors) <= {"contact_from", "business_from"}
        assert not Event.objects.filter(name="organization.contact_hours_changed").exists()
