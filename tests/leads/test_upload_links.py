"""Links by which borrowers hand in papers: made, sent, opened, used, ended, and guessed by nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from crm.models import Actor, Advisor, Event, Organization
from leads import checklists, documents, pipeline, requirements, suppression, upload_links
from leads.merging import merge
from leads.models import ContactDecision, Document, Lead, LooseFile, Message, UploadLink
from tests.conftest import ClientOf, MakeLead
from tests.leads.files import pdf, picture, upload

pytestmark = pytest.mark.usefixtures("files")
HTMX = {"HX-Request": "true"}
BY = Actor.system()


@pytest.fixture
def lead(make_lead: MakeLead, alice: Advisor, organization: Organization, now: dt.datetime) -> Lead:
    lead = make_lead(
        name="Mary Jones", business_name="Jones Bakery", email="mary@jones.example",
        requested_amount_given="85000", advisor=alice, notes="Secret note",
    )  # fmt: skip
    requirements.add(organization=organization, name="Bank statement", by=BY, now=now)
    checklists.ask(lead, name="Driver licence", by=BY, now=now)
    checklists.ask(lead, name="Tax return", by=BY, now=now)
    checklists.ask(lead, name="Social security number", kind="text", by=BY, now=now)
    return lead


@pytest.fixture
def link(lead: Lead, alice: Advisor, now: dt.datetime) -> UploadLink:
    """Asks for the first two of the three papers."""
    return upload_links.make(
        lead, [checklists.items_of(lead)[0], checklists.items_of(lead)[1]], by_advisor=alice, now=now
    )


@pytest.fixture
def browser() -> Client:
    """The borrower's: strict about forms from elsewhere, and signed in nowhere."""
    return Client(enforce_csrf_checks=True)


def path(link: UploadLink) -> str:
    return upload_links.url_of(link).removeprefix("http://localhost:8000")


def keys(link: UploadLink) -> list[str]:
    return [item.key for item in upload_links.asked_by(link)]


