"""Two leads become one, and apart again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import ForeignKey
from pytest_django import Settings

from crm.models import Actor, Advisor, Event, LeadVisibility, Organization
from leads import (
    advisor_tasks,
    checklists,
    consents,
    documents,
    editing,
    messaging,
    pipeline,
    requirements,
    suppression,
    tallies,
)
from leads.errors import Changed
from leads.merge_choices import choices_of
from leads.merge_rows import LOOKED_AFTER
from leads.merging import merge, undo
from leads.models import (
    Call,
    DoNotCall,
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
from sequences.authoring import create_sequence
from sequences.engine import tick
from sequences.enrolling import EnrollAction, enroll
from sequences.models import Enrollment, EnrollmentStatus, Sequence
from tests.conftest import ClientOf, MakeLead, written_to
from tests.leads.files import pdf, upload
from tests.racing import at_once

BY = Actor.system()
type Row = dict[str, Any]


@pytest.fixture
def kept(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(name="Mary Jones", email="mary@jones.example", advisor=alice, tags=["SBA"])


@pytest.fixture
def other(make_lead: MakeLead, bob: Advisor, stages: dict[str, Stage]) -> Lead:
    return make_lead(
        name="M. Jones",
        business_name="Jones Bakery",
        email="mary@jones.example",
        requested_amount_given="85000",
        advisor=bob,
        stage=stages["qualified"],
        tags=["SBA", "Bakery"],
        custom_fields={"employees": 12},
        external_id="X-1",
    )


def row(lead: Lead) -> Row:
    """Everything that stands in the lead's row, but for how often it was written."""
    values = Lead.objects.filter(pk=lead.pk).values().get()
    return {name: value for name, value in values.items() if name not in ("version", "updated_at")}


def rows(*leads: Lead) -> list[Row]:
    return [row(lead) for lead in leads]


def assert_totals_are_right(organization: Organization) -> None:
    kept = tallies.stage_totals(organization)
    tallies.recount(organization)
    counted = tallies.stage_totals(organization)
    for stage in kept.keys() | counted.keys():
        assert kept.get(stage, tallies.Totals()) == counted.get(stage, tallies.Totals())


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


def hang_everything_on(lead: Lead, advisor: Advisor, now: dt.datetime) -> None:
    messaging.receive(lead.organization, address=lead.address, body="Hello", now=now, provider="x", provider_id="1")
    messaging.write(lead, body="Hi", by_advisor=advisor, now=now)
    add_note(lead, body="Nice", by_advisor=advisor, now=now)
    Call.objects.create(organization=lead.organization, lead=lead, phone=lead.phone, started_at=now)
    advisor_tasks.give(lead, title="Call", due_at=now, by=BY, now=now)
    HopperEntry.objects.create(organization=lead.organization, lead=lead, created_at=now)


@pytest.fixture
def sequence(organization: Organization, now: dt.datetime) -> Sequence:
    steps = [{"kind": "fixed", "message": f"Step {n}", "delay_hours": 24 * n} for n in range(3)]
    return create_sequence(organization=organization, name="Recovery", steps=steps, by=BY, now=now)


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


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_merges_of_the_same_two(
        self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime
    ) -> None:
        pairs = [(kept.pk, other.pk), (other.pk, kept.pk)]

        def work(number: int) -> bool:
            into, gone = pairs[number % 2]
            try:
                merge(Lead.objects.get(pk=into), Lead.objects.get(pk=gone), by=BY, now=now)
            except Changed:
                return False
            return True

        assert sum(at_once(work, 6)) == 1
        assert Lead.objects.live().count() == 1
        assert_totals_are_right(organization)

    def test_a_ring_of_merges(self, make_lead: MakeLead, organization: Organization, now: dt.datetime) -> None:
        """Each into the next: some are too late, nothing hangs, one lead at least is left."""
        leads = [make_lead() for _ in range(4)]

        def work(number: int) -> bool:
            try:
                merge(leads[number], leads[(number + 1) % 4], by=BY, now=now)
            except Changed:
                return False
            return True

        done = sum(at_once(work, 4))
        assert 1 <= done <= 3
        assert Lead.objects.live().count() == 4 - done
        assert_totals_are_right(organization)

    def test_merging_and_undoing(self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime) -> None:
        made = merge(kept, other, by=BY, now=now)

        def work(number: int) -> bool:
            try:
                undo(Merge.objects.get(pk=made.pk), by=BY, now=now)
            except Changed:
                return False
            return True

        assert sum(at_once(work, 4)) == 1
        assert Lead.objects.live().count() == 2
        assert_totals_are_right(organization)

    def test_while_workers_send(
        self, make_lead: MakeLead, organization: Organization, sequence: Sequence, now: dt.datetime
    ) -> None:
        """Whatever the worker was doing: nobody gets a step twice, and nothing waits for a lead that is gone."""
        pairs = [(make_lead(), make_lead()) for _ in range(4)]
        for _kept, gone in pairs:
            enroll(gone, sequence, by=BY, now=now)

        def work(number: int) -> None:
            if number < 2:
                tick(now, seconds=10)
            else:
                merge(*pairs[number - 2], by=BY, now=now)

        at_once(work, 6)
        tick(now)
        said = list(Message.objects.values_list("lead_id", "body", "state"))
        assert len([each for each in said if each[2] == "sent"]) <= 4
        assert len({(lead, body) for lead, body, _state in said}) == len(said)
        assert not Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE).exists()
        assert not Message.objects.exclude(state__in=["sent", "cancelled"]).exists()
        assert_totals_are_right(organization)


