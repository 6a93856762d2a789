"""Files of leads: each row once, every row accounted for, and an undo that respects what others did since."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, Organization
from crm.models.organization import LeadVisibility
from leads import bulk_jobs, bulk_tidying, pipeline, tagging, tallies
from leads.contactability import check
from leads.editing import change_lead
from leads.errors import Changed
from leads.importing import imports, taking_down
from leads.importing.plans import Plan
from leads.importing.tables import Unreadable
from leads.models import (
    DRAFT_FOR,
    BulkJob,
    BulkRow,
    Consent,
    ConsentBasis,
    ImportKey,
    JobState,
    Lead,
    LooseFile,
    Source,
    Stage,
    StageRule,
)
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
HEADINGS = ["Company", "Name", "Phone", "E-mail", "Amount", "Tags", "Lead ID"]
MARY = ["Acme", "Mary Doe", "(415) 555-1001", "mary@acme.example", "$85,000", "SBA, Hot", "A-1"]
JOHN = ["Bolt", "John Roe", "415-555-1002", "", "", "", ""]


def csv_of(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    return "\n".join(lines).encode()


def received(by: Advisor, content: bytes, name: str = "leads.csv") -> BulkJob:
    return imports.receive(by, SimpleUploadedFile(name, content), now=dt.datetime.now(dt.UTC))


def checked(by: Advisor, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, **plan: Any) -> BulkJob:
    job = received(by, csv_of(rows, headings))
    wanted = Plan.of({**job.options, **plan})
    imports.plan(job, wanted, by=by, now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job.refresh_from_db()
    assert (job.state, job.file.trouble) == (JobState.DRAFT, "")
    return BulkJob.objects.select_related("file").get(pk=job.pk)


def begun(job: BulkJob) -> BulkJob:
    imports.begin(job, now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job = BulkJob.objects.select_related("file").get(pk=job.pk)
    assert job.state == JobState.DONE
    return job


def done(by: Advisor, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, **plan: Any) -> BulkJob:
    """What was foreseen is what happens, whatever is tried."""
    job = checked(by, rows, headings, **plan)
    foreseen = outcome(job)
    job = begun(job)
    assert outcome(job) == foreseen
    return job


def undone(job: BulkJob, by: Advisor) -> BulkJob:
    bulk_jobs.undo(job, by=Actor.advisor(by), now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job.refresh_from_db()
    assert job.state == JobState.UNDONE
    return job


def outcome(job: BulkJob) -> dict[str, Any]:
    rows = BulkRow.objects.filter(job=job).order_by("number")
    assert job.done + job.unchanged + job.refused == job.total == len(rows)
    assert job.file.created + job.file.updated == job.done
    return {
        "figures": (job.file.created, job.file.updated, job.unchanged, job.refused),
        "rows": [(row.number, row.state, row.reason) for row in rows],
    }


def figures(job: BulkJob) -> tuple[int, int, int, int]:
    counts: tuple[int, int, int, int] = outcome(job)["figures"]
    return counts


def reasons(job: BulkJob) -> list[str]:
    return list(BulkRow.objects.filter(job=job).order_by("number").values_list("reason", flat=True))


def check_totals(organization: Organization) -> None:
    kept = tallies.stage_totals(organization)
    tallies.recount(organization)
    counted = tallies.stage_totals(organization)
    assert {key: value for key, value in kept.items() if value.leads} == {
        key: value for key, value in counted.items() if value.leads
    }


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
    check_totals(organization)


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


class TestKnownLeads:
    @pytest.fixture
    def known(self, make_lead: MakeLead) -> Lead:
        return make_lead(phone=MARY[2], name="M. Dee", business_name="", tags=["VIP"])

    def test_what_is_empty_is_filled(self, known: Lead, alice: Advisor, organization: Organization) -> None:
        assert figures(done(alice, [MARY, MARY])) == (0, 1, 1, 0)
        known.refresh_from_db()
        assert (known.name, known.business_name, known.external_id) == ("M. Dee", "Acme", "A-1")
        assert tagging.names_of([known.pk])[known.pk] == ["VIP", "SBA", "Hot"]
        check_totals(organization)

    def test_it_is_overwritten_but_not_by_empty_cells(self, known: Lead, alice: Advisor) -> None:
        change_lead(known, {"industry": "Food", "email": "old@acme.example"}, by=Actor.system(), now=known.created_at)
        stage = known.stage
        job = done(alice, [[*MARY, ""]], [*HEADINGS, "Industry"], known="overwrite")
        assert figures(job) == (0, 1, 0, 0)
        known.refresh_from_db()
        assert (known.name, known.first_name, known.email) == ("Mary Doe", "Mary", "mary@acme.example")
        assert (known.industry, known.stage) == ("Food", stage)
        fact = Event.objects.filter(name="lead.updated", lead_id=known.pk).latest("pk")
        assert fact.data["changes"]["email"] == ["old@acme.example", "mary@acme.example"]

    def test_another_phone_number_moves_what_hangs_on_it(
        self, make_lead: MakeLead, alice: Advisor, organization: Organization
    ) -> None:
        first = make_lead(phone="+14155550171", external_id="A-1")
        second = make_lead(phone="+14155550171")
        job = done(alice, [MARY], known="overwrite")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.phone_e164, second.duplicate_of) == ("+14155551001", None)
        check_totals(organization)
        undone(job, alice)
        first.refresh_from_db()
        assert (first.phone_e164, first.name) == ("+14155551001", first.name)  # the old one has an owner by now
        check_totals(organization)

    def test_it_is_left_alone(self, known: Lead, alice: Advisor) -> None:
        job = done(alice, [MARY, JOHN], known="skip", consent=ConsentBasis.PARTNER, consent_source="Partner")
        assert figures(job) == (1, 0, 1, 0)
        known.refresh_from_db()
        assert (known.name, known.business_name) == ("M. Dee", "")
        assert not Consent.objects.filter(address=known.address).exists()

    def test_a_second_lead_is_made(self, known: Lead, alice: Advisor, organization: Organization) -> None:
        assert figures(done(alice, [MARY, MARY, JOHN, JOHN], known="new")) == (4, 0, 0, 0)
        marys = Lead.objects.filter(phone_e164="+14155551001").order_by("pk")
        assert [lead.duplicate_of for lead in marys] == [None, known, known]
        johns = Lead.objects.filter(phone_e164="+14155551002").order_by("-position")
        assert johns.filter(duplicate_of=None).count() == 1
        check_totals(organization)

    def test_whom_the_advisor_does_not_see_is_neither_shown_nor_touched(
        self, known: Lead, alice: Advisor, bob: Advisor, organization: Organization
    ) -> None:
        organization.advisors_see = LeadVisibility.OWN
        organization.save()
        pipeline.assign_to(known, alice, by=Actor.system(), now=known.created_at)
        job = done(bob, [MARY, JOHN])
        assert figures(job) == (1, 0, 0, 1)
        assert "colleague" in reasons(job)[0]

    def test_a_stranger_to_the_organization_is_not_known(self, charlie: Advisor, known: Lead) -> None:
        assert figures(done(charlie, [MARY])) == (1, 0, 0, 0)
        assert Lead.objects.filter(organization=charlie.organization).count() == 1

    def test_two_leads_in_one_row_are_refused(self, known: Lead, make_lead: MakeLead, alice: Advisor) -> None:
        make_lead(external_id="A-1")
        job = done(alice, [MARY])
        assert "two different leads" in reasons(job)[0]


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


class TestUndo:
    def test_new_leads_go_and_known_ones_are_as_before(
        self, alice: Advisor, make_lead: MakeLead, organization: Organization
    ) -> None:
        known = make_lead(phone=MARY[2], name="M. Dee", tags=["VIP"])
        columns = [field.name for field in Lead._meta.concrete_fields if field.name not in ("updated_at",)]
        before = Lead.objects.filter(pk=known.pk).values(*columns).get()
        job = undone(done(alice, [MARY, JOHN], known="overwrite"), alice)
        assert (job.undone, job.kept) == (2, 0)
        assert Lead.objects.filter(pk=known.pk).values(*columns).get() == before
        assert tagging.names_of([known.pk])[known.pk] == ["VIP"]
        assert list(Lead.objects.live()) == [known]
        check_totals(organization)

    def test_what_others_did_since_stays_and_is_named(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, organization: Organization
    ) -> None:
        known = make_lead(phone=MARY[2], name="M. Dee")
        job = done(alice, [MARY, JOHN, ["", "Ann", "4155551003", "", "", "", ""]])
        later = dt.datetime.now(dt.UTC)
        change_lead(known, {"email": "other@acme.example", "tags": ["Hot"]}, by=Actor.advisor(bob), now=later)
        john = Lead.objects.get(phone_e164="+14155551002")
        change_lead(john, {"industry": "Food"}, by=Actor.advisor(bob), now=later)
        job = undone(job, alice)
        assert (job.undone, job.kept) == (1, 2)
        assert reasons(job) == [
            "Somebody has changed this since, and it stays: E-mail, Tags.",
            "Bob Baker has worked on it since.",
            "",
        ]
        known.refresh_from_db()
        assert (known.email, known.business_name, known.external_id) == ("other@acme.example", "", "")
        assert set(Lead.objects.live()) == {known, john}
        check_totals(organization)

    def test_rows_about_one_person_are_undone_in_the_opposite_order(
        self, alice: Advisor, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from leads.importing.action import ImportLeads

        monkeypatch.setattr(ImportLeads, "rows_at_once", 1)
        job = done(alice, [JOHN, ["", "", "4155551002", "j@x.example", "", "", ""]])
        assert figures(job) == (1, 1, 0, 0)
        assert (undone(job, alice).undone, Lead.objects.live().count()) == (2, 0)
        check_totals(organization)


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


class TestFiles:
    def test_a_workbook(self, alice: Advisor) -> None:
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        sheet = book.add_worksheet("Leads")
        sheet.write_row(0, 0, ["Name", "Phone", "Zip", "DOB", "Amount", "In business since"])
        date = book.add_format({"num_format": "mm/dd/yyyy"})
        sheet.write_row(1, 0, ["Mary", 4155551001.0, 2139.0])
        sheet.write_datetime(1, 3, dt.date(1980, 1, 31), date)
        sheet.write_formula(1, 4, "=80000+5000", None, 85000)
        sheet.write(1, 5, "3/4/2020")
        book.add_worksheet("Other")
        book.close()
        job = received(alice, content.getvalue(), "Leads 2026.xlsx")
        assert job.file.sheet == "Leads"
        imports.plan(job, Plan.of({**job.options, "day_first": True}), by=alice, now=job.created_at)
        bulk_jobs.work()
        begun(job)
        lead = Lead.objects.get()
        assert (lead.phone_e164, lead.postal_code, lead.date_of_birth) == ("+14155551001", "02139", "1980-01-31")
        assert (lead.requested_amount, lead.start_date) == (85000, "2020-04-03")

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            ("Name;Phone\nJosé;4155551001\n".encode("cp1252"), "a.csv"),
            ("Name\tPhone\nJosé\t4155551001\n".encode("utf-16"), "a.txt"),
            ("\ufeffName,Phone\nJosé,4155551001\n".encode(), "a.csv"),
            ("sep=;\nName;Phone\nJosé;4155551001\n".encode(), "a.csv"),
        ],
    )
    def test_text_however_it_was_written(self, alice: Advisor, content: bytes, name: str) -> None:
        job = received(alice, content, name)
        assert (job.file.headings, job.file.sample[0][1:]) == (["Name", "Phone"], ["José", "4155551001"])

    def test_cells_may_hold_line_breaks_and_headings_repeat(self, alice: Advisor) -> None:
        job = received(alice, b'Phone,Phone,,Notes\n4155551001,4155551002,x,"two\nlines"\n')
        assert job.file.headings == ["Phone", "Phone (2)", "Column 3", "Notes"]
        assert job.file.sample == [[2, "4155551001", "4155551002", "x", "two\nlines"]]

    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"", "a.csv", "empty"),
            (b"\n\n", "a.csv", "not even a row of headings"),
            (b"Name,Phone\n", "a.csv", "no row below"),
            (b"x", "a.pdf", "CSV or an Excel"),
            (b"x", "a.xls", "save this file as"),
            (b"PK nonsense", "a.xlsx", "no Excel file"),
            (b"a," * 250 + b"\n", "a.csv", "more than 200 columns"),
        ],
    )
    def test_what_can_not_be_read_is_said(self, alice: Advisor, content: bytes, name: str, words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            received(alice, content, name)
        assert not BulkJob.objects.exists()

    def test_a_workbook_that_would_fill_the_memory_is_refused(self, alice: Advisor) -> None:
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Phone")
        sheet.write(1_048_575, 16_383, "far away")
        book.close()
        with pytest.raises(Unreadable, match="too large"):
            received(alice, content.getvalue(), "a.xlsx")

    @pytest.mark.parametrize(("parts", "each"), [(2_001, 1), (6, 100_000_000)])
    def test_an_archive_of_too_much_is_not_unpacked(self, alice: Advisor, parts: int, each: int) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number in range(parts):
                with archive.open(f"{number}.xml", "w") as part:
                    for _ in range(max(1, each // 1_000_000)):
                        part.write(b" " * min(each, 1_000_000))
        with pytest.raises(Unreadable, match="too large once it is unpacked"):
            received(alice, content.getvalue(), "a.xlsx")

    def test_there_is_a_most_of_rows(self, alice: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imports, "MOST_ROWS", 1)
        with pytest.raises(Unreadable, match="more than"):
            received(alice, csv_of([MARY, JOHN]))


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
