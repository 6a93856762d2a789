"""An import is taken back."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Advisor, Organization
from leads import tagging
from leads.editing import change_lead
from leads.models import Lead
from tests.conftest import MakeLead
from tests.leads.importing.files import JOHN, MARY, done, figures
from tests.leads.jobs import reasons, undone
from tests.leads.totals import assert_totals_are_right

pytestmark = pytest.mark.django_db


class TestUndo:
    def test_new_leads_go_and_known_ones_are_as_before(
        self, alice: Advisor, make_lead: MakeLead, organization: Organization
    ) -> None:
        known = make_lead(phone=MARY[2], name="M. Dee", tags=["VIP"])
        columns = [field.name for field in Lead._meta.concrete_fields if field.name not in ("updated_at",)]
        before = Lead.objects.filter(pk=known.pk).values(*columns).get()
        job = undone(done(alice, [MARY, JOHN], known="overwrite"), alice)
        assert (job.undone, job.kept) == (2, 0)
        assert Lead.objects.filter(pk=known.pk).values(*columns).get() == before
        assert tagging.names_of([known.pk])[known.pk] == ["VIP"]
        assert list(Lead.objects.live()) == [known]
        assert_totals_are_right(organization)

    def test_what_others_did_since_stays_and_is_named(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, organization: Organization
    ) -> None:
        known = make_lead(phone=MARY[2], name="M. Dee")
        job = done(alice, [MARY, JOHN, ["", "Ann", "4155551003", "", "", "", ""]])
        later = dt.datetime.now(dt.UTC)
        change_lead(known, {"email": "other@acme.example", "tags": ["Hot"]}, by=Actor.advisor(bob), now=later)
        john = Lead.objects.get(phone_e164="+14155551002")
        change_lead(john, {"industry": "Food"}, by=Actor.advisor(bob), now=later)
        job = undone(job, alice)
        assert (job.undone, job.kept) == (1, 2)
        assert reasons(job) == [
            "Somebody has changed this since, and it stays: E-mail, Tags.",
            "Bob Baker has worked on it since.",
            "",
        ]
        known.refresh_from_db()
        assert (known.email, known.business_name, known.external_id) == ("other@acme.example", "", "")
        assert set(Lead.objects.live()) == {known, john}
        assert_totals_are_right(organization)

    def test_rows_about_one_person_are_undone_in_the_opposite_order(
        self, alice: Advisor, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from leads.importing.action import ImportLeads

        monkeypatch.setattr(ImportLeads, "rows_at_once", 1)
        job = done(alice, [JOHN, ["", "", "4155551002", "j@x.example", "", "", ""]])
        assert figures(job) == (1, 1, 0, 0)
        assert (undone(job, alice).undone, Lead.objects.live().count()) == (2, 0)
        assert_totals_are_right(organization)
