"""Counting requests in the database, from many threads, and in Redis when there is one."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from api.models import RateWindow
from api.throttling import HOUR, MINUTE, Limit, count, untouched
from crm.models import Credential, Organization
from tests.api.test_idempotency import database_url

NOON = dt.datetime(2026, 2, 15, 12, 0, 20, tzinfo=dt.UTC)
THREE = Limit("few", 3)


@pytest.fixture
def credential(organization: Organization) -> Credential:
    return Credential.issue("lendworks", organization=organization)[0]


def test_it_works(credential: Credential) -> None:
    standings = [count(credential.pk, THREE, NOON) for _ in range(4)]
    assert [standing.remaining for standing in standings] == [2, 1, 0, 0]
    assert [standing.is_exceeded for standing in standings] == [False, False, False, True]
    assert standings[0].reset == int(NOON.timestamp()) + 40
    assert standings[0].retry_after(NOON) == 40


def test_a_window_may_be_an_hour(credential: Credential) -> None:
    standing = count(credential.pk, Limit("hourly", 100, HOUR), NOON)
    assert standing.retry_after(NOON) == 3600 - 20


def test_it_takes_one_statement_and_keeps_one_row(
    credential: Credential, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for minute in range(5):
        with django_assert_num_queries(1):
            standing = count(credential.pk, THREE, NOON + dt.timedelta(minutes=minute))
        assert standing.remaining == 2
    assert RateWindow.objects.count() == 1


def test_keys_and_buckets_are_counted_apart(organization: Organization, credential: Credential) -> None:
    other = Credential.issue("lendworks", organization=organization)[0]
    for limit, who in ((THREE, credential), (THREE, other), (Limit("many", 3), credential)):
        assert count(who.pk, limit, NOON).remaining == 2


def test_who_is_not_counted_has_everything_left() -> None:
    assert untouched(THREE, NOON).remaining == 3


@pytest.mark.django_db(transaction=True)
def test_no_request_is_lost_when_many_come_at_once(credential: Credential) -> None:
    def knock(_: int) -> int:
        try:
            return count(credential.pk, Limit("race", 1000), NOON).remaining
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        remaining = sorted(pool.map(knock, range(100)))
    assert remaining == list(range(900, 1000))


COUNTING = """
import datetime, os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
django.setup()
from api.throttling import Limit, count
key, now = int(sys.argv[1]), datetime.datetime.fromisoformat(sys.argv[2])
print(*(count(key, Limit("race", 1000), now).remaining for _ in range(25)))
"""


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(credential: Credential) -> None:
    """Four of them, as a site has; what each was told was left is told once."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(credential.pk), NOON.isoformat()],
            cwd=Path(__file__).parents[2],
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "crm.settings", "REDIS_URL": ""},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    told = [int(left) for each in running for left in each.communicate(timeout=120)[0].split()]
    assert sorted(told) == list(range(900, 1000))


@pytest.fixture
def redis_url(settings: Any) -> str:
    """A Redis of this machine, emptied of what this test counts; there is one in .ci/run."""
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    try:
        Redis.from_url(url, socket_connect_timeout=0.5).flushdb()
    except RedisError:
        pytest.skip(f"no Redis at {url}")
    settings.REDIS_URL = url
    return url


def test_redis_counts_when_there_is_one(credential: Credential, redis_url: str) -> None:
    assert [count(credential.pk, THREE, NOON).remaining for _ in range(4)] == [2, 1, 0, 0]
    assert count(credential.pk, THREE, NOON + dt.timedelta(minutes=1)).remaining == 2
    assert not RateWindow.objects.exists()
    windows = Redis.from_url(redis_url)
    assert [0 < windows.ttl(key) <= 2 * MINUTE for key in windows.keys("rate:*")] == [True, True]


def test_redis_loses_no_request_when_many_come_at_once(credential: Credential, redis_url: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        remaining = sorted(
            pool.map(lambda _: count(credential.pk, Limit("race", 1000), NOON).remaining, range(100)),
        )
    assert remaining == list(range(900, 1000))


def test_the_database_counts_while_redis_is_away(credential: Credential, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert count(credential.pk, THREE, NOON).remaining == 2
    assert RateWindow.objects.get().requests == 1
