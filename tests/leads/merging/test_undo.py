"""And apart again."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Advisor, Event, Organization
from leads import editing, pipeline, suppression, tallies
from leads.errors import Changed
from leads.merging import merge, undo
from leads.models import (
    Call,
    DoNotCall,
    HopperEntry,
    Lead,
    Message,
    Note,
    Task,
)
from leads.notes import add_note
from tests.conftest import MakeLead
from tests.leads.merging.conftest import BY, hang_everything_on, row
from tests.leads.totals import assert_totals_are_right


class TestUndo:
    @pytest.mark.parametrize("take", [(), ("name", "phone", "email", "stage", "advisor", "amount", "external_id")])
    def test_both_are_exactly_as_they_were(
        self, take: tuple[str, ...], kept: Lead, other: Lead, bob: Advisor, organization: Organization,
        now: dt.datetime,
    ) -> None:  # fmt: skip
        hang_everything_on(other, bob, now)
        suppression.set_do_not_call(other, reason="Asked us", by=BY, now=now)
        before, suppressed = (row(kept), row(other)), list(DoNotCall.objects.values())
        departed = tallies.stage_totals(organization)
        facts = Event.objects.filter(lead_id=other.pk).count()
        made = merge(kept, other, take=take, by=BY, now=now)
        undone = undo(made, by=BY, now=now)
        assert undone.left == []
        assert (row(kept), row(other)) == before
        assert [each for each in DoNotCall.objects.values() if each["lifted_at"] is None] == suppressed
        assert tallies.stage_totals(organization) == departed
        assert_totals_are_right(organization)
        for model in (Message, Note, Call, Task, HopperEntry):
            assert not model.objects.filter(lead=kept).exists(), model
            assert model.objects.filter(lead=other).exists(), model
        assert Event.objects.filter(lead_id=other.pk).count() == facts + 2  # deleted, restored
        assert [tag.name for tag in kept.tags.all()] == ["SBA"]

    def test_what_somebody_changed_since_stays(self, kept: Lead, other: Lead, now: dt.datetime) -> None:
        made = merge(kept, other, take={"name"}, by=BY, now=now)
        fresh = Lead.objects.get(pk=kept.pk)
        editing.change_lead(fresh, {"business_name": "Jones & Co"}, by=BY, now=now)
        add_note(fresh, body="After", by_advisor=kept.advisor, now=now)  # type: ignore[arg-type]
        undone = undo(made, by=BY, now=now)
        kept.refresh_from_db()
        assert undone.left == ["Business"]
        assert (kept.business_name, kept.name) == ("Jones & Co", "Mary Jones")
        assert Note.objects.get(body="After").lead == kept
        assert Lead.objects.get(pk=other.pk).business_name == "Jones Bakery"

    def test_it_is_done_once(self, kept: Lead, other: Lead, now: dt.datetime) -> None:
        made = merge(kept, other, by=BY, now=now)
        undo(made, by=BY, now=now)
        with pytest.raises(Changed):
            undo(made, by=BY, now=now)
        again = merge(kept, other, by=BY, now=now)
        assert again.pk != made.pk

    def test_a_lead_that_is_gone_can_not_be_taken_apart(self, kept: Lead, other: Lead, now: dt.datetime) -> None:
        made = merge(kept, other, by=BY, now=now)
        pipeline.delete_lead(Lead.objects.get(pk=kept.pk), by=BY, now=now)
        with pytest.raises(Changed):
            undo(made, by=BY, now=now)

    def test_somebody_else_may_have_the_number_by_now(
        self, kept: Lead, other: Lead, make_lead: MakeLead, organization: Organization, now: dt.datetime
    ) -> None:
        made = merge(kept, other, by=BY, now=now)
        third = make_lead(phone=other.phone)
        assert third.duplicate_of is None
        undo(made, by=BY, now=now)
        other.refresh_from_db()
        assert other.duplicate_of == third
        assert_totals_are_right(organization)

    def test_or_the_external_id(self, kept: Lead, other: Lead, make_lead: MakeLead, now: dt.datetime) -> None:
        Lead.objects.filter(pk=kept.pk).update(external_id="K-1")
        made = merge(kept, other, by=BY, now=now)
        make_lead(external_id="X-1")
        with pytest.raises(Changed, match="X-1"):
            undo(made, by=BY, now=now)
        assert Lead.objects.get(pk=other.pk).deleted_at is not None
