"""Two leads become one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import ForeignKey
from pytest_django import Settings

from crm.models import Advisor, Event, Organization
from leads import (
    checklists,
    documents,
    messaging,
    requirements,
    suppression,
)
from leads.errors import Changed
from leads.merge_choices import choices_of
from leads.merge_rows import LOOKED_AFTER
from leads.merging import merge, undo
from leads.models import (
    Call,
    HopperEntry,
    ItemStatus,
    Lead,
    Merge,
    Message,
    Note,
    Stage,
    StageTally,
    Task,
)
from leads.notes import add_note
from sequences.engine import tick
from sequences.enrolling import EnrollAction, enroll
from sequences.models import Enrollment, EnrollmentStatus, Sequence
from tests.conftest import MakeLead, written_to
from tests.leads.files import pdf, upload
from tests.leads.merging.conftest import BY, hang_everything_on
from tests.leads.totals import assert_totals_are_right


def test_it_works(kept: Lead, other: Lead, organization: Organization, now: dt.datetime) -> None:
    made = merge(kept, other, by=BY, now=now)
    kept.refresh_from_db()
    assert not Lead.objects.live().filter(pk=other.pk).exists()
    assert (kept.name, kept.business_name, kept.requested_amount_given) == ("Mary Jones", "Jones Bakery", "85000")
    assert kept.requested_amount == 85000
    assert kept.custom_fields == {"employees": 12}
    assert kept.external_id == "X-1"
    assert [tag.name for tag in kept.tags.order_by("lead_tags__pk")] == ["SBA", "Bakery"]
    assert kept.advisor.name == "Alice Archer"  # type: ignore[union-attr]
    assert kept.stage.key == "new_lead"
    assert (made.kept_id, made.merged_id) == (kept.pk, other.pk)
    assert_totals_are_right(organization)
    told = Event.objects.filter(lead_id=kept.pk, name="lead.merged").get()
    assert told.data["other"] == "Jones Bakery"


def test_what_somebody_chose_wins(
    kept: Lead, other: Lead, organization: Organization, stages: dict[str, Stage], now: dt.datetime
) -> None:
    merge(kept, other, take={"name", "phone", "stage", "advisor"}, by=BY, now=now)
    kept.refresh_from_db()
    assert (kept.name, kept.first_name, kept.phone_e164) == ("M. Jones", "M.", other.phone_e164)
    assert kept.stage == stages["qualified"]
    assert kept.advisor.name == "Bob Baker"  # type: ignore[union-attr]
    assert_totals_are_right(organization)


def test_the_last_contact_with_either_counts(kept: Lead, other: Lead, now: dt.datetime) -> None:
    written_to(kept, now - dt.timedelta(days=5))
    written_to(other, now - dt.timedelta(days=2))
    merge(kept, other, by=BY, now=now)
    kept.refresh_from_db()
    assert kept.contacted_at == now - dt.timedelta(days=2)


def test_sides_are_compared(kept: Lead, other: Lead) -> None:
    choices = {choice.key: choice for choice in choices_of(kept, other)}
    assert choices["email"].is_same
    assert not choices["name"].takes_other
    assert choices["business_name"].takes_other
    assert (choices["stage"].kept, choices["stage"].other) == ("New Lead", "Qualified")
    assert "dba" not in choices


def test_an_address_is_never_mixed(make_lead: MakeLead, now: dt.datetime) -> None:
    kept, other = make_lead(city="Austin"), make_lead(address1="1 Main St", city="Tampa", state="FL")
    merge(kept, other, by=BY, now=now)
    kept.refresh_from_db()
    assert (kept.address1, kept.city, kept.state) == ("", "Austin", "")


class TestHistory:
    def test_it_moves(self, kept: Lead, other: Lead, bob: Advisor, now: dt.datetime) -> None:
        hang_everything_on(other, bob, now)
        before = Event.objects.filter(lead_id=other.pk).count()
        merge(kept, other, by=BY, now=now)
        for model in (Message, Note, Call, Task, HopperEntry):
            assert not model.objects.filter(lead=other).exists(), model
        assert Message.objects.filter(lead=kept).count() == 2
        assert Task.objects.get().state == "open"
        assert Task.objects.get().advisor == kept.advisor
        assert Event.objects.filter(lead_id=kept.pk).count() > before
        assert list(Event.objects.filter(lead_id=other.pk).values_list("name", flat=True)) == ["lead.deleted"]

    def test_every_row_that_points_to_a_lead_is_thought_of(self) -> None:
        """A new model with a lead is to be named in merge_rows, or here with its reason."""
        elsewhere = {
            "Lead": "whose duplicate: leads.merging",
            "Merge": "the merge itself",
            "Enrollment": "sequences.merging",
            "BulkRow": "what a job did to it",
            "LegalHold": "a lead that is held is not merged away",
            "ErasedLead": "is nobody's any more",
            "BorrowerExport": "made of both, whichever was asked about",
            "QueueClaim": "who works on it now; of the moment",
            "QueueMark": "put off or dealt with; of the moment",
            "DialSession": "who is before the dialer; of the moment",
        }
        pointing = {
            model.__name__: model
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is Lead
        }
        known = {model.__name__ for model in LOOKED_AFTER} | elsewhere.keys()
        assert pointing.keys() - known == set()

    def test_checklists_are_put_together(
        self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime, settings: Settings, tmp_path: Path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        for name in ("Licence", "Statement", "EIN"):
            requirements.add(organization=organization, name=name, by=BY, now=now)
        asked = checklists.ask(other, name="Lease", by=BY, now=now)
        ours, theirs = checklists.items_of(kept), checklists.items_of(other)
        checklists.settle(kept, ours[0], status=ItemStatus.PENDING, value="", by=BY, now=now)
        documents.hand_in(other, upload("me.pdf"), item=theirs[0], by=BY, now=now)
        documents.hand_in(kept, upload("a.pdf"), item=ours[1], by=BY, now=now)
        documents.hand_in(other, upload("b.pdf", pdf(pages=2)), item=theirs[1], by=BY, now=now)
        checklists.settle(other, theirs[2], status=ItemStatus.COMPLETED, value="59-1", by=BY, now=now)
        before = [(item.name, item.status, item.value) for item in checklists.items_of(kept)]
        before_other = [(item.name, item.status, item.value) for item in checklists.items_of(other)]
        made = merge(kept, other, by=BY, now=now)
        items = checklists.items_of(kept)
        assert [(item.name, item.is_done, item.value) for item in items] == [
            ("Licence", True, ""), ("Statement", True, ""), ("EIN", True, "59-1"), ("Lease", False, ""),
        ]  # fmt: skip
        papers = documents.by_item(kept)
        assert [[paper.name for paper in papers.get(item.row.pk, [])] for item in items if item.row] == [
            ["me.pdf"], ["a.pdf", "b.pdf"], [], [],
        ]  # fmt: skip
        late = documents.hand_in(kept, upload("lease.pdf", pdf(pages=3)), item=items[3], by=BY, now=now)
        undo(made, by=BY, now=now)
        assert [(item.name, item.status, item.value) for item in checklists.items_of(kept)] == before
        names = [(item.name, item.status, item.value) for item in checklists.items_of(other)]
        assert names[:3] == before_other[:3]
        assert [paper.name for paper in kept.documents.order_by("pk")] == ["a.pdf"]
        assert [paper.name for paper in other.documents.order_by("pk")] == ["me.pdf", "b.pdf", "lease.pdf"]
        late.refresh_from_db()
        assert (late.item, late.lead) == (asked, other)
        assert default_storage.exists(late.file.name)


class TestFollowUp:
    def test_it_stops_and_belongs_to_the_one_that_is_kept(
        self, kept: Lead, other: Lead, sequence: Sequence, now: dt.datetime
    ) -> None:
        for lead in (kept, other):
            enroll(lead, sequence, by=BY, now=now)
        merge(kept, other, by=BY, now=now)
        tick(now)
        assert Message.objects.filter(lead=kept, state="sent").count() == 1
        assert Message.objects.count() == 1
        stopped = Enrollment.objects.get(status=EnrollmentStatus.CANCELLED)
        assert (stopped.lead_id, stopped.stop_reason) == (kept.pk, "Merged into Jones Bakery")
        again = enroll(kept, sequence, by=BY, now=now)
        assert again.action is EnrollAction.ALREADY_ENROLLED

    def test_what_waits_to_be_sent_is_called_back(
        self, kept: Lead, other: Lead, sequence: Sequence, now: dt.datetime
    ) -> None:
        enroll(other, sequence, by=BY, now=now)
        from sequences.planning import plan
        from sequences.report import TickReport

        plan(now, 10, TickReport())
        merge(kept, other, by=BY, now=now)
        assert Message.objects.get().state == "cancelled"
        assert Message.objects.get().lead_id == kept.pk

    @pytest.mark.parametrize("status", [EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED])
    def test_it_goes_on_when_the_merge_is_undone(
        self, status: str, kept: Lead, other: Lead, sequence: Sequence, now: dt.datetime
    ) -> None:
        enrollment = enroll(other, sequence, by=BY, now=now).enrollment
        tick(now)
        Enrollment.objects.update(status=status)
        undo(merge(kept, other, by=BY, now=now), by=BY, now=now)
        enrollment.refresh_from_db()
        assert (enrollment.lead_id, enrollment.status, enrollment.next_order) == (other.pk, status, 1)
        tick(now + dt.timedelta(days=3))
        bodies = list(Message.objects.filter(lead=other).order_by("pk").values_list("body", flat=True))
        expected = ["Step 0", "Step 1"] if status == EnrollmentStatus.ACTIVE else ["Step 0"]
        assert bodies[: len(expected)] == expected
        assert len(bodies) == len(set(bodies))

    def test_what_was_taken_up_since_stays(self, kept: Lead, other: Lead, sequence: Sequence, now: dt.datetime) -> None:
        enroll(other, sequence, by=BY, now=now)
        made = merge(kept, other, by=BY, now=now)
        assert enroll(kept, sequence, by=BY, now=now).action is EnrollAction.REACTIVATED
        undo(made, by=BY, now=now)
        assert Enrollment.objects.get().lead_id == kept.pk


def test_do_not_call_is_for_both(kept: Lead, other: Lead, now: dt.datetime) -> None:
    suppression.set_do_not_call(other, reason="Asked us", by=BY, now=now)
    merge(kept, other, by=BY, now=now)
    kept.refresh_from_db()
    assert (kept.is_do_not_call, kept.dnc_reason) == (True, "Asked us")


def test_leads_of_two_organisations_never_meet(
    kept: Lead, make_lead: MakeLead, charlie: Advisor, now: dt.datetime
) -> None:
    theirs = make_lead(organization=charlie.organization)
    for one, two in ((kept, theirs), (theirs, kept), (kept, kept)):
        with pytest.raises(Changed):
            merge(one, two, by=BY, now=now)
    assert not Merge.objects.exists()


def test_a_merge_costs_the_same_however_much_there_is(
    kept: Lead, other: Lead, bob: Advisor, make_lead: MakeLead, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        add_note(other, body=f"Note {number}", by_advisor=bob, now=now)
        messaging.receive(other.organization, address=other.address, body=f"{number}", now=now)
    with django_assert_max_num_queries(75):
        merge(kept, other, by=BY, now=now)
    assert StageTally.objects.exists()
