"""Lists, reports and exports come from the copy; what one has just written does not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import KeptAnswer, RateWindow
from crm import reach
from crm.models import Advisor, Credential, CredentialKind, Event, Organization, User
from crm.replica import REPLICA, reading, standing
from leads import bulk_jobs, exporting
from leads.bulk_actions import action_of
from leads.models import DialList, Lead
from tests.cluster.helpers import pgbouncer
from tests.conftest import sign_in
from tests.replica.conftest import Site, use_replica
from tests.tenancy.world import Side, build

type Ask = Callable[[Client, Side], Any]

_PAGES = {
    "list": "/leads",
    "search": "/search?q=mary",
    "reports": "/reports",
    "what an export would take": "/leads/export",
    "audit log": "/settings/audit",
}


def _lendworks(client: Client, side: Side) -> Any:
    return client.get("/v1/leads", headers={"Authorization": f"Bearer {side.keys['lendworks']}"})


def _lendworks_search(client: Client, side: Side) -> Any:
    return client.get("/v1/leads?search=mary", headers={"Authorization": f"Bearer {side.keys['lendworks']}"})


def _recoverbiz(client: Client, side: Side) -> Any:
    address = f"/accounts/{side.organization.public_id}/leads"
    return client.get(f"/recoverbiz/v1{address}", headers={"X-Partner-Key": side.keys["recoverbiz"]})


def _userleads(client: Client, side: Side) -> Any:
    return client.get("/userleads/v1/leads", headers={"X-API-Key": side.keys["userleads"]})


def _convoso(client: Client, side: Side) -> Any:
    return client.post("/convoso/v1/leads/search", {"auth_token": side.keys["convoso"]})


_CONTRACTS = {
    "lendworks": _lendworks,
    "lendworks' search": _lendworks_search,
    "recoverbiz": _recoverbiz,
    "userleads": _userleads,
    "convoso": _convoso,
}


@pytest.fixture
def side(site: Site) -> Side:
    """An organisation that has one of everything, as the copy has it, too."""
    number = next(site.numbers)
    side = build(f"acme{number}", 1000 + number)
    site.catch_up()
    return side


def browser(advisor: Advisor) -> Client:
    client = Client()
    sign_in(client, advisor.user)
    return client


def key_of(organization: Organization) -> dict[str, str]:
    """Headers of LendWorks' contract."""
    _, secret = Credential.issue(CredentialKind.LENDWORKS, organization=organization)
    return {"Authorization": f"Bearer {secret}"}


def post_lead(organization: Organization, name: str) -> None:
    made = Client().post("/v1/leads", {"businessName": name}, "application/json", headers=key_of(organization))
    assert made.status_code == 201


def list_of(advisor: Advisor) -> str:
    return browser(advisor).get("/leads").content.decode()


def test_it_works(site: Site, acme: Organization, reader: Advisor) -> None:
    """The copy stands still: a list that came from the primary would show the newer lead."""
    site.pause()
    site.lead(acme, "Late Riser")
    page = list_of(reader)
    assert "Early Bird" in page
    assert "Late Riser" not in page
    assert Lead.objects.filter(organization=acme, name="Late Riser").exists()
    site.resume()
    site.catch_up()
    assert "Late Riser" in list_of(reader)


def _leads_asked_for(queries: CaptureQueriesContext) -> list[str]:
    return [each["sql"] for each in queries.captured_queries if 'FROM "leads_lead"' in each["sql"]]


@pytest.mark.parametrize("address", _PAGES.values(), ids=_PAGES)
def test_pages_that_list_read_from_it(address: str, site: Site, side: Side) -> None:
    client = browser(side.admin)
    with CaptureQueriesContext(connections[REPLICA]) as there, CaptureQueriesContext(connection) as here:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(there) > 1
    assert _leads_asked_for(here) == []


@pytest.mark.parametrize("ask", _CONTRACTS.values(), ids=_CONTRACTS)
def test_contracts_lists_read_from_it(ask: Ask, site: Site, side: Side) -> None:
    with CaptureQueriesContext(connections[REPLICA]) as there:
        answer = ask(Client(), side)
    assert answer.status_code == 200, answer.content
    assert any("leads_lead" in each["sql"] for each in there.captured_queries)


@pytest.mark.parametrize("address", ["/board", "/queue", "/jobs"])
def test_where_people_work_it_is_not_asked(address: str, site: Site, reader: Advisor) -> None:
    with CaptureQueriesContext(connections[REPLICA]) as there:
        assert browser(reader).get(address).status_code == 200
    assert len(there) == 0


def test_one_sees_what_one_has_just_written(site: Site, acme: Organization, reader: Advisor) -> None:
    rival = site.organization()
    charlie, key = site.advisor(rival), key_of(acme)
    site.pause()
    site.lead(rival, "Of The Rival")
    made = Client().post("/v1/leads", {"businessName": "Brand New"}, "application/json", headers=key)
    assert made.status_code == 201
    assert Client().get("/v1/leads", headers=key).json()["data"][0]["id"] == made.json()["data"]["id"]
    assert "Brand New" in list_of(reader)  # a colleague, by another door
    assert "Of The Rival" not in list_of(charlie)  # of an organisation that has written nothing


