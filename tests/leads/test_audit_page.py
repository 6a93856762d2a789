"""The audit log's page: by who, what, which lead and when; a file of it; and what gets into it."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from crm.auditing.chaining import chain
from crm.auditing.verifying import patrol
from crm.models import Actor, Advisor, AuditEntry, Event
from leads.models import Call, Recording
from tests.conftest import PASSWORD, ClientOf, MakeLead
from tests.crm.test_auditing import settled
from tests.leads.files import upload

pytestmark = pytest.mark.django_db
PAGE = "/settings/audit"


def chained() -> None:
    settled()
    chain()


def shown(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return [row["entry"] for row in answer.context["rows"]]


def test_it_works(client_of: ClientOf, alice: Advisor, make_lead: MakeLead) -> None:
    lead = make_lead(name="Mary Miller", by=Actor.advisor(alice))
    chained()
    patrol()
    client = client_of(alice)
    answer = client.get(PAGE).content.decode()
    assert "lead created" in answer
    assert "Alice Archer" in answer
    assert str(lead.uuid) in answer
    assert "Verified up to line" in answer


def test_advisors_do_not_see_it(client_of: ClientOf, bob: Advisor) -> None:
    assert client_of(bob).get(PAGE).status_code == 403
    assert client_of(bob).post(f"{PAGE}/export").status_code == 403


def test_it_is_filtered(client_of: ClientOf, alice: Advisor, bob: Advisor, make_lead: MakeLead) -> None:
    first, second = make_lead(by=Actor.advisor(alice)), make_lead(by=Actor.advisor(bob))
    chained()
    client = client_of(alice)
    assert {entry.lead_id for entry in shown(client, f"?lead={first.pk}")} == {first.pk}
    assert {entry.lead_id for entry in shown(client, f"?lead={second.uuid}")} == {second.pk}
    assert {entry.actor_id for entry in shown(client, f"?who={bob.uuid}")} == {bob.pk}
    assert {entry.name.partition(".")[0] for entry in shown(client, "?kind=organization")} == {"organization"}
    today = dt.datetime.now(alice.zone).date()
    assert shown(client, f"?since={today}&until={today}")
    assert shown(client, f"?since={today + dt.timedelta(days=1)}") == []


@pytest.mark.parametrize("query", ["?who=x", "?lead=x", "?lead=%00", "?since=2026-13-45", "?before=x", "?kind='"])
def test_what_it_cannot_read_does_no_harm(client_of: ClientOf, alice: Advisor, query: str) -> None:
    assert client_of(alice).get(f"{PAGE}{query}").status_code == 200


def test_it_goes_on_by_number(client_of: ClientOf, alice: Advisor, make_lead: MakeLead, monkeypatch: Any) -> None:
    monkeypatch.setattr("leads.views.settings.audit.PAGE", 3)
    for _ in range(5):
        make_lead()
    chained()
    client, seen, query = client_of(alice), list[int](), "?"
    while query:
        answer = client.get(f"{PAGE}{query}")
        seen += [row["entry"].number for row in answer.context["rows"]]
        query = f"?{answer.context['older']}" if answer.context["older"] else ""
    assert seen == sorted(AuditEntry.objects.values_list("number", flat=True), reverse=True)


def test_a_file_of_it_can_be_taken_and_that_is_on_record(
    client_of: ClientOf, alice: Advisor, make_lead: MakeLead, monkeypatch: Any
) -> None:
    monkeypatch.setattr("leads.audit_log._CHUNK", 2)
    alice.user.first_name = "=HYPERLINK(1)"
    alice.user.save()
    for _ in range(5):
        make_lead(by=Actor.advisor(alice))
    chained()
    answer = client_of(alice).post(f"{PAGE}/export?kind=lead")
    rows = list(csv.DictReader(answer.getvalue().decode().splitlines()))  # type: ignore[attr-defined]
    assert {row["name"] for row in rows} == {"lead.created"}
    assert len(rows) == 5
    assert not any(row["actor_label"].startswith("=") for row in rows)
    assert Event.objects.filter(name="audit.exported").count() == 1


class TestWhatIsOnRecord:
    def test_log_ins_and_those_that_failed(self, alice: Advisor) -> None:
        client = Client()
        client.post("/sign-in", {"login": alice.user.email, "password": "wrong"})
        client.post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
        client.post("/sign-out")
        names = Event.objects.filter(name__startswith="log_in.").order_by("pk").values_list("name", flat=True)
        assert list(names) == ["log_in.refused", "log_in.succeeded", "log_in.ended"]
        assert set(Event.objects.filter(name__startswith="log_in.").values_list("actor_id", flat=True)) == {alice.pk}

    def test_somebody_unknown_is_nobodys_fact(self, alice: Advisor) -> None:
        Client().post("/sign-in", {"login": "nobody@nowhere.example", "password": "wrong"})
        assert not Event.objects.filter(name__startswith="log_in.").exists()

    def test_who_looked_at_a_document(
        self, client_of: ClientOf, alice: Advisor, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        from leads import documents

        lead = make_lead()
        document = documents.hand_in(lead, upload("w9.pdf"), by=Actor.borrower("Mary"), now=now)
        client = client_of(alice)
        assert client.get(f"/leads/{lead.uuid}/documents/{document.uuid}").status_code == 200
        fact = Event.objects.get(name="document.viewed")
        assert (fact.lead_id, fact.actor_id, fact.data["document"]) == (lead.pk, alice.pk, str(document.uuid))
        assert "viewed" not in client.get(f"/leads/{lead.uuid}").content.decode()

    def test_who_listened_to_a_recording_once_for_all_its_spans(
        self, client_of: ClientOf, alice: Advisor, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        lead = make_lead()
        call = Call.objects.create(organization=lead.organization, lead=lead, phone="x", started_at=now, ended_at=now)
        sound = Recording.objects.create(
            organization=lead.organization, call=call, file=ContentFile(b"0123456789", "a.mp3"), started_at=now,
            ended_at=now,
        )  # fmt: skip
        client, url = client_of(alice), f"/leads/{lead.uuid}/recordings/{sound.uuid}"
        for span in ("bytes=0-3", "bytes=4-5", "bytes=6-"):
            assert client.get(url, headers={"range": span}).status_code == 206
        assert Event.objects.get(name="call.recording_played").actor_id == alice.pk
