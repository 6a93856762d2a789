"""Moving, assigning and taking away."""

import datetime as dt
import random

import pytest

from crm.models import Actor, Advisor, Event, Organization
from leads import checklists, pipeline, tallies
from leads.errors import Changed, StageRefused
from leads.models import Lead, Slot, Stage, StageRule
from tests.conftest import MakeLead
from tests.leads.totals import assert_totals_are_right

BY = Actor.system()


def order_in(stage: Stage) -> list[str]:
    return list(Lead.objects.live().filter(stage=stage).order_by("-position", "-id").values_list("name", flat=True))


def test_it_works(make_lead: MakeLead, stages: dict[str, Stage], organization: Organization, now: dt.datetime) -> None:
    lead = make_lead(requested_amount_given="5000")
    later = now + dt.timedelta(hours=1)
    assert pipeline.move_to(lead, stages["contacted"], by=BY, now=later)
    lead.refresh_from_db()
    assert (lead.stage, lead.stage_entered_at, lead.version) == (stages["contacted"], later, 2)
    totals = tallies.stage_totals(organization)
    assert (totals[stages["new_lead"].pk].leads, totals[stages["new_lead"].pk].conversion) == (0, 1.0)
    assert (totals[stages["contacted"].pk].leads, totals[stages["contacted"].pk].requested) == (1, 5000)
    moved = Event.objects.get(name="lead.stage_changed")
    assert (moved.data["previous_slot"], moved.data["slot"]) == ("new", "contacted")


def test_a_move_to_where_it_stands_changes_nothing(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    lead = make_lead()
    assert not pipeline.move_to(lead, stages["new_lead"], by=BY, now=now)
    assert not Event.objects.filter(name="lead.stage_changed").exists()


def test_it_refuses_a_drop_on_an_old_picture(make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime) -> None:
    lead = make_lead()
    pipeline.move_to(lead, stages["contacted"], by=BY, now=now)
    with pytest.raises(Changed):
        pipeline.move_to(lead, stages["qualified"], by=BY, now=now, seen_version=1)


def test_it_refuses_a_stage_of_another_organization(
    make_lead: MakeLead, other_organization: Organization, now: dt.datetime
) -> None:
    theirs = Stage.objects.filter(organization=other_organization)[1]
    with pytest.raises(Changed):
        pipeline.move_to(make_lead(), theirs, by=BY, now=now)


def test_cards_keep_the_order_they_are_dropped_in(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    leads = {name: make_lead(name=name) for name in "abcde"}
    column = stages["new_lead"]
    assert order_in(column) == list("edcba")
    pipeline.move_to(leads["a"], column, by=BY, now=now, above=leads["e"])
    assert order_in(column) == list("eadcb")
    pipeline.move_to(leads["e"], column, by=BY, now=now, above=leads["c"], below=leads["b"])
    assert order_in(column) == list("adceb")
    pipeline.move_to(leads["b"], column, by=BY, now=now, below=leads["a"])
    assert order_in(column) == list("badce")


def test_any_number_of_drops_finds_room(make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime) -> None:
    dice = random.Random(4)
    leads = {name: make_lead(name=name, now=now) for name in "abcdefgh"}
    column = stages["new_lead"]
    expected = order_in(column)
    for _ in range(150):
        name = dice.choice(expected)
        expected.remove(name)
        place = dice.choice([1, 1, 1, 2, len(expected)])
        above = leads[expected[place - 1]]
        expected.insert(place, name)
        pipeline.move_to(leads[name], column, by=BY, now=now, above=above)
        assert order_in(column) == expected


def test_a_stage_that_asks_for_a_reason_gets_one(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    lost = stages["lost"]
    Stage.objects.filter(pk=lost.pk).update(asks_for=StageRule.LOST_REASON)
    lost.refresh_from_db()
    lead = make_lead()
    with pytest.raises(StageRefused) as refusal:
        pipeline.move_to(lead, lost, by=BY, now=now)
    assert refusal.value.rule == "lost_reason"
    pipeline.move_to(lead, lost, by=BY, now=now, answers={"lost_reason": "Went elsewhere"})
    lead.refresh_from_db()
    assert lead.lost_reason == "Went elsewhere"


@pytest.mark.parametrize("given", ["", "abc", "-5", "0", "NaN", "Infinity", "1e99"])
def test_a_stage_that_asks_for_an_amount_refuses_others(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime, given: str
) -> None:
    stages["converted"].asks_for = StageRule.FUNDED_AMOUNT
    with pytest.raises(StageRefused):
        pipeline.move_to(make_lead(), stages["converted"], by=BY, now=now, answers={"funded_amount": given})


def test_a_stage_that_asks_for_documents_names_what_is_missing(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    stages["submitted"].asks_for = StageRule.DOCUMENTS
    lead = make_lead()
    checklists.ask(lead, name="Government ID", by=BY, now=now)
    with pytest.raises(StageRefused, match="Missing on the checklist: Government ID"):
        pipeline.move_to(lead, stages["submitted"], by=BY, now=now)
    checklists.settle(lead, checklists.items_of(lead)[0], status="completed", by=BY, now=now)
    assert pipeline.move_to(lead, stages["submitted"], by=BY, now=now)


def test_a_status_goes_to_the_first_stage_that_means_it(
    make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    lead = make_lead(stage=stages["approved"])
    assert not pipeline.move_to_slot(lead, Slot.QUALIFIED, by=BY, now=now)
    pipeline.move_to_slot(lead, Slot.CONTACTED, by=BY, now=now)
    pipeline.move_to_slot(lead, Slot.QUALIFIED, by=BY, now=now)
    assert lead.stage == stages["qualified"]


def test_assigning_records_who_had_it(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    lead = make_lead()
    assert pipeline.assign_to(lead, alice, by=BY, now=now)
    assert not pipeline.assign_to(lead, alice, by=BY, now=now)
    assert Event.objects.get(name="lead.assigned").data["advisor"] == "Alice Archer"


def test_the_oldest_duplicate_answers_when_a_lead_goes(
    make_lead: MakeLead, organization: Organization, now: dt.datetime
) -> None:
    first, second, third = (make_lead(phone="4155551234") for _ in range(3))
    assert pipeline.delete_lead(first, by=BY, now=now)
    assert not pipeline.delete_lead(first, by=BY, now=now)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.duplicate_of, third.duplicate_of) == (None, second)
    assert_totals_are_right(organization)


def test_folding_keeps_the_sums(make_lead: MakeLead, organization: Organization) -> None:
    for _ in range(30):
        make_lead(requested_amount_given="10")
    before = tallies.stage_totals(organization)
    assert tallies.fold() == 30
    assert tallies.stage_totals(organization) == before
