"""Files become leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, Organization
from leads import bulk_jobs, tagging
from leads.contactability import check
from leads.importing import imports
from leads.importing.plans import Plan
from leads.models import (
    BulkRow,
    Consent,
    ConsentBasis,
    ImportKey,
    Lead,
    Source,
    Stage,
    StageRule,
)
from tests.conftest import MakeLead
from tests.leads.importing.files import (
    HEADINGS,
    JOHN,
    MARY,
    checked,
    csv_of,
    done,
    figures,
    received,
)
from tests.leads.jobs import reasons, undone
from tests.leads.totals import assert_totals_are_right

pytestmark = pytest.mark.django_db


def test_it_works(alice: Advisor, organization: Organization) -> None:
    job = done(alice, [MARY, JOHN])
    assert figures(job) == (2, 0, 0, 0)
    mary, john = Lead.objects.order_by("pk")
    assert (mary.business_name, mary.first_name, mary.phone_e164) == ("Acme", "Mary", "+14155551001")
    assert (mary.email, mary.requested_amount, mary.external_id) == ("mary@acme.example", 85000, "A-1")
    assert (mary.source, mary.import_job_id, mary.created_by) == (Source.CSV_IMPORT, job.uuid, alice)
    assert tagging.names_of([mary.pk, john.pk]) == {mary.pk: ["SBA", "Hot"]}
    fact = Event.objects.get(name="lead.created", lead_id=mary.pk)
    assert (fact.actor_label, fact.data["file"]) == ("Alice Archer", "leads.csv")
    assert not ImportKey.objects.exists()
    assert_totals_are_right(organization)


def test_nothing_is_written_about_leads_before_it_begins(alice: Advisor, make_lead: MakeLead) -> None:
    known = make_lead(phone=MARY[2], name="M.")
    job = checked(alice, [MARY, JOHN], known="overwrite")
    assert figures(job) == (1, 1, 0, 0)
    assert Lead.objects.count() == 1
    known.refresh_from_db()
    assert (known.name, known.email) == ("M.", "")
    assert not Event.objects.exclude(lead_id=None).exclude(name="lead.created").exists()


def test_rows_that_meet_an_earlier_one_are_foreseen_across_batches(
    alice: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leads.importing.action import ImportLeads

    monkeypatch.setattr(ImportLeads, "rows_at_once", 1)
    again = ["", "Mary Doe", "4155551001", "mary@acme.example", "", "", ""]
    more = ["Acme", "", "4155551001", "", "", "New", ""]
    job = done(alice, [MARY, again, more, ["", "Mary", "", "m@x.example", "", "", "A-1"]])
    assert figures(job) == (1, 1, 2, 0)


def test_a_bad_row_harms_no_other_and_says_why(alice: Advisor) -> None:
    rows = [
        MARY,
        ["X", "No address", "", "", "", "", ""],
        ["X", "Bad", "12", "not a mail", "lots", "", ""],
        ["X", "Shortened", "4.15555E+09", "", "", "", ""],
        [*JOHN, "one too many"],
        ["X", "n" * 300, "4155551003", "", "", "", ""],
    ]
    job = done(alice, rows)
    assert figures(job) == (1, 0, 0, 5)
    told = reasons(job)
    assert "neither a phone number nor an e-mail" in told[1]
    assert [word in told[2] for word in ("“12”", "“not a mail”", "“lots”")] == [True] * 3
    assert "shortened" in told[3]
    assert "more cells" in told[4]
    assert "255 characters" in told[5]


def test_rows_are_counted_as_a_spreadsheet_does(alice: Advisor) -> None:
    job = received(alice, b"Name,Phone\n\nMary,4155551001\n,,\nJohn,4155551002\n\n\n")
    assert (job.total, job.file.blank_rows) == (2, 2)
    imports.plan(job, Plan.of(job.options), by=alice, now=job.created_at)
    bulk_jobs.work()
    assert list(BulkRow.objects.order_by("number").values_list("number", flat=True)) == [3, 5]


class TestWhatIsTheSameForAll:
    def test_stage_advisor_tags_and_source(self, alice: Advisor, bob: Advisor, stages: dict[str, Stage]) -> None:
        rows = [[*MARY, "contacted", "Alice Archer"], [*JOHN, "", ""], [*JOHN[:2], "4155551003", *JOHN[3:], "x", "y"]]
        job = done(
            alice, rows, [*HEADINGS, "Stage", "Assigned to"],
            stage=stages["qualified"].pk if "qualified" in stages else stages["submitted"].pk,
            advisor=bob.pk, tags=["Expo"], source_label="Expo 2026",
        )  # fmt: skip
        mary, john = Lead.objects.order_by("phone_e164")
        assert (mary.stage.key, mary.advisor, mary.source_label) == ("contacted", alice, "Expo 2026")
        assert (john.advisor, john.stage.key == "contacted") == (bob, False)
        assert tagging.names_of([mary.pk])[mary.pk] == ["SBA", "Hot", "Expo"]
        assert reasons(job)[2] == "There is no stage “x”. Nobody here is called “y”."

    def test_a_stage_gets_what_it_asks_for(self, alice: Advisor, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(key="lost").update(asks_for=StageRule.LOST_REASON)
        rows = [[*MARY, "Lost", "Too small"], [*JOHN, "Lost", ""]]
        job = done(alice, rows, [*HEADINGS, "Stage", "Lost reason"])
        assert figures(job) == (1, 0, 0, 1)
        assert reasons(job)[1] == f"{stages['lost'].label} asks for a reason."

    def test_consent_is_recorded_and_taken_back(self, alice: Advisor, make_lead: MakeLead) -> None:
        job = done(alice, [MARY], consent=ConsentBasis.PARTNER, consent_source="Expo GmbH, contract 12")
        assert set(Consent.objects.values_list("address", "basis")) == {
            ("+14155551001", "partner_attested"), ("mary@acme.example", "partner_attested"),
        }  # fmt: skip
        undone(job, alice)
        assert not Consent.objects.filter(revoked_at=None).exists()

    def test_without_consent_no_machine_writes_to_them(
        self, alice: Advisor, organization: Organization, now: dt.datetime
    ) -> None:
        done(alice, [MARY])
        mary = Lead.objects.select_related("organization", "stage", "conversation").get()
        assert not organization.requires_consent
        assert check(mary, "sms", now).rule == "consent"
        assert check(mary, "sms", now, automated=False).rule != "consent"

    def test_do_not_call_is_kept_also_for_known_leads(self, alice: Advisor, make_lead: MakeLead) -> None:
        known = make_lead(phone=JOHN[2])
        job = done(alice, [[*MARY, "yes"], [*JOHN, "x"], ["", "N", "4155551009", "", "", "", "", "maybe"]],
                   [*HEADINGS, "Do not call"], known="skip")  # fmt: skip
        assert figures(job) == (1, 0, 1, 1)
        assert set(Lead.objects.values_list("is_do_not_call", flat=True)) == {True}
        known.refresh_from_db()
        assert known.dnc_reason == "The file leads.csv says so"


def test_batches_cost_a_fixed_number_of_statements(alice: Advisor, bob: Advisor, make_lead: MakeLead) -> None:
    def rows(first: int, number: int) -> list[list[str]]:
        return [
            ["Acme", f"N {place}", f"+1415555{place}", f"a{place}@x.example", "5", "Tag", f"id-{place}"]
            for place in range(first, first + number)
        ]

    def statements(action: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as seen:
            action()
        return len(seen)

    for known in ("fill", "overwrite", "new"):
        costs = []
        for first, number in ((2000, 4), (3000, 40)):
            for place in range(first, first + number, 2):
                make_lead(phone=f"+1415555{place}", name="Old", organization=alice.organization)
            job = received(alice, csv_of(rows(first, number)))
            plan = Plan.of({**job.options, "known": known})
            imports.plan(job, plan, by=alice, now=job.created_at)
            trying = statements(bulk_jobs.work)
            job.refresh_from_db()
            imports.begin(job, now=job.created_at)
            doing = statements(bulk_jobs.work)
            job.refresh_from_db()
            bulk_jobs.undo(job, by=Actor.advisor(alice), now=dt.datetime.now(dt.UTC))
            costs.append((trying, doing, statements(bulk_jobs.work)))
            Lead.objects.all().delete()
        assert all(more <= few for few, more in zip(*costs, strict=True)), (known, costs)