def test_another_process_knows_of_it(
    site: Site, acme: Organization, reader: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pause()
    post_lead(acme, "Brand New")
    monkeypatch.setattr(standing, "watch", standing.Watch())  # one that has seen nothing
    assert "Brand New" in list_of(reader)


def test_a_read_writes_down_what_it_has_written(site: Site, acme: Organization, reader: Advisor) -> None:
    """Convoso's contract changes things by GET."""
    _, secret = Credential.issue(CredentialKind.CONVOSO, organization=acme)
    made = DialList.objects.create(organization=acme, name="Brand new list")
    site.pause()
    about = {"auth_token": secret, "list_id": made.pk, "phone_number": "4155550188", "last_name": "Newcomer"}
    assert Client().get("/convoso/v1/leads/insert", about).json()["success"]
    assert "Newcomer" in list_of(reader)


def test_what_a_job_did_is_seen_at_once(site: Site, acme: Organization, reader: Advisor) -> None:
    action = action_of("tag")
    assert action
    leads = Lead.objects.visible_to(reader)
    job = bulk_jobs.start(
        reader, action, leads, title="Tag", options={"tag": "Freshly"}, expected=1, now=timezone.now()
    )
    site.pause()
    bulk_jobs.work()  # and what jobs of earlier tests left
    job.refresh_from_db()
    assert job.done == 1
    assert browser(reader).get("/leads?tag=Freshly").content.decode().count("Early Bird") > 0


def test_once_the_copy_has_it_the_copy_is_read_again(site: Site, acme: Organization, reader: Advisor) -> None:
    post_lead(acme, "Brand New")
    site.catch_up()
    with CaptureQueriesContext(connections[REPLICA]) as there:
        assert "Brand New" in list_of(reader)
    assert _leads_asked_for(there)


def test_who_writes_on_the_way_goes_on_at_the_primary(site: Site, acme: Organization) -> None:
    site.pause()
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        assert Lead.objects.all().db == REPLICA
        Lead.objects.update(name="Changed")
        assert Lead.objects.get().name == "Changed"
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        assert Lead.objects.get().name == "Early Bird"


def test_within_a_transaction_the_primary_is_read(site: Site, acme: Organization) -> None:
    with reading.request(), reach.of(acme.pk), transaction.atomic(), reading.reads_from_replica():
        assert Lead.objects.all().db == "default"
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        with transaction.atomic():
            assert Lead.objects.all().db == "default"
        assert Lead.objects.all().db == "default"


def test_what_the_orm_does_not_see_as_a_write_the_copy_refuses(site: Site, acme: Organization) -> None:
    """And the primary does it."""
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("UPDATE leads_lead SET name = %s RETURNING name", ["Changed"])
            assert cursor.fetchone() == ("Changed",)
        assert Lead.objects.get().name == "Changed"


def test_keys_sessions_and_people_are_never_looked_up_there(site: Site, acme: Organization) -> None:
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        for model in (Credential, Session, User, RateWindow, KeptAnswer):
            assert model._default_manager.all().db == "default"
        assert Lead.objects.all().db == REPLICA


def test_an_export_streams_from_it(site: Site, acme: Organization, reader: Advisor) -> None:
    site.pause()
    site.lead(acme, "Late Riser")
    answer = browser(reader).post("/leads/export", {"column": ["name"]})
    lines = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Early Bird" in lines
    assert "Late Riser" not in lines
    assert Event.objects.get(organization=acme, name="leads.exported").data["total"] == 1


def test_an_export_goes_on_at_the_primary(
    site: Site, acme: Organization, reader: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is lost after the first of four chunks."""
    monkeypatch.setattr(exporting, "CHUNK", 2)
    names = ["Early Bird", *(f"Lead {number}" for number in range(5))]
    for name in names[1:]:
        site.lead(acme, name)
    site.catch_up()
    answer = browser(reader).post("/leads/export", {"column": ["name"]})
    parts = iter(answer.streaming_content)  # type: ignore[attr-defined]
    lines = [next(parts), next(parts)]
    site.copy.stop()
    try:
        lines += parts
    finally:
        site.copy.start()
    assert sorted(line.decode().strip() for line in lines[1:]) == sorted(names)


def test_the_wall_stands_there_too(site: Site, acme: Organization) -> None:
    rival = site.organization()
    site.lead(rival, "Of The Rival")
    site.catch_up()
    counts = []
    with connections[REPLICA].cursor() as cursor:
        for whose in (reach.nobody(), reach.of(acme.pk), reach.of(rival.pk)):
            with whose:
                cursor.execute("SELECT count(*), min(organization_id), pg_is_in_recovery() FROM leads_lead")
                counts.append(cursor.fetchone())
    assert counts == [(0, None, True), (1, acme.pk, True), (1, rival.pk, True)]


def test_behind_pgbouncer(site: Site, acme: Organization, reader: Advisor) -> None:
    """In transaction mode, as deploy/pgbouncer.ini has it; which takes no notice of what sessions are told."""
    rival = site.organization()
    charlie = site.advisor(rival)
    site.lead(rival, "Of The Rival")
    site.pause()
    site.lead(acme, "Late Riser")
    with pgbouncer(site.url_at(site.copy)) as url:
        use_replica(site, url, prepare_threshold=None)
        for _ in range(2):
            assert ["Early Bird" in list_of(reader), "Of The Rival" in list_of(charlie)] == [True, True]
            assert "Of The Rival" not in list_of(reader)
        assert "Late Riser" not in list_of(reader)


def test_nothing_can_be_written_there(site: Site) -> None:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        with pytest.raises(DatabaseError, match="read-only"):
            cursor.execute("DELETE FROM leads_lead")
