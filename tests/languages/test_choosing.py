"""Which language somebody reads, and by which clock; contracts speak English whoever asks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language

from crm import invitations
from crm.models import Actor, Advisor, Credential, Organization, Permission, Role, User
from leads import messaging
from leads.bulk_actions import action_of
from leads.models import BulkJob, Message
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db
SPANISH = {"Accept-Language": "es-US,es;q=0.9,en;q=0.5"}


def html(client: Client, path: str, **more: Any) -> str:
    return client.get(path, **more).content.decode()


def test_a_stranger_reads_what_the_browser_asks_for() -> None:
    client = Client()
    answer = client.get("/sign-in", headers=SPANISH)
    assert "Iniciar sesión" in answer.content.decode()
    assert answer.headers["Content-Language"] == "es"
    assert "Accept-Language" in answer.headers["Vary"]
    assert "Sign in" in html(client, "/sign-in", headers={"Accept-Language": "de"})


def test_somebody_reads_what_they_chose(client_of: ClientOf, alice: Advisor) -> None:
    client = client_of(alice)
    assert '<html lang="en">' in html(client, "/board")
    answer = client.post("/account/language", {"language": "es", "time_zone": "America/Denver"})
    assert answer.headers["Location"] == reverse("account_language")
    page = html(client, "/board", headers={"Accept-Language": "en"})
    assert '<html lang="es">' in page
    assert "Nuevo prospecto" in page
    assert "Guardado" in page
    assert "Nada aquí" in html(client, "/no-such-page") or "Aquí no hay nada" in html(client, "/no-such-page")


def test_who_chose_nothing_reads_what_the_organisation_has(
    client_of: ClientOf, alice: Advisor, bob: Advisor, organization: Organization
) -> None:
    manager = client_of(alice)
    manager.post("/settings/access", {"advisors_see": "all", "language": "es"})
    assert '<html lang="es">' in html(client_of(bob), "/board", headers={"Accept-Language": "en"})
    User.objects.filter(pk=bob.user_id).update(language="en")
    assert '<html lang="en">' in html(client_of(bob), "/board", headers=SPANISH)


def test_a_form_without_the_language_leaves_it(client_of: ClientOf, alice: Advisor, organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(language="es")
    client_of(alice).post("/settings/access", {"advisors_see": "own"})
    organization.refresh_from_db()
    assert (organization.language, organization.advisors_see) == ("es", "own")


def test_times_are_shown_by_their_own_clock(client_of: ClientOf, alice: Advisor, make_lead: MakeLead) -> None:
    at = dt.datetime(2026, 3, 10, 20, 30, tzinfo=dt.UTC)
    lead = make_lead(now=at, advisor=alice)
    client = client_of(alice)
    assert "16:30" in html(client, f"/leads/{lead.uuid}")  # New York
    client.post("/account/language", {"language": "", "time_zone": "America/Los_Angeles"})
    assert "13:30" in html(client, f"/leads/{lead.uuid}")


def test_a_zone_that_nobody_knows_is_refused(client_of: ClientOf, alice: Advisor) -> None:
    answer = client_of(alice).post("/account/language", {"language": "es", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
    alice.user.refresh_from_db()
    assert (alice.user.language, alice.user.time_zone) == ("", "")


def test_nothing_of_a_language_stays_behind(client_of: ClientOf, alice: Advisor) -> None:
    """Web servers answer many people in one thread."""
    User.objects.filter(pk=alice.user_id).update(language="es")
    before = get_language()
    assert '<html lang="es">' in html(client_of(alice), "/board")
    assert get_language() == before
    assert '<html lang="en">' in html(Client(), "/sign-in", headers={"Accept-Language": "en"})


def test_contracts_speak_english(client_of: ClientOf, alice: Advisor, make_lead: MakeLead) -> None:
    Organization.objects.filter(pk=alice.organization_id).update(language="es")
    html(client_of(alice), "/board")
    secret = Credential.issue("lendworks", organization=alice.organization, permission=Permission.FULL)[1]
    headers = SPANISH | {"Authorization": f"Bearer {secret}"}
    lead = make_lead()
    path, kind = f"/v1/leads/{lead.uuid}", "application/json"
    spanish = Client().patch(path, {"email": "nonsense", "priority": "?"}, content_type=kind, headers=headers)
    del headers["Accept-Language"]
    english = Client().patch(path, {"email": "nonsense", "priority": "?"}, content_type=kind, headers=headers)
    assert spanish.status_code == english.status_code == 422 or spanish.status_code == english.status_code == 400
    assert spanish.json()["errors"] == english.json()["errors"]


def test_a_job_is_called_in_english_in_its_row(client_of: ClientOf, alice: Advisor, make_lead: MakeLead) -> None:
    make_lead()
    User.objects.filter(pk=alice.user_id).update(language="es")
    assert action_of("delete")
    client = client_of(alice)
    client.post("/leads/bulk/tag?all=1", {"tag": "VIP", "expected": 1})
    job = BulkJob.objects.get()
    assert job.title == "Tag with “VIP”"
    assert "Etiquetar con “VIP”" in html(client, f"/jobs/{job.uuid}")


def test_an_invitation_is_in_the_organisations_language(alice: Advisor, organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(language="es")
    invitations.invite(
        organization=organization, email="new@acme.example", role=Role.ADVISOR, by=alice, now=dt.datetime.now(dt.UTC)
    )
    assert invitations.send_waiting() == 1
    assert mail.outbox[0].subject == "Alice Archer le invita a Acme Lending"


@pytest.mark.parametrize(("language", "words"), [("en", "You are unsubscribed"), ("es", "Se canceló su suscripción")])
def test_stop_is_answered_in_the_organisations_language(
    organization: Organization, make_lead: MakeLead, now: dt.datetime, language: str, words: str
) -> None:
    organization.language = language
    organization.save()
    lead = make_lead()
    messaging.receive(organization, address=lead.phone_e164, body="STOP", now=now)
    answer = Message.objects.get(lead=lead, direction="out")
    assert answer.body.startswith(words)
    assert "START" in answer.body
    assert answer.reason["words"] == "Answer to STOP"


def test_what_happened_is_stored_in_english_and_read_in_spanish(
    client_of: ClientOf, alice: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead(advisor=alice)
    messaging.receive(lead.organization, address=lead.phone_e164, body="STOP", now=now)
    User.objects.filter(pk=alice.user_id).update(language="es")
    page = html(client_of(alice), f"/leads/{lead.uuid}")
    assert "se dio de baja de los mensajes" in page
    assert "El prestatario escribió STOP" in page
    assert Actor.advisor(alice).label == "Alice Archer"
