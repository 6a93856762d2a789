"""The database is away: 503, come again, at every door; a mistake of ours stays a 500."""

from __future__ import annotations

from unittest.mock import MagicMock, patch

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from crm.migrated import wait_until_migrated
from crm.models import Advisor, Credential, CredentialKind, Organization
from crm.outages import is_outage
from tests.conftest import ClientOf

AWAY = OperationalError("server closed the connection unexpectedly")


def test_only_what_another_try_may_mend_is_an_outage() -> None:
    assert is_outage(AWAY)
    assert not is_outage(IntegrityError("duplicate key"))
    assert not is_outage(None)


def test_a_page_says_so(client_of: ClientOf, alice: Advisor) -> None:
    client = client_of(alice)
    client.raise_request_exception = False
    with patch("leads.views.board.read_board", side_effect=AWAY):
        answer = client.get("/board")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Back in a moment" in answer.text
    assert "closed the connection" not in answer.text


def test_so_it_does_when_the_session_cannot_be_read(client_of: ClientOf, alice: Advisor) -> None:
    client = client_of(alice)
    client.raise_request_exception = False
    with patch("django.contrib.sessions.backends.db.SessionStore.load", side_effect=AWAY):
        answer = client.get("/board")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("kind", "address", "header"),
    [
        (CredentialKind.LENDWORKS, "/lendworks/v1/leads", "Authorization"),
        (CredentialKind.CONVOSO, "/convoso/v1/leads/search?auth_token={secret}", ""),
    ],
)
def test_a_contract_says_so_in_its_envelope(
    organization: Organization, kind: CredentialKind, address: str, header: str
) -> None:
    _, secret = Credential.issue(kind, organization=organization)
    headers = {header: f"Bearer {secret}"} if header else {}
    with patch("api.credentials._look_up", side_effect=AWAY):
        answer = Client(raise_request_exception=False).get(address.format(secret=secret), headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()


@pytest.mark.django_db
class TestReadiness:
    def test_it_works(self) -> None:
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert answer.json()["migrations"] == answer.json()["worker"] == "ok"

    def test_a_probe_comes_by_the_machines_address_and_without_tls(self, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True
        for probe in ("/readyz", "/healthz"):
            assert Client(headers={"host": "10.1.2.3:8000"}).get(probe).status_code == 200

    def test_it_is_not_ready_without_a_database(self) -> None:
        with patch("crm.views.health.is_migrated", side_effect=AWAY):
            assert Client().get("/readyz").status_code == 503

    def test_it_is_not_ready_before_it_is_migrated(self) -> None:
        with (
            patch("crm.migrated._is_migrated", False),
            patch("crm.migrated.MigrationExecutor.migration_plan", return_value=["one"]),
        ):
            answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")

    def test_it_is_ready_when_the_database_is_ahead(self) -> None:
        MigrationRecorder(connection).record_applied("leads", "9999_of_the_next_release")
        with patch("crm.migrated._is_migrated", False):
            answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["migrations"]) == (200, "ok")

    def test_a_worker_waits_for_its_migrations(self) -> None:
        answers, waited = iter([AWAY, False, True]), []
        stop = MagicMock(wait=waited.append)
        stop.__bool__.return_value = False
        with patch("crm.migrated.is_migrated", side_effect=answers):
            wait_until_migrated(stop)
        assert len(waited) == 2

    def test_a_worker_that_waits_can_be_stopped(self) -> None:
        stop = MagicMock()
        stop.__bool__.side_effect = [False, True]
        with patch("crm.migrated.is_migrated", return_value=False):
            wait_until_migrated(stop)
        stop.wait.assert_called_once()

    def test_late_workers_count_only_for_those_who_ask(self) -> None:
        with patch("crm.views.health._worker", return_value="late"):
            assert Client().get("/readyz").status_code == 200
            assert Client().get("/readyz?worker=1").status_code == 503
