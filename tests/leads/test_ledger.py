"""Refusals and deferrals are written once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from crm.models import Actor, Organization
from leads import contactability, ledger, messaging, suppression
from leads.contactability import Kind, Rule, Verdict
from leads.errors import ContactRefused
from leads.models import ContactDecision, Lead
from sequences import enrolling
from sequences.models import Sequence
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
BY = Actor.system()
HOUR = dt.timedelta(hours=1)


def deferral(lead: Lead, now: dt.datetime, until: dt.datetime, rule: Rule = Rule.QUIET_HOURS) -> ContactDecision:
    verdict = Verdict(Kind.LATER, rule, "Not now.", until=until)
    return contactability.decision(lead, "sms", verdict, purpose="Step 1 of Welcome", now=now)


def test_the_same_deferral_is_written_once(make_lead: MakeLead, now: dt.datetime) -> None:
    lead, until = make_lead(), now + 9 * HOUR
    assert ledger.write([deferral(lead, now, until), deferral(lead, now, until)]) == 1
    assert ledger.write([deferral(lead, now + HOUR, until)]) == 0
    assert ledger.write([deferral(lead, now + HOUR, until + HOUR)]) == 1


def test_a_suspicion_that_goes_on_is_one_row(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    for hours in range(3):
        at = now + hours * HOUR
        ledger.write([deferral(lead, at, at + HOUR, Rule.SUSPECTED)])
    assert ContactDecision.objects.count() == 1


def test_two_leads_have_two_rows(make_lead: MakeLead, now: dt.datetime) -> None:
    assert ledger.write([deferral(make_lead(), now, now + HOUR) for _ in range(2)]) == 2


def test_an_enrollment_that_is_refused_stands_in_it(
    make_lead: MakeLead, organization: Organization, now: dt.datetime
) -> None:
    lead = make_lead()
    sequence = Sequence.objects.get(organization=organization, is_default=True)
    suppression.opt_out(organization, lead.phone_e164 or "", reason="STOP", by=BY, now=now)
    for _ in range(2):
        with transaction.atomic():
            assert enrolling.enroll_default(lead, by=BY, now=now) is None
    row = ContactDecision.objects.get()
    assert (row.verdict, row.rule, row.purpose) == ("never", "opt_out", f"Enrollment in {sequence.name}")


def test_a_message_that_is_refused_stands_in_it(
    make_lead: MakeLead, organization: Organization, now: dt.datetime
) -> None:
    lead = make_lead()
    suppression.opt_out(organization, lead.phone_e164 or "", reason="STOP", by=BY, now=now)
    with pytest.raises(ContactRefused):
        messaging.write(lead, body="Hi", by_person="A partner", now=now)
    assert ContactDecision.objects.get().purpose == "message by A partner"
