"""Everything on record about one number."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from crm.models import Actor, Advisor, Organization
from leads import contactability, messaging
from leads.contactability import Kind, Rule, Verdict
from leads.intake import receive_lead
from leads.models import ConsentBasis, Lead
from leads.record import record_of
from leads.spreadsheets import harmless
from sequences import enrolling
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db
NUMBER = "+14155551234"


@pytest.fixture
def lead(organization: Organization, alice: Advisor, now: dt.datetime) -> Lead:
    """Mary, with whom everything has happened."""
    fields = {"name": "Mary", "phone": NUMBER, "email": "mary@doe.example"}
    lead = receive_lead(
        organization=organization, fields=fields, by=Actor.system(), now=now, consent=ConsentBasis.PARTNER
    ).lead
    enrolling.enroll_default(lead, by=Actor.advisor(alice), now=now)
    messaging.write(lead, body="=HYPERLINK(1)", by_advisor=alice, now=now)
    verdict = Verdict(Kind.LATER, Rule.CAP, "Too often.", until=now)
    contactability.decision(lead, "sms", verdict, purpose="Step 2", now=now).save()
    messaging.receive(organization, address=NUMBER, body="Stop.", now=now)
    return lead


def test_it_has_all_of_it_in_order(lead: Lead, now: dt.datetime) -> None:
    entries = record_of(lead.organization, NUMBER, now)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {entry.what for entry in entries} >= {
        "lead", "consent", "consent revoked", "suppression", "text in", "text out", "decision", "sequence.enrolled",
        "sequence.cancelled", "contact.suppressed", "conversation.taken_over",
    }  # fmt: skip
    why = " ".join(entry.why for entry in entries)
    assert "Written by Alice Archer" in why
    assert "Too often. (rule: cap)" in why


def test_a_managers_page_and_file(lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    assert f"/leads/{lead.uuid}/record" in client.get(f"/leads/{lead.uuid}").content.decode()
    html = client.get(f"/leads/{lead.uuid}/record").content.decode()
    assert f"Everything on record about {NUMBER}" in html
    answer = client.get(f"/leads/{lead.uuid}/record.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="record-14155551234.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0][:2] == ["When (UTC)", "What"]
    assert any(row[3] == "'=HYPERLINK(1)" for row in rows)
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_the_e_mail_address_has_a_record_of_its_own(lead: Lead, alice: Advisor, client_of: ClientOf) -> None:
    html = client_of(alice).get(f"/leads/{lead.uuid}/record?of=email").content.decode()
    assert "Everything on record about mary@doe.example" in html


def test_an_advisor_and_a_stranger_see_none_of_it(
    lead: Lead, bob: Advisor, charlie: Advisor, client_of: ClientOf
) -> None:
    assert client_of(bob).get(f"/leads/{lead.uuid}/record").status_code == 403
    assert client_of(bob).get(f"/leads/{lead.uuid}/record.csv").status_code == 403
    assert client_of(charlie).get(f"/leads/{lead.uuid}/record").status_code == 404


def test_another_organizations_records_stay_there(
    lead: Lead, other_organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    make_lead(phone=NUMBER, organization=other_organization)
    assert [entry.what for entry in record_of(other_organization, NUMBER, now)] == ["lead", "lead.created"]


@pytest.mark.parametrize("cell", ["=1+1", "+1415+1", "-2-A1", "+", "-", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("plain") == "plain"
    assert [harmless(number) for number in ("+14155550101", "-12.50", "")] == ["+14155550101", "-12.50", ""]
