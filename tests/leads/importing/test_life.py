"""From the file's arrival until it is forgotten."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Advisor, Event
from leads import bulk_jobs, bulk_tidying
from leads.errors import Changed
from leads.importing import imports, taking_down
from leads.importing.plans import Plan
from leads.models import (
    DRAFT_FOR,
    BulkJob,
    BulkRow,
    Lead,
    LooseFile,
)
from tests.leads.importing.files import JOHN, MARY, checked, csv_of, done, figures, received

pytestmark = pytest.mark.django_db


class TestLife:
    def test_headings_are_remembered(self, alice: Advisor, charlie: Advisor) -> None:
        headings = ["A", "B"]
        job = checked(alice, [["Mary", "4155551001"]], headings, targets=["name", "phone"])
        again = received(alice, csv_of([["Mary", "4155551001"]], headings))
        assert again.options["targets"] == job.options["targets"] == ["name", "phone"]
        assert received(charlie, csv_of([["Mary", "4155551001"]], headings)).options["targets"] == ["", ""]

    def test_it_can_be_planned_anew_but_not_begun_twice(self, alice: Advisor, now: dt.datetime) -> None:
        job = received(alice, csv_of([MARY, JOHN]))
        with pytest.raises(Changed, match="First say"):
            imports.begin(job, now=now)
        plan = Plan.of(job.options)
        imports.plan(job, plan, by=alice, now=now)
        bulk_jobs.work()
        imports.plan(job, plan, by=alice, now=now)
        bulk_jobs.work()
        imports.begin(job, now=now)
        for change in (lambda: imports.begin(job, now=now), lambda: imports.plan(job, plan, by=alice, now=now)):
            with pytest.raises(Changed, match="begun already"):
                change()
        bulk_jobs.work()
        assert Lead.objects.count() == 2

    def test_a_worker_that_dies_while_it_reads_leaves_the_rest(
        self, alice: Advisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(taking_down, "_AT_ONCE", 2)
        job = received(alice, csv_of([MARY, *[JOHN] * 6]))
        imports.plan(job, Plan.of(job.options), by=alice, now=job.created_at)
        job.refresh_from_db()
        answers = iter([True, True, False])
        assert not taking_down.take_down(job, lambda: next(answers))
        assert BulkRow.objects.filter(job=job).count() == 4
        bulk_jobs.work()
        job = BulkJob.objects.select_related("file").get(pk=job.pk)
        assert figures(job) == (2, 0, 5, 0)

    def test_a_file_that_is_gone_is_said(self, alice: Advisor) -> None:
        job = received(alice, csv_of([MARY]))
        job.file.stored = "documents/00/gone.csv"
        job.file.save()
        imports.plan(job, Plan.of(job.options), by=alice, now=job.created_at)
        bulk_jobs.work()
        job.file.refresh_from_db()
        assert "gone" in job.file.trouble

    def test_drafts_and_their_files_do_not_stay(self, alice: Advisor, now: dt.datetime) -> None:
        kept, left = checked(alice, [MARY]), checked(alice, [JOHN])
        imports.discard(left, now=now)
        assert set(BulkJob.objects.all()) == {kept}
        BulkJob.objects.update(created_at=now - DRAFT_FOR - dt.timedelta(hours=1))
        bulk_tidying.tidy()
        bulk_tidying.tidy()
        assert not BulkJob.objects.exists()
        assert not BulkRow.objects.exists()
        assert LooseFile.objects.filter(not_before__lte=dt.datetime.now(dt.UTC)).count() == 2

    def test_sequences_and_webhooks_hear_of_it_when_asked(self, alice: Advisor) -> None:
        done(alice, [MARY])
        assert Event.objects.get(name="lead.created").data["unheard"] == ["sequences"]
        done(alice, [JOHN], starts_sequences=True, tells_others=False)
        assert Event.objects.filter(name="lead.created").latest("pk").data["unheard"] == ["webhooks"]
