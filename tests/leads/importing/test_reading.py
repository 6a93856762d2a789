"""What can be read, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from crm.models import Advisor
from leads import bulk_jobs
from leads.importing import imports
from leads.importing.plans import Plan
from leads.importing.tables import Unreadable
from leads.models import BulkJob, Lead
from tests.leads.importing.files import JOHN, MARY, begun, csv_of, received

pytestmark = pytest.mark.django_db


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
