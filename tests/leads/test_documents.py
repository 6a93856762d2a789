"""Papers of a lead: handed in, served, replaced, removed, and never left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from crm.models import Actor, Advisor, Event, Organization
from leads import checklists, documents, pipeline, requirements, stored_files
from leads.errors import Changed
from leads.models import ChecklistItem, Document, ItemStatus, Lead, LooseFile
from leads.uploads import UploadRefused
from tests.conftest import ClientOf, MakeLead
from tests.leads.files import pdf, picture, upload
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("files")
HTMX = {"HX-Request": "true"}
type Ask = Callable[..., checklists.Item]


@pytest.fixture
def lead(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(name="Mary Jones", advisor=alice)


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def ask(lead: Lead, now: dt.datetime) -> Ask:
    def asked(name: str = "Bank statement", of: Lead = lead, **fields: Any) -> checklists.Item:
        row = checklists.ask(of, name=name, by=Actor.system(), now=now, **fields)
        found = checklists.item_named(of, f"asked-{row.pk}")
        assert found
        return found

    return asked


def stored(files: Path) -> int:
    return sum(path.is_file() for path in files.rglob("*"))


def told(lead: Lead) -> list[str]:
    names = Event.objects.filter(lead_id=lead.pk).order_by("pk").values_list("name", flat=True)
    return [name for name in names if name != "lead.created"]


class TestHandingIn:
    def test_it_works(self, lead: Lead, ask: Ask, alice: Advisor, now: dt.datetime, files: Path) -> None:
        by = Actor.advisor(alice)
        document = documents.hand_in(lead, upload("June.pdf"), item=ask(), by=by, by_advisor=alice, now=now)
        assert document.file.read() == pdf()
        item = checklists.items_of(lead)[0]
        assert item.is_done
        assert item.row == document.item
        assert told(lead) == [
            "checklist.item_asked",
            "checklist.item_collected",
            "checklist.completed",
            "document.received",
        ]
        assert stored(files) == 1
        assert not LooseFile.objects.exists()

    def test_names_in_storage_say_nothing(self, lead: Lead, now: dt.datetime, files: Path) -> None:
        first, second = (
            documents.hand_in(lead, upload(f"Mary {n}.pdf", pdf() + b"\n" * n), by=Actor.system(), now=now)
            for n in (1, 2)
        )
        assert first.file.name != second.file.name
        assert "Mary" not in first.file.name
        path = files / first.file.name
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0

    def test_it_answers_a_requirement_that_nobody_had_touched(
        self, lead: Lead, organization: Organization, now: dt.datetime
    ) -> None:
        requirements.add(organization=organization, name="Licence", by=Actor.system(), now=now)
        item = checklists.items_of(lead)[0]
        document = documents.hand_in(lead, upload("me.jpg", picture()), item=item, by=Actor.system(), now=now)
        assert document.item == ChecklistItem.objects.get()
        assert checklists.items_of(lead)[0].is_done

    def test_the_same_file_is_kept_once(self, lead: Lead, ask: Ask, now: dt.datetime, files: Path) -> None:
        item = ask()
        first = documents.hand_in(lead, upload("June.pdf"), item=item, by=Actor.system(), now=now)
        again = documents.hand_in(lead, upload("June again.pdf"), item=item, by=Actor.system(), now=now)
        assert again == first
        assert Document.objects.count() == 1
        LooseFile.objects.update(not_before=now - dt.timedelta(1))
        assert stored_files.sweep() == 1
        assert stored(files) == 1
        assert documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now) != first

    def test_a_second_file_leaves_the_item_as_it_is(self, lead: Lead, ask: Ask, now: dt.datetime) -> None:
        item = ask()
        for number in (1, 2):
            content = pdf() + b"\n" * number
            documents.hand_in(lead, upload(f"{number}.pdf", content), item=item, by=Actor.system(), now=now)
        assert told(lead).count("checklist.item_collected") == 1

    def test_refused_files_leave_nothing(self, lead: Lead, ask: Ask, now: dt.datetime, files: Path) -> None:
        with pytest.raises(UploadRefused):
            documents.hand_in(lead, upload("June.exe"), item=ask(), by=Actor.system(), now=now)
        assert stored(files) == 0
        assert not LooseFile.objects.exists()
        assert not checklists.items_of(lead)[0].is_done

    def test_a_lead_holds_so_many(self, lead: Lead, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "MOST_OF_LEAD", 1)
        documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now)
        with pytest.raises(UploadRefused):
            documents.hand_in(lead, upload("July.pdf", pdf() + b"\n"), by=Actor.system(), now=now)

    def test_who_is_deleted_meanwhile_gets_nothing(self, lead: Lead, now: dt.datetime, files: Path) -> None:
        pipeline.delete_lead(Lead.objects.get(pk=lead.pk), by=Actor.system(), now=now)
        with pytest.raises(Changed):
            documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now)
        LooseFile.objects.update(not_before=now - dt.timedelta(1))
        stored_files.sweep()
        assert stored(files) == 0


class TestRemoving:
    def test_it_takes_the_file_and_opens_the_item(self, lead: Lead, ask: Ask, now: dt.datetime, files: Path) -> None:
        document = documents.hand_in(lead, upload("June.pdf"), item=ask(), by=Actor.system(), now=now)
        documents.remove(document, by=Actor.system(), now=now)
        assert not Document.objects.exists()
        assert stored_files.sweep() == 1
        assert stored(files) == 0
        assert checklists.items_of(lead)[0].status == ItemStatus.PENDING
        assert told(lead)[-2:] == ["document.removed", "checklist.item_reopened"]
        documents.remove(document, by=Actor.system(), now=now)  # twice does no harm
        assert told(lead).count("document.removed") == 1

    def test_an_item_with_another_paper_stays_done(self, lead: Lead, ask: Ask, now: dt.datetime) -> None:
        item = ask()
        first = documents.hand_in(lead, upload("1.pdf"), item=item, by=Actor.system(), now=now)
        documents.hand_in(lead, upload("2.pdf", pdf() + b"\n"), item=item, by=Actor.system(), now=now)
        documents.remove(first, by=Actor.system(), now=now)
        assert checklists.items_of(lead)[0].is_done

    def test_a_replacement_takes_the_place(self, lead: Lead, ask: Ask, now: dt.datetime, files: Path) -> None:
        item = ask()
        old = documents.hand_in(lead, upload("Old.pdf"), item=item, by=Actor.system(), now=now)
        new = upload("New.pdf", pdf() + b"\n")
        documents.hand_in(lead, new, item=item, by=Actor.system(), now=now, instead_of=old)
        assert [document.name for document in lead.documents.all()] == ["New.pdf"]
        assert checklists.items_of(lead)[0].is_done
        gone = Event.objects.get(name="document.removed")
        assert (gone.data["file"], gone.data["replaced_by"]) == ("Old.pdf", "New.pdf")
        stored_files.sweep()
        assert stored(files) == 1

    def test_with_the_lead_go_its_papers(self, lead: Lead, ask: Ask, now: dt.datetime, files: Path) -> None:
        documents.hand_in(lead, upload("June.pdf"), item=ask(), by=Actor.system(), now=now)
        documents.hand_in(lead, upload("me.jpg", picture()), by=Actor.system(), now=now)
        pipeline.delete_lead(lead, by=Actor.system(), now=now)
        assert not Document.objects.exists()
        assert stored_files.sweep() == 2
        assert stored(files) == 0


class TestStoredFiles:
    @pytest.mark.django_db(transaction=True)
    def test_what_nobody_took_is_swept_after_its_time(self, now: dt.datetime, files: Path) -> None:
        name = stored_files.put(upload("x.pdf"), suffix="pdf", now=now)
        assert stored_files.sweep() == 0
        LooseFile.objects.update(not_before=now)
        assert stored_files.sweep() == 1
        assert not default_storage.exists(name)
        with pytest.raises(Changed), transaction.atomic():
            stored_files.take(name)

    @pytest.mark.django_db(transaction=True)
    def test_a_transaction_that_fails_leaves_the_file_loose(self, now: dt.datetime) -> None:
        name = stored_files.put(upload("x.pdf"), suffix="pdf", now=now)
        with transaction.atomic():
            stored_files.take(name)
            transaction.set_rollback(True)
        assert LooseFile.objects.get().name == name

    @pytest.mark.django_db(transaction=True)
    def test_a_storage_that_fails_is_swept_later(
        self, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, files: Path
    ) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise OSError("No space left")

        monkeypatch.setattr(default_storage._wrapped, "_save", broken)  # type: ignore[attr-defined]
        with pytest.raises(OSError, match="No space"):
            stored_files.put(upload("x.pdf"), suffix="pdf", now=now)
        assert LooseFile.objects.count() == 1
        LooseFile.objects.update(not_before=now)
        assert stored_files.sweep() == 1  # a name without a file is swept as well

    @pytest.mark.django_db(transaction=True)
    def test_many_sweep_at_once(self, now: dt.datetime, files: Path) -> None:
        for _ in range(5):
            stored_files.put(upload("x.pdf"), suffix="pdf", now=now)
        LooseFile.objects.update(not_before=now)
        at_once(lambda _: stored_files.sweep(), 5)
        stored_files.sweep()  # what one of them passed over
        assert stored(files) == 0
        assert not LooseFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_hand_in_the_same_file_at_once(lead: Lead, ask: Ask, now: dt.datetime) -> None:
    item = ask()
    at_once(lambda _: documents.hand_in(lead, upload("June.pdf"), item=item, by=Actor.system(), now=now), 6)
    assert Document.objects.count() == 1
    assert told(lead).count("checklist.completed") == 1


class TestPages:
    def test_it_works(self, client: Client, lead: Lead, ask: Ask) -> None:
        item = ask()
        files = [upload("June.pdf"), upload("me.jpg", picture())]
        answer = client.post(f"/leads/{lead.uuid}/documents", {"item": item.key, "files": files}, headers=HTMX)
        assert answer.status_code == 200
        assert answer["HX-Trigger"] == "lead-changed"
        html = answer.content.decode()
        assert "June.pdf" in html
        assert "me.jpg" in html
        assert "Alice Archer" in html
        assert lead.documents.count() == 2
        assert lead.documents.exclude(seen_at=None).count() == 2

    def test_it_works_without_scripts(self, client: Client, lead: Lead) -> None:
        answer = client.post(f"/leads/{lead.uuid}/documents", {"files": upload("June.pdf")})
        assert (answer.status_code, answer["Location"]) == (302, f"/leads/{lead.uuid}")
        page = client.get(f"/leads/{lead.uuid}").content.decode()
        assert "Other papers" in page
        assert "handed in “June.pdf”" in page

    def test_what_is_refused_is_said_beside_its_name(self, client: Client, lead: Lead, ask: Ask) -> None:
        for headers in (HTMX, {}):
            files = [upload("June.exe"), upload("July.pdf")]
            form = {"item": ask().key, "files": files}
            answer = client.post(f"/leads/{lead.uuid}/documents", form, headers=headers)
            assert answer.status_code == 422
            assert "June.exe</b> Please send a PDF or a photo" in answer.content.decode()
        assert lead.documents.count() == 1 + 1

    def test_nothing_and_too_much_are_said(self, client: Client, lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
        url = f"/leads/{lead.uuid}/documents"
        assert "Choose a file first" in client.post(url, {}, headers=HTMX).content.decode()
        many = [upload(f"{n}.pdf") for n in range(11)]
        assert "at most 10 files" in client.post(url, {"files": many}, headers=HTMX).content.decode()
        monkeypatch.setattr("leads.views.documents.MOST_BYTES_AT_ONCE", 1000)
        answer = client.post(url, {"files": upload("x.pdf", pdf() + b"\n" * 1000)}, headers=HTMX)
        assert answer.status_code == 413
        assert "too large together" in answer.content.decode()
        assert not lead.documents.exists()

    def test_a_form_from_elsewhere_is_refused(self, lead: Lead, alice: Advisor) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(alice.user)
        assert strict.post(f"/leads/{lead.uuid}/documents", {"files": upload("x.pdf")}).status_code == 403
        assert not Document.objects.exists()

    def test_it_is_served_to_be_saved(self, client: Client, lead: Lead, now: dt.datetime) -> None:
        document = documents.hand_in(lead, upload("Jü ne.pdf"), by=Actor.borrower("Mary"), now=now)
        answer = client.get(f"/leads/{lead.uuid}/documents/{document.uuid}")
        assert answer.getvalue() == pdf()
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''J%C3%BC%20ne.pdf"
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert answer["Content-Security-Policy"].endswith("frame-ancestors 'none'; sandbox")

    def test_whoever_looks_has_seen_it(self, client: Client, lead: Lead, ask: Ask, now: dt.datetime) -> None:
        document = documents.hand_in(lead, upload("June.pdf"), item=ask(), by=Actor.borrower("Mary"), now=now)
        assert documents.waiting_since([lead.pk]) == {lead.pk: now}
        url = f"/leads/{lead.uuid}/documents/{document.uuid}"
        assert "nobody has looked yet" in client.get(f"/leads/{lead.uuid}").content.decode()
        client.head(url)
        assert documents.waiting_since([lead.pk]) == {lead.pk: now}
        client.get(url).getvalue()
        assert documents.waiting_since([lead.pk]) == {}
        assert "nobody has looked yet" not in client.get(f"/leads/{lead.uuid}").content.decode()

    def test_a_file_that_is_gone_is_not_found(self, client: Client, lead: Lead, now: dt.datetime) -> None:
        document = documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now)
        default_storage.delete(document.file.name)
        assert client.get(f"/leads/{lead.uuid}/documents/{document.uuid}").status_code == 404

    def test_strangers_find_nothing(
        self, lead: Lead, make_lead: MakeLead, charlie: Advisor, client: Client, client_of: ClientOf, now: dt.datetime
    ) -> None:
        document = documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now)
        theirs = make_lead(organization=charlie.organization, name="Theirs")
        stranger = client_of(charlie)
        for who, of in ((stranger, lead), (stranger, theirs), (client, make_lead())):
            url = f"/leads/{of.uuid}/documents/{document.uuid}"
            assert who.get(url).status_code == 404
            assert who.post(f"{url}/removal").status_code == 404
            replace = {"instead_of": str(document.uuid), "files": upload("x.pdf")}
            assert who.post(f"/leads/{of.uuid}/documents", replace).status_code == 404
        assert stranger.post(f"/leads/{lead.uuid}/documents", {"files": upload("x.pdf")}).status_code == 404
        assert client.post(f"/leads/{lead.uuid}/documents", {"item": "asked-0"}).status_code == 404
        assert client.post(f"/leads/{lead.uuid}/documents", {"instead_of": "x"}).status_code == 404
        assert Document.objects.count() == 1

    def test_it_is_replaced_and_removed(self, client: Client, lead: Lead, ask: Ask) -> None:
        url, key = f"/leads/{lead.uuid}/documents", ask().key
        client.post(url, {"item": key, "files": upload("Old.pdf")})
        old = Document.objects.get()
        new = {"item": key, "files": upload("New.pdf", pdf() + b"\n"), "instead_of": str(old.uuid)}
        assert "New.pdf" in client.post(url, new, headers=HTMX).content.decode()
        document = Document.objects.get()
        answer = client.post(f"{url}/{document.uuid}/removal", headers=HTMX)
        assert "New.pdf" not in answer.content.decode()
        page = client.get(f"/leads/{lead.uuid}").content.decode()
        assert "replaced “Old.pdf” by “New.pdf”" in page
        assert "removed “New.pdf”" in page

    @pytest.mark.parametrize("count", [1, 12])
    def test_many_papers_cost_no_more(
        self, count: int, client: Client, lead: Lead, ask: Ask, now: dt.datetime, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(count):
            content = pdf() + b"\n" * number
            documents.hand_in(lead, upload("x.pdf", content), item=ask(f"{number}"), by=Actor.system(), now=now)
        with django_assert_max_num_queries(8):
            client.get(f"/leads/{lead.uuid}/checklist", headers=HTMX)


class TestTypedItems:
    @pytest.mark.parametrize(
        ("kind", "right", "wrong"),
        [
            ("email", "mary@jones.example", "mary at jones"),
            ("phone", "(415) 555-0100", "call me"),
            ("number", "85000.50", "lots"),
            ("date", "2026-02-28", "2026-02-30"),
        ],
    )
    def test_a_value_is_checked_by_its_kind(
        self, kind: str, right: str, wrong: str, client: Client, lead: Lead, ask: Ask
    ) -> None:
        url = f"/leads/{lead.uuid}/checklist/{ask(kind=kind).key}"
        answer = client.post(url, {"is_done": "1", "value": wrong}, headers=HTMX)
        assert answer.status_code == 422
        assert wrong in answer.content.decode()
        assert "field__error" in answer.content.decode()
        assert not checklists.items_of(lead)[0].is_done
        assert client.post(url, {"is_done": "1", "value": f" {right} "}, headers=HTMX).status_code == 200
        assert checklists.items_of(lead)[0].value == right

    def test_it_can_be_written_anew(self, client: Client, lead: Lead, ask: Ask) -> None:
        url = f"/leads/{lead.uuid}/checklist/{ask(kind='text').key}"
        for value in ("12 employees", "14 employees"):
            client.post(url, {"is_done": "1", "value": value})
        assert checklists.items_of(lead)[0].value == "14 employees"


def test_files_may_lie_in_a_bucket(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, lead: Lead, client: Client, now: dt.datetime
) -> None:
    import boto3
    from moto import mock_aws

    from crm.settings import file_storage

    for name, value in {
        "S3_BUCKET": "papers", "S3_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="papers")
        settings.STORAGES = settings.STORAGES | {"default": file_storage()}
        document = documents.hand_in(lead, upload("June.pdf"), by=Actor.system(), now=now)
        assert [each.key for each in bucket.objects.all()] == [document.file.name]
        assert pdf()[:16] not in bucket.Object(document.file.name).get()["Body"].read()
        bucket.Object(document.file.name).put(Body=pdf())  # as an earlier release left it
        assert default_storage.seal_anew(document.file.name)  # type: ignore[attr-defined]
        assert pdf()[:16] not in bucket.Object(document.file.name).get()["Body"].read()
        url = f"/leads/{lead.uuid}/documents/{document.uuid}"
        assert client.get(url).getvalue() == pdf()
        documents.remove(document, by=Actor.system(), now=now)
        assert stored_files.sweep() == 1
        assert list(bucket.objects.all()) == []
        again = documents.hand_in(lead, upload("July.pdf"), by=Actor.system(), now=now)
        bucket.objects.all().delete()
        assert client.get(f"/leads/{lead.uuid}/documents/{again.uuid}").status_code == 404
