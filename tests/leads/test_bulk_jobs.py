"""Jobs over many leads: each row once, refusals with reasons, and an undo that respects what others did since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, Organization
from leads import bulk_jobs, bulk_tidying, pipeline, suppression, tagging, tallies
from leads.bulk_actions import Batch, action_of, offered_to
from leads.editing import change_lead
from leads.errors import Changed, InvalidValue
from leads.models import (
    UNDO_FOR,
    BulkJob,
    BulkRow,
    ChecklistItem,
    DoNotCall,
    JobState,
    Lead,
    RowState,
    Stage,
    StageRule,
)
from tests.conftest import MakeLead
from tests.leads.jobs import reasons, undone
from tests.leads.totals import assert_totals_are_right

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def leads(make_lead: MakeLead) -> list[Lead]:
    return [make_lead(business_name=f"Lead {number}", requested_amount_given="1000") for number in range(4)]


def begin(by: Advisor, kind: str, leads: Sequence[Lead], **data: Any) -> BulkJob:
    action = action_of(kind)
    assert action is not None
    form = action.form(data, advisor=by)
    assert form.is_valid(), form.errors
    chosen = Lead.objects.visible_to(by).filter(pk__in=[lead.pk for lead in leads])
    return bulk_jobs.start(
        by,
        action,
        chosen,
        title=form.title(),
        options=form.options(),
        expected=chosen.count(),
        now=dt.datetime.now(dt.UTC),
    )


def done(by: Advisor, kind: str, leads: Sequence[Lead], **data: Any) -> BulkJob:
    job = begin(by, kind, leads, **data)
    bulk_jobs.work()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


def states(job: BulkJob) -> list[str]:
    return list(BulkRow.objects.filter(job=job).order_by("number").values_list("state", flat=True))


def fresh(leads: Sequence[Lead]) -> list[Lead]:
    return list(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).order_by("pk"))


def told(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_it_works(leads: list[Lead], alice: Advisor, bob: Advisor, organization: Organization) -> None:
    pipeline.assign_to(leads[0], bob, by=BY, now=leads[0].created_at)
    job = done(alice, "assign", leads, to=str(bob.uuid))
    assert job.title == "Assign to Bob Baker"
    assert (job.total, job.done, job.unchanged, job.refused) == (4, 3, 1, 0)
    assert {lead.advisor for lead in fresh(leads)} == {bob}
    assert told("lead.assigned") == 4
    assert Event.objects.filter(name="lead.assigned").latest("pk").actor_label == "Alice Archer"
    assert [event.name for event in Event.objects.filter(name__startswith="leads.bulk").order_by("pk")] == [
        "leads.bulk_started",
        "leads.bulk_finished",
    ]


def test_the_leads_are_those_of_the_moment_in_which_it_was_confirmed(
    leads: list[Lead], make_lead: MakeLead, alice: Advisor, bob: Advisor
) -> None:
    job = begin(alice, "assign", leads, to=str(bob.uuid))
    late = make_lead()
    pipeline.delete_lead(leads[1], by=BY, now=late.created_at)
    bulk_jobs.work()
    job.refresh_from_db()
    assert states(job) == ["done", "refused", "done", "done"]
    assert "deleted" in reasons(job)[1]
    late.refresh_from_db()
    assert late.advisor is None


def test_it_begins_only_with_as_many_as_were_shown(
    leads: list[Lead], alice: Advisor, monkeypatch: pytest.MonkeyPatch, now: dt.datetime
) -> None:
    action = action_of("delete")
    assert action is not None
    everything: dict[str, Any] = {"title": "Delete", "options": {}, "now": now}
    with pytest.raises(Changed, match="these are 4 leads"):
        bulk_jobs.start(alice, action, Lead.objects.visible_to(alice), expected=3, **everything)
    with pytest.raises(InvalidValue, match="No lead"):
        bulk_jobs.start(alice, action, Lead.objects.none().visible_to(alice), expected=0, **everything)
    monkeypatch.setattr(bulk_jobs, "MOST", 3)
    with pytest.raises(InvalidValue, match="At most 3"):
        bulk_jobs.start(alice, action, Lead.objects.visible_to(alice), expected=4, **everything)
    assert not BulkJob.objects.exists()
    assert not BulkRow.objects.exists()


def test_nobody_gets_others_leads_into_a_job(
    leads: list[Lead], make_lead: MakeLead, charlie: Advisor, alice: Advisor
) -> None:
    theirs = make_lead(organization=charlie.organization)
    job = done(charlie, "tag", [*leads, theirs], tag="Mine")
    assert job.total == 1
    assert list(BulkRow.objects.values_list("lead", flat=True)) == [theirs.pk]


def test_batches_cost_a_fixed_number_of_statements(
    make_lead: MakeLead, alice: Advisor, bob: Advisor, stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [make_lead(email=f"a{number}@b.example") for number in range(24)]
    options: list[tuple[str, dict[str, str]]] = [
        ("assign", {"to": str(bob.uuid)}),
        ("stage", {"to": str(stages["contacted"].uuid)}),
        ("tag", {"tag": "SBA"}),
        ("untag", {"tag": "SBA"}),
        ("do-not-call", {"reason": "asked"}),
        ("delete", {}),
    ]
    for kind, data in options:
        with CaptureQueriesContext(connection) as few:
            done(alice, kind, many[:4], **data)
        with CaptureQueriesContext(connection) as more:
            done(alice, kind, many[4:], **data)
        assert len(more) <= len(few) + 2, "\n".join([kind, *(query["sql"][:110] for query in more)])


class TestStages:
    def test_a_lead_that_lacks_what_the_stage_asks_for_is_refused(
        self, leads: list[Lead], alice: Advisor, stages: dict[str, Stage], organization: Organization
    ) -> None:
        Stage.objects.filter(key="submitted").update(asks_for=StageRule.DOCUMENTS)
        ChecklistItem.objects.create(
            organization=organization, lead=leads[2], name="Deed", created_at=leads[2].created_at
        )
        job = done(alice, "stage", leads, to=str(stages["submitted"].uuid))
        assert states(job) == ["done", "done", "refused", "done"]
        assert reasons(job)[2] == "Missing on the checklist: Deed."
        assert_totals_are_right(organization)

    def test_they_stand_on_top_in_their_order(
        self, leads: list[Lead], make_lead: MakeLead, alice: Advisor, stages: dict[str, Stage]
    ) -> None:
        there = make_lead(stage=stages["contacted"])
        done(alice, "stage", leads, to=str(stages["contacted"].uuid))
        column = Lead.objects.filter(stage=stages["contacted"]).order_by("-position")
        assert list(column) == [*leads, there]

    def test_a_reason_is_given_to_all(self, leads: list[Lead], alice: Advisor, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(key="lost").update(asks_for=StageRule.LOST_REASON)
        refused = done(alice, "stage", leads, to=str(stages["lost"].uuid))
        assert (refused.done, refused.refused) == (0, 4)
        assert done(alice, "stage", leads, to=str(stages["lost"].uuid), lost_reason="Old list").done == 4
        assert {lead.lost_reason for lead in fresh(leads)} == {"Old list"}

    def test_an_undo_puts_back_what_nobody_moved_since(
        self, leads: list[Lead], alice: Advisor, bob: Advisor, stages: dict[str, Stage], organization: Organization
    ) -> None:
        before = list(Lead.objects.order_by("pk").values("stage", "position", "stage_entered_at", "lost_reason"))
        conversion = tallies.stage_totals(organization)[stages["new_lead"].pk].conversion
        job = done(alice, "stage", leads, to=str(stages["lost"].uuid), lost_reason="Old list")
        pipeline.move_to(fresh(leads)[1], stages["contacted"], by=BY, now=dt.datetime.now(dt.UTC))
        undone(job, bob)
        assert states(job) == ["undone", "kept", "undone", "undone"]
        assert reasons(job)[1] == "Somebody has moved it since."
        after = list(Lead.objects.order_by("pk").values("stage", "position", "stage_entered_at", "lost_reason"))
        assert [*after[:1], *after[2:]] == [*before[:1], *before[2:]]
        assert (job.undone, job.kept) == (3, 1)
        assert Event.objects.filter(name="lead.stage_changed").latest("pk").actor_label == "Bob Baker"
        totals = tallies.stage_totals(organization)[stages["new_lead"].pk]
        assert (totals.departed, totals.leads) == (1, 3)
        assert conversion is None
        assert_totals_are_right(organization)

    def test_a_stage_that_is_gone_refuses_all(
        self, leads: list[Lead], alice: Advisor, stages: dict[str, Stage]
    ) -> None:
        job = begin(alice, "stage", leads, to=str(stages["approved"].uuid))
        stages["approved"].delete()
        bulk_jobs.work()
        assert set(reasons(job)) == {"That stage is gone."}


class TestAssigning:
    def test_an_undo_gives_them_back_but_not_to_somebody_who_left(
        self, leads: list[Lead], alice: Advisor, bob: Advisor
    ) -> None:
        pipeline.assign_to(leads[0], bob, by=BY, now=leads[0].created_at)
        pipeline.assign_to(leads[1], alice, by=BY, now=leads[0].created_at)
        job = done(alice, "assign", leads, to="nobody")
        assert (job.done, job.unchanged) == (2, 2)
        Advisor.objects.filter(pk=bob.pk).update(is_active=False)
        undone(job, alice)
        assert [lead.advisor for lead in fresh(leads)] == [None, alice, None, None]
        assert states(job) == ["kept", "undone", "unchanged", "unchanged"]

    def test_what_somebody_gave_away_since_stays_there(self, leads: list[Lead], alice: Advisor, bob: Advisor) -> None:
        job = done(alice, "assign", leads, to=str(alice.uuid))
        pipeline.assign_to(fresh(leads)[3], bob, by=BY, now=leads[0].created_at)
        undone(job, alice)
        assert [lead.advisor for lead in fresh(leads)] == [None, None, None, bob]
        assert states(job)[3] == "kept"

    def test_somebody_who_has_left_gets_nothing(self, leads: list[Lead], alice: Advisor, bob: Advisor) -> None:
        job = begin(alice, "assign", leads, to=str(bob.uuid))
        Advisor.objects.filter(pk=bob.pk).update(is_active=False)
        bulk_jobs.work()
        assert set(reasons(job)) == {"This advisor no longer works here."}


class TestTags:
    def test_a_tag_is_added_once_and_taken_off_again(self, leads: list[Lead], alice: Advisor) -> None:
        change_lead(leads[0], {"tags": ["SBA"]}, by=BY, now=leads[0].created_at)
        job = done(alice, "tag", leads, tag="SBA")
        assert (job.done, job.unchanged) == (3, 1)
        assert Event.objects.filter(name="lead.updated").latest("pk").data["changes"] == {"tags": [[], ["SBA"]]}
        change_lead(leads[1], {"tags": []}, by=BY, now=leads[0].created_at)
        undone(job, alice)
        assert states(job) == ["unchanged", "kept", "undone", "undone"]
        assert tagging.names_of(lead.pk for lead in leads) == {leads[0].pk: ["SBA"]}

    def test_a_tag_that_was_taken_off_comes_back_in_its_place(self, leads: list[Lead], alice: Advisor) -> None:
        for lead in leads[:2]:
            change_lead(lead, {"tags": ["A", "B", "C"]}, by=BY, now=lead.created_at)
        job = done(alice, "untag", leads, tag="B")
        assert (job.done, job.unchanged) == (2, 2)
        assert tagging.names_of([leads[0].pk]) == {leads[0].pk: ["A", "C"]}
        change_lead(leads[1], {"tags": ["B"]}, by=BY, now=leads[0].created_at)
        undone(job, alice)
        assert tagging.names_of([leads[0].pk]) == {leads[0].pk: ["A", "B", "C"]}
        assert states(job)[:2] == ["undone", "kept"]


class TestDoNotCall:
    def test_it_forbids_and_an_undo_lifts(
        self, make_lead: MakeLead, alice: Advisor, organization: Organization, now: dt.datetime
    ) -> None:
        leads = [make_lead(), make_lead(phone="", email="Mary@Doe.example"), make_lead(), make_lead()]
        suppression.set_do_not_call(leads[3], reason="Asked", by=BY, now=now)
        suppression.list_address(organization, leads[2].address, reason="A list", by=BY, now=now)
        job = done(alice, "do-not-call", leads, reason="Bought list")
        assert (job.done, job.unchanged) == (3, 1)
        assert all(lead.is_do_not_call for lead in fresh(leads))
        assert told("contact.suppressed") == 5
        undone(job, alice)
        assert [lead.is_do_not_call for lead in fresh(leads)] == [False, False, False, True]
        listed = DoNotCall.objects.filter(lifted_at=None).values_list("address", flat=True)
        assert set(listed) == {leads[2].address, leads[3].address}

    def test_what_was_set_anew_since_stays(self, leads: list[Lead], alice: Advisor) -> None:
        job = done(alice, "do-not-call", leads, reason="Bought list")
        suppression.set_do_not_call(leads[0], reason="Asked", by=BY, now=dt.datetime.now(dt.UTC))
        suppression.lift_do_not_call(leads[1], by=BY, now=dt.datetime.now(dt.UTC))
        undone(job, alice)
        assert states(job) == ["kept", "kept", "undone", "undone"]
        assert fresh(leads)[0].is_do_not_call

    def test_only_managers_take_the_protection_away(self, alice: Advisor, bob: Advisor) -> None:
        action = action_of("do-not-call")
        assert action is not None
        assert (action.may(bob), action.may_undo(bob), action.may_undo(alice)) == (True, False, True)


class TestDeletion:
    def test_it_deletes_and_an_undo_brings_back_everything(
        self, leads: list[Lead], alice: Advisor, organization: Organization, now: dt.datetime
    ) -> None:
        ChecklistItem.objects.create(organization=organization, lead=leads[0], name="Deed", created_at=now)
        job = done(alice, "delete", leads[:3])
        assert [lead.deleted_at is None for lead in fresh(leads)] == [False, False, False, True]
        assert told("lead.deleted") == 3
        assert_totals_are_right(organization)
        undone(job, alice)
        assert all(lead.deleted_at is None for lead in fresh(leads))
        assert ChecklistItem.objects.filter(lead=leads[0]).exists()
        assert told("lead.restored") == 3
        assert_totals_are_right(organization)

    def test_its_duplicate_answers_meanwhile_and_makes_room_again(
        self, make_lead: MakeLead, alice: Advisor, organization: Organization
    ) -> None:
        first, *others = (make_lead(phone="+14155550171") for _ in range(3))
        job = done(alice, "delete", [first])
        assert [lead.duplicate_of_id for lead in fresh(others)] == [None, others[0].pk]
        undone(job, alice)
        assert [lead.duplicate_of_id for lead in fresh([first, *others])] == [None, first.pk, first.pk]
        assert_totals_are_right(organization)

    @pytest.mark.parametrize("size", [1, 2, 200])
    def test_all_of_one_phone_come_back_as_they_were(
        self,
        make_lead: MakeLead,
        alice: Advisor,
        organization: Organization,
        monkeypatch: pytest.MonkeyPatch,
        size: int,
    ) -> None:
        monkeypatch.setattr(bulk_jobs, "BATCH", size)
        same = [make_lead(phone="+14155550171") for _ in range(3)]
        job = done(alice, "delete", same)
        assert_totals_are_right(organization)
        undone(job, alice)
        assert states(job) == ["undone"] * 3
        assert [lead.duplicate_of_id for lead in fresh(same)] == [None, same[0].pk, same[0].pk]
        assert_totals_are_right(organization)

    def test_somebody_else_answers_to_its_phone_by_now(
        self, make_lead: MakeLead, alice: Advisor, organization: Organization
    ) -> None:
        lead = make_lead(phone="+14155550171")
        job = done(alice, "delete", [lead])
        make_lead(phone="+14155550171")
        undone(job, alice)
        assert (states(job), reasons(job)) == (["kept"], ["Another lead answers to its phone or external id by now."])
        assert_totals_are_right(organization)

    def test_papers_go_when_it_can_no_longer_be_undone(
        self, leads: list[Lead], alice: Advisor, organization: Organization, now: dt.datetime
    ) -> None:
        for lead in leads[:2]:
            ChecklistItem.objects.create(organization=organization, lead=lead, name="Deed", created_at=now)
        job = done(alice, "delete", leads[:1])
        bulk_tidying.tidy()
        assert ChecklistItem.objects.count() == 2
        BulkJob.objects.filter(pk=job.pk).update(created_at=now - UNDO_FOR - dt.timedelta(minutes=1))
        bulk_tidying.tidy()
        assert list(ChecklistItem.objects.values_list("lead", flat=True)) == [leads[1].pk]
        assert not BulkRow.objects.exists()
        job.refresh_from_db()
        with pytest.raises(Changed):
            bulk_jobs.undo(job, by=BY, now=dt.datetime.now(dt.UTC))

    def test_advisors_are_not_offered_it(self, alice: Advisor, bob: Advisor) -> None:
        assert [action.kind for action in offered_to(alice)] == [
            *("assign", "assign-by-rules", "stage", "tag", "untag", "enroll", "do-not-call", "delete")
        ]
        assert "delete" not in [action.kind for action in offered_to(bob)]


class TestWorkers:
    def test_a_job_that_is_held_is_left_alone_until_its_lease_is_over(
        self, leads: list[Lead], alice: Advisor, now: dt.datetime
    ) -> None:
        job = begin(alice, "tag", leads, tag="SBA")
        BulkJob.objects.filter(pk=job.pk).update(
            lease_token="0" * 32, lease_until=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
        )
        assert bulk_jobs.work() == 0
        BulkJob.objects.filter(pk=job.pk).update(lease_until=now - dt.timedelta(seconds=1))
        assert bulk_jobs.work() == 4

    def test_whoever_lost_the_lease_does_nothing_more(self, leads: list[Lead], alice: Advisor) -> None:
        begin(alice, "tag", leads, tag="SBA")
        stalled = bulk_jobs._claim(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
        assert stalled is not None
        assert bulk_jobs.work() == 4
        assert bulk_jobs._one_batch(stalled) == 0

    def test_jobs_take_turns(self, leads: list[Lead], alice: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk_jobs, "BATCH", 1)
        monkeypatch.setattr(bulk_jobs, "TURN", 0.0)
        first, second = begin(alice, "tag", leads, tag="A"), begin(alice, "tag", leads, tag="B")
        bulk_jobs.work(seconds=0)
        bulk_jobs.work(seconds=0)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.claimed_at
        assert second.claimed_at

    def test_it_stops_between_batches_and_what_was_done_can_be_undone(
        self, leads: list[Lead], alice: Advisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk_jobs, "BATCH", 2)
        job = begin(alice, "tag", leads, tag="SBA")
        held = bulk_jobs._claim(dt.datetime.now(dt.UTC))
        assert held is not None
        bulk_jobs._one_batch(held)
        assert bulk_jobs.stop(job, by=Actor.advisor(alice), now=dt.datetime.now(dt.UTC))
        assert bulk_jobs._one_batch(held) == 0
        job.refresh_from_db()
        assert (job.state, states(job)) == (JobState.STOPPED, ["done", "done", "waiting", "waiting"])
        BulkJob.objects.update(lease_until=None)
        undone(job, alice)
        assert states(job) == ["undone", "undone", "waiting", "waiting"]

    def test_a_row_that_breaks_harms_no_other(
        self, leads: list[Lead], alice: Advisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        action = action_of("tag")
        assert action is not None
        healthy = type(action).apply

        def apply(self: Any, batch: Batch) -> None:
            if any(row.lead_id == leads[1].pk for row in batch.rows):
                raise RuntimeError("a bug")
            healthy(self, batch)

        monkeypatch.setattr(type(action), "apply", apply)
        job = done(alice, "tag", leads, tag="SBA")
        assert states(job) == ["done", "refused", "done", "done"]
        assert reasons(job)[1] == "Something went wrong on our side."

    def test_an_action_that_is_gone_refuses(self, leads: list[Lead], alice: Advisor) -> None:
        job = begin(alice, "tag", leads, tag="SBA")
        BulkJob.objects.update(kind="forgotten")
        bulk_jobs.work()
        job.refresh_from_db()
        assert (job.state, job.refused) == (JobState.DONE, 4)
        assert set(states(job)) == {RowState.REFUSED}
