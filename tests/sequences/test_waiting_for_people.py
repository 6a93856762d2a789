"""Steps that wait until a person has decided, and go on when they have."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from crm.models import Advisor
from leads import messaging, suspicion, takeover
from leads.models import ContactDecision, Lead
from sequences import engine
from tests.sequences.conftest import ME, Enroll, MakeSequence, Sent, ai_step, reply, step

if TYPE_CHECKING:
    from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("organization", "stage", "conversation").get(pk=lead.pk)


def test_an_ai_step_waits_for_the_advisor_and_goes_on_when_given_back(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, alice: Advisor, now: dt.datetime
) -> None:
    lead = make_lead()
    messaging.write(lead, body="Let me see", by_advisor=alice, now=now)
    enrollment = enroll(lead, make_sequence(ai_step()))
    engine.tick(now)
    enrollment.refresh_from_db()
    assert enrollment.next_step_at == now + 4 * HOUR
    assert "An advisor has the conversation" in enrollment.held_by
    before = len(sent())
    takeover.give_back(fresh(lead), by=ME, now=now)
    engine.tick(now)
    assert len(sent()) == before + 1


def test_a_step_with_fixed_words_goes_on(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, alice: Advisor, now: dt.datetime
) -> None:
    lead = make_lead()
    messaging.write(lead, body="Let me see", by_advisor=alice, now=now)
    enroll(lead, make_sequence(step("fixed")))
    engine.tick(now)
    assert sent()[-1]["body"] == "fixed"


def test_a_suspected_opt_out_holds_every_step_and_is_written_once(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, alice: Advisor, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence(step("one")))
    reply(lead, "please stop texting me", now)
    for hours in range(4):
        engine.tick(now + 2 * hours * HOUR)
    assert sent() == []
    assert ContactDecision.objects.filter(rule="suspected_opt_out").count() == 1
    suspicion.settle(fresh(lead), was_opt_out=False, by=alice, now=now + 8 * HOUR)
    engine.tick(now + 8 * HOUR)
    assert [each["body"] for each in sent()] == ["one"]
