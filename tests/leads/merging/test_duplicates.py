"""Who may be the same person is offered to be merged."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Organization
from leads import consents, messaging, suppression
from leads.merging import merge, undo
from leads.models import DoNotCall, Lead
from tests.conftest import MakeLead
from tests.leads.merging.conftest import BY, rows
from tests.leads.totals import assert_totals_are_right


class TestDuplicates:
    """Who answers to a phone that several leads have."""

    @pytest.mark.parametrize("keeps", [0, 1, 2])
    def test_one_of_them_answers(
        self, keeps: int, make_lead: MakeLead, organization: Organization, now: dt.datetime
    ) -> None:
        leads = [make_lead(phone="+14155550100", name=f"Lead {n}") for n in range(3)]
        kept = leads[keeps]
        for other in (lead for lead in leads if lead != kept):
            before = rows(*leads)
            made = merge(kept, other, by=BY, now=now)
            undo(made, by=BY, now=now)
            assert rows(*leads) == before
            assert_totals_are_right(organization)
            merge(kept, other, by=BY, now=now)
            answering = Lead.objects.answering().get()
            assert Lead.objects.live().exclude(pk=answering.pk).exclude(duplicate_of=answering).count() == 0
            assert_totals_are_right(organization)
        assert Lead.objects.live().get() == kept
        kept.refresh_from_db()
        assert kept.duplicate_of is None

    def test_another_ones_number_falls_to_its_duplicate(
        self, make_lead: MakeLead, organization: Organization, now: dt.datetime
    ) -> None:
        kept, other = make_lead(), make_lead(phone="+14155550100")
        heir = make_lead(phone="+14155550100")
        before = rows(kept, other, heir)
        made = merge(kept, other, by=BY, now=now)
        heir.refresh_from_db()
        assert heir.duplicate_of is None
        assert_totals_are_right(organization)
        undo(made, by=BY, now=now)
        assert rows(kept, other, heir) == before
        assert_totals_are_right(organization)

    def test_a_number_that_is_taken_comes_with_its_duplicates(
        self, make_lead: MakeLead, organization: Organization, now: dt.datetime
    ) -> None:
        kept, other = make_lead(), make_lead(phone="+14155550100")
        own, heir = make_lead(phone=kept.phone), make_lead(phone="+14155550100")
        before = rows(kept, other, own, heir)
        made = merge(kept, other, take={"phone"}, by=BY, now=now)
        for lead in (kept, own, heir):
            lead.refresh_from_db()
        assert (kept.duplicate_of, own.duplicate_of, heir.duplicate_of) == (None, None, kept)
        assert_totals_are_right(organization)
        undo(made, by=BY, now=now)
        assert rows(kept, other, own, heir) == before
        assert_totals_are_right(organization)

    def test_who_writes_from_the_old_number_is_known(
        self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime
    ) -> None:
        merge(kept, other, by=BY, now=now)
        assert other.phone_e164
        heard = messaging.receive(organization, address=other.phone_e164, body="It's me", now=now)
        assert heard.lead == kept
        assert heard.conversation == Lead.objects.get(pk=kept.pk).conversation

    def test_opt_outs_and_consents_stay_with_their_address(
        self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime
    ) -> None:
        assert other.phone_e164
        suppression.opt_out(organization, other.phone_e164, reason="STOP", by=BY, now=now)
        consents.record_word(organization, "+14155559999", evidence="wrote START", by=BY, now=now)
        merge(kept, other, take={"phone"}, by=BY, now=now)
        assert DoNotCall.objects.get().address == other.phone_e164
        kept.refresh_from_db()
        from leads import contactability

        assert contactability.check(kept, "sms", now).kind is contactability.Kind.NEVER
