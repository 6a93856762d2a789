"""The page of what is held about a borrower: a copy, a hold, an end; for managers, and who shows who they are."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils.http import urlencode

from crm.models import Actor, Advisor, Event
from leads import borrower_export, call_recordings, documents, holds, messaging, stored_files
from leads.models import BorrowerExport, Call, ErasedLead, Lead, LegalHold, LooseFile
from leads.notes import add_note
from tests.conftest import PASSWORD, ClientOf, MakeLead
from tests.leads.files import upload
from tests.leads.sounds import mp3

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Mary Miller", phone="+14155550123", email="mary@example.com")


def page(lead: Lead, below: str = "") -> str:
    return f"/leads/{lead.uuid}/privacy{below}"


def test_it_works(client_of: ClientOf, alice: Advisor, lead: Lead, make_lead: MakeLead, now: dt.datetime) -> None:
    twin = make_lead(name="M. Miller", email="MARY@example.com")
    add_note(lead, body="Prefers mornings", by_advisor=alice, now=now)
    answer = client_of(alice).get(page(lead)).content.decode()
    assert "What is held about Mary Miller" in answer
    assert str(twin.uuid) in answer
    assert "Notes: 1" in answer


def test_advisors_do_not(client_of: ClientOf, bob: Advisor, lead: Lead) -> None:
    client = client_of(bob)
    assert client.get(page(lead)).status_code == 403
    for below in ("/exports", "/hold", "/erasure"):
        assert client.post(page(lead, below), {"typed": "ERASE", "reason": "x"}).status_code == 403
    assert not ErasedLead.objects.exists()


class TestACopy:
    def test_holds_all_rows_and_files(
        self, client_of: ClientOf, alice: Advisor, lead: Lead, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        messaging.receive(lead.organization, address="+14155550123", body="How much may I borrow?", now=now)
        documents.hand_in(lead, upload("../w9.pdf"), by=Actor.borrower("Mary"), now=now)
        call = Call.objects.create(organization=lead.organization, lead=lead, phone="x", started_at=now, ended_at=now)
        call_recordings.keep(call, upload("call.mp3", mp3()), by=Actor.advisor(alice), now=now)
        stranger = make_lead(name="Somebody Else")
        client = client_of(alice)
        client.post(page(lead, "/exports"))
        assert borrower_export.build_waiting() == 1
        export = BorrowerExport.objects.get()
        answer = client.get(page(lead, f"/exports/{export.uuid}"))
        archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))  # type: ignore[attr-defined]
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"))
        assert [each["name"] for each in data["leads"]] == ["Mary Miller"]
        assert [each["body"] for each in data["messages"]] == ["How much may I borrow?"]
        assert {"lead.created", "message.received", "document.received"} <= {each["name"] for each in data["events"]}
        assert "Somebody Else" not in archive.read("data.json").decode()
        assert stranger.pk not in {each["id"] for each in data["leads"]}
        names = [name for name in archive.namelist() if name != "data.json"]
        assert {name.partition("/")[0] for name in names} == {"documents", "recordings"}
        assert not any(".." in name for name in names)
        assert archive.read(next(name for name in names if name.startswith("documents"))).startswith(b"%PDF")
        told = Event.objects.filter(name__startswith="borrower.").values_list("name", "actor_id")
        assert set(told) == {("borrower.exported", alice.pk), ("borrower.export_taken", alice.pk)}

    def test_is_gone_after_a_week(self, client_of: ClientOf, alice: Advisor, lead: Lead, now: dt.datetime) -> None:
        export = borrower_export.ask(lead, by_advisor=alice, now=now)
        borrower_export.build_waiting()
        export.refresh_from_db()
        path = Path(site.MEDIA_ROOT) / export.file
        assert path.exists()
        BorrowerExport.objects.update(expires_at=now)
        LooseFile.objects.update(not_before=now)
        assert client_of(alice).get(page(lead, f"/exports/{export.uuid}")).status_code == 404
        borrower_export.build_waiting()
        stored_files.sweep()
        assert not BorrowerExport.objects.exists()
        assert not path.exists()

    def test_is_made_once_by_two_workers(self, alice: Advisor, lead: Lead, now: dt.datetime) -> None:
        borrower_export.ask(lead, by_advisor=alice, now=now)
        assert (borrower_export.build_waiting(), borrower_export.build_waiting()) == (1, 0)

    def test_of_a_dead_worker_is_made_by_another(self, alice: Advisor, lead: Lead, now: dt.datetime) -> None:
        borrower_export.ask(lead, by_advisor=alice, now=now)
        BorrowerExport.objects.update(claimed_at=now)
        assert borrower_export.build_waiting() == 0
        BorrowerExport.objects.update(claimed_at=now - dt.timedelta(hours=1))
        assert borrower_export.build_waiting() == 1


class TestAHold:
    def test_is_placed_and_lifted(self, client_of: ClientOf, alice: Advisor, lead: Lead) -> None:
        client = client_of(alice)
        client.post(page(lead, "/hold"), {"reason": "Miller v. Acme"})
        assert "Miller v. Acme" in client.get(page(lead)).content.decode()
        client.post(f"/leads/{lead.uuid}/deletion")
        lead.refresh_from_db()
        assert lead.deleted_at is None
        client.post(page(lead, "/hold"), {"lift": "1"})
        hold = LegalHold.objects.get()
        assert (hold.placed_by, hold.lifted_by) == ("Alice Archer", "Alice Archer")
        assert list(Event.objects.filter(name__startswith="lead.hold").values_list("name", flat=True)) == [
            "lead.hold_placed",
            "lead.hold_lifted",
        ]

    def test_needs_a_reason(self, client_of: ClientOf, alice: Advisor, lead: Lead) -> None:
        assert client_of(alice).post(page(lead, "/hold"), {"reason": " "}).status_code == 422
        assert not LegalHold.objects.exists()


class TestAnErasure:
    def test_needs_the_word(self, client_of: ClientOf, alice: Advisor, lead: Lead) -> None:
        client = client_of(alice)
        assert client.post(page(lead, "/erasure"), {"typed": "yes"}).status_code == 422
        assert not ErasedLead.objects.exists()
        client.post(page(lead, "/erasure"), {"typed": "erase"})
        assert ErasedLead.objects.get().erased_by == "Alice Archer"
        assert client.get(page(lead)).status_code == 404

    def test_reaches_what_staff_did_to_the_lead(self, client_of: ClientOf, alice: Advisor, lead: Lead) -> None:
        LogEntry.objects.create(
            user=alice.user, content_type=ContentType.objects.get_for_model(Lead), object_id=str(lead.pk),
            object_repr="Mary Miller", action_flag=2,
        )  # fmt: skip
        client_of(alice).post(page(lead, "/erasure"), {"typed": "ERASE"})
        assert ErasedLead.objects.exists()
        assert not LogEntry.objects.exists()

    def test_is_refused_while_a_hold_stands(
        self, client_of: ClientOf, alice: Advisor, lead: Lead, now: dt.datetime
    ) -> None:
        holds.place(lead, reason="x", by=Actor.system(), now=now)
        client = client_of(alice)
        assert "A legal hold stands in the way" in client.get(page(lead)).content.decode()
        client.post(page(lead, "/erasure"), {"typed": "ERASE"})
        assert not ErasedLead.objects.exists()


class TestWhoIsAskedAgain:
    @pytest.fixture
    def stale(self, client_of: ClientOf, alice: Advisor) -> Client:
        """Alice signed in an hour ago. Her password is hashed as it should be: a weaker one would be hashed anew."""
        alice.user.set_password(PASSWORD)
        alice.user.save()
        client = client_of(alice)
        session = client.session
        session["account_authentication_methods"][0]["at"] -= 3600
        session.save()
        return client

    @pytest.mark.parametrize("url", ["/settings/keys/new", "/leads/export"])
    def test_for_keys_and_exports(self, stale: Client, url: str) -> None:
        answer = stale.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/reauthenticate/?next=%2F")

    def test_for_copies_and_erasures(self, stale: Client, lead: Lead) -> None:
        here = f"http://testserver{page(lead)}"
        for below in ("/exports", "/erasure"):
            answer = stale.post(page(lead, below), {"typed": "ERASE"}, headers={"referer": here})
            assert answer["Location"] == f"/account/reauthenticate/?{urlencode({'next': page(lead)})}"
        assert not ErasedLead.objects.exists()
        assert not BorrowerExport.objects.exists()

    def test_only_until_they_have_answered(self, stale: Client) -> None:
        asked = stale.get("/settings/keys/new")["Location"]
        assert stale.get(asked).status_code == 200
        answer = stale.post(asked, {"password": PASSWORD})
        assert answer["Location"] == "/settings/keys/new"
        assert stale.get("/settings/keys/new").status_code == 200

    def test_and_no_stranger_says_where_they_go_back_to(self, stale: Client, lead: Lead) -> None:
        answer = stale.post(page(lead, "/exports"), headers={"referer": "https://evil.example/x"})
        assert answer["Location"].endswith("next=%2F")

    def test_what_htmx_asks_for_is_loaded_as_a_page(self, stale: Client) -> None:
        answer = stale.get("/leads/export", headers={"hx-request": "true"})
        assert answer["HX-Redirect"].startswith("/account/reauthenticate/")