class TestPages:
    def test_it_works(self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf) -> None:
        client, url = client_of(alice), f"/leads/{kept.uuid}/merge/{other.uuid}"
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "has the same e-mail address and belongs to Bob Baker" in page
        assert url in page
        compared = client.get(url).content.decode()
        assert "One lead out of two" in compared
        assert "Jones Bakery" in compared
        answer = client.post(url, {"name": "other", "phone": "kept", "nonsense": "other"})
        assert answer["Location"] == f"/leads/{kept.uuid}"
        kept.refresh_from_db()
        assert (kept.name, kept.business_name) == ("M. Jones", "Jones Bakery")
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "was merged into this lead by Alice Archer" in page
        assert "merged “Jones Bakery” into this lead" in page
        undo_url = f"/leads/{kept.uuid}/merges/{Merge.objects.get().uuid}/undo"
        assert undo_url in page
        assert client.post(undo_url)["Location"] == f"/leads/{kept.uuid}"
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "Two leads again, as they were." in page
        assert Lead.objects.live().count() == 2

    def test_what_was_changed_since_is_named(
        self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf, now: dt.datetime
    ) -> None:
        made = merge(kept, other, by=BY, now=now)
        fresh = Lead.objects.get(pk=kept.pk)
        editing.change_lead(fresh, {"business_name": "Jones & Co"}, by=BY, now=now)
        client = client_of(alice)
        client.post(f"/leads/{kept.uuid}/merges/{made.uuid}/undo")
        assert "left as it is: Business." in client.get(f"/leads/{kept.uuid}").content.decode()

    def test_what_can_not_be_done_is_said(
        self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf, stages: dict[str, Stage], now: dt.datetime
    ) -> None:
        Stage.objects.filter(pk=stages["qualified"].pk).update(asks_for="funded_amount")
        client = client_of(alice)
        answer = client.post(f"/leads/{kept.uuid}/merge/{other.uuid}", {"stage": "other"})
        assert answer.status_code == 409
        assert "asks for the funded amount" in answer.content.decode()
        assert Lead.objects.live().count() == 2
        made = merge(kept, other, by=BY, now=now)
        undo(made, by=BY, now=now)
        client.post(f"/leads/{kept.uuid}/merges/{made.uuid}/undo")
        assert "was undone before" in client.get(f"/leads/{kept.uuid}").content.decode()

    def test_the_old_address_leads_to_the_one_that_was_kept(
        self, kept: Lead, other: Lead, make_lead: MakeLead, alice: Advisor, bob: Advisor, charlie: Advisor,
        client_of: ClientOf, now: dt.datetime,
    ) -> None:  # fmt: skip
        merge(kept, other, by=BY, now=now)
        client, old = client_of(alice), f"/leads/{other.uuid}"
        assert client.get(old)["Location"] == f"/leads/{kept.uuid}"
        assert client.get(f"{old}/conversation", headers={"HX-Request": "true"})["HX-Redirect"] == f"/leads/{kept.uuid}"
        assert client.post(f"{old}/notes", {"body": "x"}).status_code == 404
        assert client_of(charlie).get(old).status_code == 404
        third = make_lead(advisor=alice)
        merge(third, Lead.objects.get(pk=kept.pk), by=BY, now=now)
        assert client.get(old)["Location"] == f"/leads/{third.uuid}"
        Organization.objects.update(advisors_see=LeadVisibility.OWN)
        assert client_of(bob).get(old).status_code == 404
        pipeline.delete_lead(third, by=BY, now=now)
        assert client.get(old).status_code == 404

    def test_strangers_find_nothing(
        self, kept: Lead, other: Lead, make_lead: MakeLead, alice: Advisor, bob: Advisor, charlie: Advisor,
        client_of: ClientOf, now: dt.datetime,
    ) -> None:  # fmt: skip
        theirs = make_lead(organization=charlie.organization)
        Organization.objects.update(advisors_see=LeadVisibility.OWN)
        pairs = [(charlie, kept, other), (charlie, theirs, kept), (alice, kept, theirs), (bob, other, kept),
                 (alice, kept, kept)]  # fmt: skip
        for who, one, two in pairs:
            for method in ("get", "post"):
                answer = getattr(client_of(who), method)(f"/leads/{one.uuid}/merge/{two.uuid}")
                assert answer.status_code == 404, (who, one, two)
        made = merge(kept, other, by=BY, now=now)
        for who, lead in ((charlie, kept), (charlie, theirs), (bob, kept)):
            assert client_of(who).post(f"/leads/{lead.uuid}/merges/{made.uuid}/undo").status_code == 404
        assert not Merge.objects.exclude(undone_at=None).exists()


def test_a_merge_costs_the_same_however_much_there_is(
    kept: Lead, other: Lead, bob: Advisor, make_lead: MakeLead, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        add_note(other, body=f"Note {number}", by_advisor=bob, now=now)
        messaging.receive(other.organization, address=other.address, body=f"{number}", now=now)
    with django_assert_max_num_queries(75):
        merge(kept, other, by=BY, now=now)
    assert StageTally.objects.exists()