class TestTheBorrowersPage:
    def test_it_works(self, browser: Client, link: UploadLink, lead: Lead) -> None:
        html = browser.get(path(link)).content.decode()
        assert "Acme Lending" in html
        assert html.count("Still needed") == 2
        answer = browser.post(path(link), {"item": keys(link)[0], "files": upload("June.pdf")}, headers=HTMX)
        assert answer.status_code == 200
        assert "Thank you!" in answer.content.decode()
        assert "1 file received" in answer.content.decode()
        document = Document.objects.get()
        assert (document.link, document.lead, document.seen_at) == (link, lead, None)
        assert document.uploaded_by_label == "Mary Jones"
        told = Event.objects.get(name="document.received")
        assert (told.actor_kind, told.data["item"], told.lead_id) == ("borrower", "Bank statement", lead.pk)
        assert documents.waiting_since([lead.pk]).keys() == {lead.pk}
        assert checklists.items_of(lead)[0].is_done

    def test_it_works_without_scripts(self, browser: Client, link: UploadLink) -> None:
        answer = browser.post(path(link), {"item": keys(link)[1], "files": upload("me.heic", picture("HEIF"))})
        assert (answer.status_code, answer["Location"]) == (302, path(link))
        assert "1 file received" in browser.get(path(link)).content.decode()
        wrong = browser.post(path(link), {"item": keys(link)[1], "files": upload("me.exe")})
        assert wrong.status_code == 422
        assert "me.exe</b> Please send a PDF or a photo" in wrong.content.decode()

    def test_it_tells_nothing_but_what_is_asked(self, browser: Client, link: UploadLink, lead: Lead) -> None:
        html = browser.get(path(link)).content.decode()
        for secret in (
            "Mary", "Jones", "mary@", "85000", "85,000", "Secret note", "Tax return", "Social security", "Alice",
            str(lead.uuid), lead.phone,
        ):  # fmt: skip
            assert secret not in html, secret

    def test_it_goes_nowhere_else(self, browser: Client, link: UploadLink) -> None:
        for address in (path(link), "/upload/nonsense"):
            answer = browser.get(address)
            assert answer["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer["X-Robots-Tag"]
            assert "no-store" in answer["Cache-Control"]
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert not answer.cookies

    def test_what_nobody_made_opens_nothing(self, browser: Client, link: UploadLink) -> None:
        token = path(link).removeprefix("/upload/")
        name, signature = token.split(".")
        changed = ("B" if name[0] != "B" else "C") + name[1:]
        other_salt = signing.Signer(sep=".", salt="leads.recordings").sign(name)
        no_uuid = signing.Signer(sep=".", salt="leadwright.upload-link").sign("x")
        wrong_ones = (f"{changed}.{signature}", name, f"{name}.", f"{name}.x", str(link.uuid), other_salt, no_uuid)
        for wrong in wrong_ones:
            for method in (browser.get, browser.post):
                assert method(f"/upload/{wrong}").status_code == 404, wrong

    def test_it_ends(self, browser: Client, link: UploadLink, lead: Lead, now: dt.datetime) -> None:
        UploadLink.objects.update(expires_at=now - dt.timedelta(seconds=1))
        form = {"item": keys(link)[0], "files": upload("June.pdf")}
        for answer in (browser.get(path(link)), browser.post(path(link), form)):
            assert answer.status_code == 410
            assert "This link has ended" in answer.content.decode()
            assert "Bank statement" not in answer.content.decode()
        UploadLink.objects.update(expires_at=now + dt.timedelta(days=1))
        assert browser.get(path(link)).status_code == 200
        upload_links.revoke(link, by=BY, now=now)
        assert browser.get(path(link)).status_code == 410
        UploadLink.objects.update(revoked_at=None)
        pipeline.delete_lead(lead, by=BY, now=now)
        assert browser.get(path(link)).status_code == 404
        assert not Document.objects.exists()

    def test_other_items_are_not_to_be_had(self, browser: Client, link: UploadLink, lead: Lead) -> None:
        for key in (checklists.items_of(lead)[2].key, "", "required-0", "asked-999"):
            form = {"item": key, "files": upload("June.pdf")}
            answer = browser.post(path(link), form, headers=HTMX)
            assert answer.status_code == 422
            assert "not asked for any more" in answer.content.decode()
        assert not Document.objects.exists()

    def test_too_many_tries_wait(
        self, browser: Client, link: UploadLink, monkeypatch: pytest.MonkeyPatch, now: dt.datetime
    ) -> None:
        monkeypatch.setattr(upload_links, "MOST_TRIES_AN_HOUR", 2)
        form = {"item": keys(link)[0]}
        codes = [browser.post(path(link), form, headers=HTMX).status_code for _ in range(3)]
        assert codes == [422, 422, 429]
        UploadLink.objects.update(tries_since=now - dt.timedelta(hours=1, seconds=1))
        assert browser.post(path(link), form, headers=HTMX).status_code == 422

    def test_a_link_takes_so_many_files(
        self, browser: Client, link: UploadLink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(upload_links, "MOST_BY_LINK", 1)
        files = [upload("1.pdf"), upload("2.pdf", pdf(pages=2))]
        answer = browser.post(path(link), {"item": keys(link)[0], "files": files}, headers=HTMX)
        assert "as many files as it can" in answer.content.decode()
        assert Document.objects.count() == 1

    def test_too_much_at_once_is_not_read(
        self, browser: Client, link: UploadLink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("leads.views.documents.MOST_BYTES_AT_ONCE", 100)
        answer = browser.post(path(link), {"item": keys(link)[0], "files": upload("June.pdf")}, headers=HTMX)
        assert answer.status_code == 413
        assert not LooseFile.objects.exists()

    def test_it_follows_a_merge(
        self, browser: Client, link: UploadLink, lead: Lead, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        kept = make_lead()
        merge(kept, lead, by=BY, now=now)
        assert "Bank statement" in browser.get(path(link)).content.decode()
        browser.post(path(link), {"item": keys(UploadLink.objects.get())[0], "files": upload("June.pdf")})
        assert Document.objects.get().lead == kept

    def test_it_costs_little(self, browser: Client, link: UploadLink, django_assert_max_num_queries: Any) -> None:
        browser.get(path(link))
        with django_assert_max_num_queries(5):
            browser.get(path(link))


class TestAsking:
    def test_it_works(self, lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
        client, url = client_of(alice), f"/leads/{lead.uuid}/requests"
        form = client.get(url, headers=HTMX).content.decode()
        assert (
            "Hi Mary, for your application Acme Lending still needs: Bank statement, Driver licence, Tax return."
            in form
        )
        items = [item.key for item in checklists.items_of(lead)]
        given = {"items": items[:2], "body": "Please: {link} Thanks!", "channel": "sms", "act": "send",
                 "token": "0190f5c8-0000-7000-8000-000000000001"}  # fmt: skip
        answer = client.post(url, given, headers=HTMX)
        assert answer.status_code == 200
        link = UploadLink.objects.get()
        message = Message.objects.get()
        assert message.body == f"Please: {upload_links.url_of(link)} Thanks!"
        assert (message.address, message.advisor) == (lead.phone_e164, alice)
        assert [item.name for item in link.items.order_by("pk")] == ["Driver licence", "Bank statement"]
        page = client.get(f"/leads/{lead.uuid}").content.decode()
        assert "made an upload link for the borrower" in page
        assert upload_links.url_of(link) in page
        assert client.post(url, given, headers=HTMX).status_code == 200  # pressed twice
        assert (Message.objects.count(), UploadLink.objects.count()) == (1, 1)

    def test_the_link_alone_can_be_had(self, lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
        item = checklists.items_of(lead)[0].key
        form = {
            "items": [item],
            "body": "x",
            "channel": "sms",
            "act": "link",
            "token": "0190f5c8-0000-7000-8000-000000000001",
        }
        answer = client_of(alice).post(f"/leads/{lead.uuid}/requests", form)
        assert answer["Location"] == f"/leads/{lead.uuid}"
        assert UploadLink.objects.count() == 1
        assert not Message.objects.exists()

    def test_it_passes_the_same_gate(
        self, lead: Lead, alice: Advisor, client_of: ClientOf, now: dt.datetime, organization: Organization
    ) -> None:
        assert lead.phone_e164
        suppression.opt_out(organization, lead.phone_e164, reason="STOP", by=BY, now=now)
        item = checklists.items_of(lead)[0].key
        form = {
            "items": [item],
            "body": "x",
            "channel": "sms",
            "act": "send",
            "token": "0190f5c8-0000-7000-8000-000000000001",
        }
        answer = client_of(alice).post(f"/leads/{lead.uuid}/requests", form, headers=HTMX)
        assert answer.status_code == 422
        assert "Opted out" in answer.content.decode() or "STOP" in answer.content.decode()
        assert ContactDecision.objects.filter(lead=lead).exists()
        assert not UploadLink.objects.exists()
        assert not Message.objects.exists()

    def test_what_is_missing_is_said(self, lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
        token = "0190f5c8-0000-7000-8000-000000000001"
        form = {"body": "x", "channel": "sms", "act": "send", "token": token}
        answer = client_of(alice).post(f"/leads/{lead.uuid}/requests", form, headers=HTMX)
        assert answer.status_code == 422
        assert "Choose what the borrower is to send." in answer.content.decode()
        text_item = checklists.items_of(lead)[3].key
        answer = client_of(alice).post(f"/leads/{lead.uuid}/requests", form | {"items": [text_item]})
        assert answer.status_code == 422
        assert not UploadLink.objects.exists()

    def test_it_is_taken_back(self, link: UploadLink, lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
        client = client_of(alice)
        client.post(f"/leads/{lead.uuid}/requests/{link.uuid}/revocation", headers=HTMX)
        assert Client().get(path(link)).status_code == 410
        assert "took an upload link back" in client.get(f"/leads/{lead.uuid}").content.decode()

    def test_strangers_find_nothing(
        self, link: UploadLink, lead: Lead, charlie: Advisor, alice: Advisor, make_lead: MakeLead, client_of: ClientOf
    ) -> None:
        theirs = make_lead(organization=charlie.organization)
        stranger = client_of(charlie)
        assert stranger.get(f"/leads/{lead.uuid}/requests").status_code == 404
        assert stranger.post(f"/leads/{lead.uuid}/requests").status_code == 404
        for who, of in ((stranger, lead), (stranger, theirs), (client_of(alice), make_lead())):
            assert who.post(f"/leads/{of.uuid}/requests/{link.uuid}/revocation").status_code == 404
        assert UploadLink.objects.get().revoked_at is None
