"""The sequence panel of the lead page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm.models import Advisor, Organization
from leads import suppression
from leads.models import Lead
from sequences.models import Enrollment, EnrollmentStatus
from tests.sequences.conftest import ME, Enroll, MakeSequence, Sent, step

if TYPE_CHECKING:
    from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd")


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def test_it_works(client: Client, lead: Lead, make_sequence: MakeSequence, sent: Sent) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24, skip_if_replied=True), name="Nudge")
    before = client.get(f"/leads/{lead.uuid}/sequences", headers=HTMX).content.decode()
    assert "No sequence follows this lead up" in before
    assert "Nudge" in before

    answer = client.post(f"/leads/{lead.uuid}/enrollments", {"sequence": sequence.public_id}, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "lead-changed"
    html = answer.content.decode()
    assert "Nudge, version 1 · step 1 of 2" in html
    assert "Skipped if they reply before then" in html
    assert len(sent()) == 1
    enrollment = Enrollment.objects.get()
    assert enrollment.enrolled_by == "Alice Archer"

    html = client.post(f"/leads/{lead.uuid}/enrollments/{enrollment.pk}/stop", headers=HTMX).content.decode()
    assert "stopped: Stopped by Alice Archer" in html
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.CANCELLED


def test_it_says_what_holds_a_step(client: Client, lead: Lead, make_sequence: MakeSequence, enroll: Enroll) -> None:
    enrollment = enroll(lead, make_sequence())
    Enrollment.objects.filter(pk=enrollment.pk).update(held_by="Quiet hours: it is 06:10 in Chicago")
    html = client.get(f"/leads/{lead.uuid}/sequences", headers=HTMX).content.decode()
    assert "is-held" in html
    assert "Quiet hours: it is 06:10 in Chicago" in html


def test_it_says_why_somebody_cannot_be_enrolled(
    client: Client, organization: Organization, lead: Lead, make_sequence: MakeSequence, now: dt.datetime
) -> None:
    suppression.opt_out(organization, lead.phone_e164 or "", reason="STOP", by=ME, now=now)
    url, data = f"/leads/{lead.uuid}/enrollments", {"sequence": make_sequence().public_id}
    answer = client.post(url, data, headers=HTMX)
    assert answer.status_code == 422
    assert "Opted out on" in answer.content.decode()
    assert client.post(url, data).status_code == 302


def test_strangers_find_nothing(
    client_of: ClientOf, charlie: Advisor, lead: Lead, make_sequence: MakeSequence, enroll: Enroll
) -> None:
    sequence = make_sequence()
    enrollment = enroll(lead, sequence)
    stranger = client_of(charlie)
    assert stranger.get(f"/leads/{lead.uuid}/sequences", headers=HTMX).status_code == 404
    assert stranger.post(f"/leads/{lead.uuid}/enrollments", {"sequence": sequence.public_id}).status_code == 404
    assert stranger.post(f"/leads/{lead.uuid}/enrollments/{enrollment.pk}/stop").status_code == 404


def test_it_takes_no_sequence_of_another_organization(
    client: Client, lead: Lead, make_sequence: MakeSequence, other_organization: Organization
) -> None:
    theirs = make_sequence(organization=other_organization)
    assert client.post(f"/leads/{lead.uuid}/enrollments", {"sequence": theirs.public_id}).status_code == 404
    assert client.post(f"/leads/{lead.uuid}/enrollments", {"sequence": "\0"}).status_code == 404


def test_it_costs_a_few_statements(
    client: Client,
    lead: Lead,
    make_sequence: MakeSequence,
    enroll: Enroll,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    enroll(lead, make_sequence(*(step(f"{number}", delay_hours=number) for number in range(8))))
    with django_assert_max_num_queries(9):
        client.get(f"/leads/{lead.uuid}/sequences", headers=HTMX)
