"""What would go out when, if somebody started now."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Organization
from leads import suppression
from leads.models import Lead, Message
from sequences import authoring, engine
from sequences.models import Sequence, Step
from sequences.rehearsal import rehearse
from sequences.steps import Fate
from tests.conftest import MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, ai_step, step

pytestmark = pytest.mark.django_db
#: Ten in the morning in San Francisco, which is open from eight.
TEN = dt.datetime(2026, 11, 18, 18, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    made = make_lead(name="Curtis Boyd", phone="+14155550142", email="curtis@ironoak.example")
    return Lead.objects.select_related("stage", "organization").get(pk=made.pk)


def steps_of(sequence: Sequence) -> list[Step]:
    return authoring.steps_of(sequence)


def test_it_works(lead: Lead, make_sequence: MakeSequence, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    steps = steps_of(
        make_sequence(step("one"), ai_step(delay_hours=24), step("three", channel="email", delay_hours=72))
    )
    with django_assert_num_queries(4):
        line = rehearse(lead, steps, now=TEN)
    assert [each.at for each in line] == [TEN, TEN + 24 * HOUR, TEN + 96 * HOUR]
    assert {each.fate for each in line} == {Fate.SAY}
    assert not Message.objects.exists()


def test_many_steps_cost_no_more(
    lead: Lead, make_sequence: MakeSequence, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    steps = steps_of(make_sequence(*(step(f"step {number}", delay_hours=24) for number in range(40))))
    with django_assert_num_queries(4):
        assert len(rehearse(lead, steps, now=TEN)) == 40


def test_quiet_hours_hold_a_step_and_all_after_it(
    lead: Lead, organization: Organization, make_sequence: MakeSequence
) -> None:
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    lead.organization.refresh_from_db()
    steps = steps_of(make_sequence(step("one"), step("two", delay_hours=36), step("three", delay_hours=24)))
    one, two, three = rehearse(lead, steps, now=TEN)
    assert one.fate is Fate.SAY
    assert "until 2" in one.words
    assert (two.fate, two.at) == (Fate.HOLD, TEN + 46 * HOUR)  # 22:00 is put off to 08:00
    assert "Quiet hours" in two.words
    assert (three.fate, three.at) == (Fate.SAY, TEN + 70 * HOUR)


def test_the_cap_counts_the_steps_before(lead: Lead, make_sequence: MakeSequence) -> None:
    one, two = rehearse(lead, steps_of(make_sequence(step("one"), step("two", delay_hours=4))), now=TEN)
    assert (two.fate, two.at) == (Fate.HOLD, one.at + 20 * HOUR)
    assert "20 hours" in two.words


def test_who_opted_out_gets_nothing(lead: Lead, make_sequence: MakeSequence) -> None:
    assert lead.phone_e164
    suppression.opt_out(lead.organization, lead.phone_e164, reason="STOP", by=Actor.system(), now=TEN)
    line = rehearse(lead, steps_of(make_sequence(step("one"), step("two", delay_hours=24))), now=TEN)
    assert [each.fate for each in line] == [Fate.CANCEL]
    assert "Opted out" in line[0].words


def test_a_channel_without_an_address_is_skipped_and_the_rest_goes_on(
    make_lead: MakeLead, make_sequence: MakeSequence
) -> None:
    lead = make_lead(email="")
    steps = steps_of(make_sequence(step("one", channel="email"), step("two", delay_hours=1)))
    assert [each.fate for each in rehearse(lead, steps, now=TEN)] == [Fate.SKIP, Fate.SAY]


def test_the_engine_does_what_was_foreseen(
    lead: Lead, organization: Organization, make_sequence: MakeSequence, enroll: Enroll
) -> None:
    """Step by step, by the times that the dry run told."""
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    lead.organization.refresh_from_db()
    sequence = make_sequence(step("one"), step("two", delay_hours=4), step("three", delay_hours=30))
    line = rehearse(lead, steps_of(sequence), now=TEN)
    enrollment = enroll(lead, sequence, at=TEN)
    for rehearsed in line:
        engine.tick(rehearsed.at - dt.timedelta(minutes=1))
        before = Message.objects.count()
        engine.tick(rehearsed.at)
        Message.objects.filter(sent_at__gt=rehearsed.at).update(sent_at=rehearsed.at)
        Message.objects.filter(created_at=rehearsed.at).update(sent_at=rehearsed.at)
        assert Message.objects.count() == before + 1
    enrollment.refresh_from_db()
    assert enrollment.status == "completed"
