"""Files out of the administration, and the do-not-call list into it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, Event, Organization
from leads.models import DoNotCall, Message
from tests.conftest import MakeLead
from tests.crm.conftest import page
from tests.staff import confirm, staff_client

LIST = "leads.donotcall"


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


class TestExport:
    def test_it_works(self, staff: Client, make_lead: MakeLead, alice: Advisor) -> None:
        make_lead(name="Mary van Dyke", advisor=alice)
        answer = staff.get(page("leads.lead", "export"))
        assert answer.headers["Content-Type"] == "text/csv"
        [row] = rows(answer)
        assert (row["name"], row["stage__label"], row["advisor__user__email"]) == (
            *("Mary van Dyke", "New Lead"),
            alice.user.email,
        )

    def test_no_cell_is_a_formula(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead(name='=HYPERLINK("https://evil.example")', phone="+14155550123")
        [row] = rows(staff.get(page("leads.lead", "export")))
        assert row["name"].startswith("'=")
        assert row["phone"] == "+14155550123"

    def test_it_holds_what_the_list_shows(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead(name="Mary")
        make_lead(name="Zoe")
        assert [row["name"] for row in rows(staff.get(page("leads.lead", "export"), {"q": "zoe"}))] == ["Zoe"]

    def test_many_cost_no_more_statements(self, staff: Client, make_lead: MakeLead, alice: Advisor) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                staff.get(page("leads.lead", "export"))
            return len(queries)

        make_lead(advisor=alice)
        few = statements()
        for _ in range(9):
            make_lead(advisor=alice)
        assert statements() == few

    @pytest.mark.parametrize("name", ["leads.tag", "leads.stage", "crm.advisor", LIST])
    def test_other_tables(self, staff: Client, make_lead: MakeLead, alice: Advisor, name: str) -> None:
        make_lead(tags=["SBA"])
        staff.post(page(LIST, "add"), {"organization": alice.organization_id, "address": "+14155550123", "reason": "x"})
        found = rows(staff.get(page(name, "export")))
        assert found
        assert {row["organization__public_id"] for row in found} == {alice.organization.public_id}

    def test_it_is_on_record(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead()
        staff.get(page("leads.lead", "export"))
        entry = LogEntry.objects.get()
        assert (entry.change_message, entry.user.email) == ("Exported 1 rows as a file.", "root@leadwright.example")

    def test_it_asks_who_it_is(self, staff: Client, make_lead: MakeLead) -> None:
        make_lead(name="Mary")
        confirm(staff, seconds_ago=901)
        answer = staff.get(page("leads.lead", "export"))
        assert answer.status_code == 302
        assert b"Mary" not in answer.content

    def test_whoever_may_not_change_takes_nothing_away(self, organization: Organization) -> None:
        assert staff_client("clerk@leadwright.example").get(page("leads.lead", "export")).status_code == 403


class TestBringingInAList:
    URL = "/admin/leads/donotcall/bring-in/"

    def form(self, organization: Organization, **changes: Any) -> dict[str, Any]:
        return {"organization": organization.public_id, "reason": "State list, November"} | changes

    def test_it_works(self, staff: Client, organization: Organization, make_lead: MakeLead, now: Any) -> None:
        lead = make_lead(phone="+14155550123")
        text = "phone,name\n(415) 555-0123,Mary\n415.555.0124,Zoe\nMARY@Example.com,\n415.555.0124,again\n"
        file = SimpleUploadedFile("list.csv", text.encode())
        answer = staff.post(self.URL, self.form(organization, file=file))
        assert answer.context["unread"] == ["phone,name"]
        listed = DoNotCall.objects.filter(organization=organization, kind="do_not_call", lifted_at=None)
        assert set(listed.values_list("address", flat=True)) == {"+14155550123", "+14155550124", "mary@example.com"}
        assert Event.objects.get(name="contact.suppressed").lead_id == lead.pk

    def test_what_waits_is_cancelled(self, staff: Client, organization: Organization, now: Any) -> None:
        from leads.models import Conversation

        talk = Conversation.objects.create(organization=organization, address="+14155550123")
        about = {"direction": "out", "channel": "sms", "author": "sequence", "state": "queued"}
        Message.objects.create(
            organization=organization, conversation=talk, address=talk.address, not_before=now, created_at=now, **about
        )
        assert staff.post(self.URL, self.form(organization, text="+14155550123")).status_code == 302
        assert Message.objects.get().state == "cancelled"

    def test_it_costs_so_many_statements(self, staff: Client, organization: Organization) -> None:
        def statements(*numbers: int) -> int:
            text = "\n".join(f"+1415555{number:04}" for number in numbers)
            with CaptureQueriesContext(connection) as queries:
                assert staff.post(self.URL, self.form(organization, text=text)).status_code == 302
            return len(queries)

        assert statements(*range(200, 300)) <= statements(199) + 1

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"text": "nobody, nothing"}, "no phone number or e-mail address"),
            ({"text": "+14155550123", "organization": "acc_unknown"}, "Select a valid choice"),
            ({"text": "+14155550123", "reason": ""}, "This field is required"),
            ({"file": SimpleUploadedFile("list.csv", b"\xff\xfe\x00")}, "read as a CSV file"),
        ],
    )
    def test_it_says_what_is_wrong(
        self, staff: Client, organization: Organization, wrong: dict[str, Any], words: str
    ) -> None:
        answer = staff.post(self.URL, self.form(organization) | wrong)
        assert words in answer.content.decode()
        assert not DoNotCall.objects.exists()

    def test_only_who_may_add(self, organization: Organization) -> None:
        clerk = staff_client("clerk@leadwright.example")
        assert clerk.post(self.URL, self.form(organization, text="+14155550123")).status_code == 403
        assert not DoNotCall.objects.exists()
