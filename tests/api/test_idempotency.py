"""Keys under pressure: many threads, processes that hang, old rows. What a contract makes of it is tested there."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, connections
from django.http import HttpResponse

from api import idempotency
from api.models import KeptAnswer
from crm import reach
from crm.models import Event, Organization
from leads.models import Lead, LeadTag
from leads.tallies import stage_totals
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

ON_POSTGRESQL = connection.vendor == "postgresql"


def attempt(organization: Organization, key: str = "k", body: Any = None) -> idempotency.Attempt:
    now = dt.datetime.now(dt.UTC)
    return idempotency.Attempt(
        organization=organization, method="POST", address="/test/v1/things", key=key, body=body, now=now
    )


def done() -> HttpResponse:
    return HttpResponse(b"\x00\xff done", status=201, content_type="application/octet-stream")


def at_once[T](count: int, do: Callable[[int], T]) -> list[T]:
    """What each of so many threads brings back; they start together and each closes its connection."""
    barrier = threading.Barrier(count)

    def run(number: int) -> T:
        try:
            barrier.wait(timeout=30)
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_fifty_requests_with_one_key_make_one_lead(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization, "lendworks")
    body = {"businessName": "Acme", "phone": "(415) 555-1234", "requestedAmount": "1000", "tags": ["a", "b"]}

    def post(number: int) -> Any:
        return Caller("/v1/leads", Authorization=f"Bearer {key}").post("", body, Idempotency_Key="k")

    answers = at_once(50, post)
    assert Counter(answer.status_code for answer in answers).keys() <= {201, 409}
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert sum("Idempotency-Key-Replay" not in answer.headers for answer in made) == 1
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {answer.json()["errors"][0]["code"] for answer in refused} <= {"IDEMPOTENCY_CONFLICT"}
    assert (Lead.objects.count(), LeadTag.objects.count(), KeptAnswer.objects.count()) == (1, 2, 1)
    assert Event.objects.filter(name="lead.created").count() == 1
    assert [totals.leads for totals in stage_totals(organization).values()] == [1]


@pytest.mark.django_db(transaction=True)
def test_ten_requests_with_ten_keys_and_one_phone_make_ten_leads_of_which_one_answers(
    organization: Organization, key_of: KeyOf
) -> None:
    key = key_of(organization, "lendworks")

    def post(number: int) -> int:
        api = Caller("/v1/leads", Authorization=f"Bearer {key}")
        return int(api.post("", {"phone": "(415) 555-1234"}, Idempotency_Key=f"k{number}").status_code)

    assert at_once(10, post) == [201] * 10
    assert Lead.objects.count() == 10
    assert Lead.objects.filter(duplicate_of=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_leads_that_take_one_phone_at_once_all_get_it(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization, "lendworks")
    api = Caller("/v1/leads", Authorization=f"Bearer {key}")
    ids = [api.post("", {}).json()["data"]["id"] for _ in range(10)]

    def take(number: int) -> int:
        own = Caller("/v1/leads", Authorization=f"Bearer {key}")
        return int(own.patch(f"/{ids[number]}", {"phone": "(415) 555-1234"}).status_code)

    assert at_once(10, take) == [200] * 10
    assert Lead.objects.filter(duplicate_of=None, phone_e164="+14155551234").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite lets the second request wait instead")
def test_a_key_in_flight_is_a_conflict_and_other_keys_are_not(organization: Organization) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow() -> HttpResponse:
        entered.set()
        assert leave.wait(30)
        return done()

    def first(number: int) -> int:
        with reach.of(organization.pk):
            return idempotency.once(attempt(organization), slow).status_code

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(lambda: (first(0), connections.close_all())[0])
        assert entered.wait(30)
        with pytest.raises(idempotency.InFlight):
            idempotency.once(attempt(organization), done)
        assert idempotency.once(attempt(organization, "other"), done).status_code == 201
        leave.set()
        assert answer.result() == 201
    assert idempotency.REPLAY_HEADER in idempotency.once(attempt(organization), done).headers


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no other side that could end a transaction")
def test_who_hangs_in_the_middle_loses_the_key_and_all_that_it_did(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LOCK_SECONDS", 0.2)

    def hang() -> HttpResponse:
        Event.objects.create(
            organization=organization, name="x.done", happened_at=dt.datetime.now(dt.UTC), actor_kind="system"
        )
        time.sleep(1)
        return done()

    with pytest.raises(Error):
        idempotency.once(attempt(organization), hang)
    connections.close_all()
    assert not Event.objects.filter(name="x.done").exists()
    assert idempotency.REPLAY_HEADER not in idempotency.once(attempt(organization), done).headers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["after the lead was written", "after the answer was kept"])
def test_a_process_that_is_killed_leaves_nothing_behind(organization: Organization, key_of: KeyOf, moment: str) -> None:
    key, body = key_of(organization, "lendworks"), {"businessName": "Acme", "phone": "(415) 555-1234"}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.api.killed_request", key, json.dumps(body), moment],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "crm.settings"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not Lead.objects.exists()
    assert not KeptAnswer.objects.exists()
    answer = Caller("/v1/leads", Authorization=f"Bearer {key}").post("", body, Idempotency_Key="k")
    assert (answer.status_code, idempotency.REPLAY_HEADER in answer.headers) == (201, False)
    assert Lead.objects.count() == 1


def database_url() -> str:
    """The tests' own database, for another process."""
    about = connection.settings_dict
    if not ON_POSTGRESQL:
        return f"sqlite:///{about['NAME']}"
    return f"postgres://{about['USER']}:{about['PASSWORD']}@{about['HOST']}:{about['PORT']}/{about['NAME']}"


def test_the_answer_comes_back_byte_for_byte(organization: Organization) -> None:
    idempotency.once(attempt(organization), done)
    replay = idempotency.once(attempt(organization), pytest.fail)
    assert (replay.status_code, replay.content) == (201, b"\x00\xff done")
    assert replay["Content-Type"] == "application/octet-stream"


def test_an_answer_that_is_no_success_is_not_kept(organization: Organization) -> None:
    for status in (302, 404, 422, 500):
        assert idempotency.once(attempt(organization), lambda: HttpResponse(status=status)).status_code == status  # noqa: B023
    assert not KeptAnswer.objects.exists()


def test_without_the_lock_the_constraint_still_lets_only_one_through(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_lock", lambda attempt: None)

    def somebody_else_is_first() -> HttpResponse:
        idempotency.once(attempt(organization), done)
        return done()

    with pytest.raises(idempotency.InFlight):
        idempotency.once(attempt(organization), somebody_else_is_first)


def test_old_answers_are_pruned_a_portion_at_a_time(organization: Organization, now: dt.datetime) -> None:
    for number in range(5):
        idempotency.once(attempt(organization, f"old-{number}"), done)
    KeptAnswer.objects.update(kept_at=now - dt.timedelta(hours=24))
    idempotency.once(attempt(organization, "young"), done)
    assert [idempotency.prune(now, limit=3) for _ in range(3)] == [3, 2, 0]
    assert KeptAnswer.objects.get().key == "young"
