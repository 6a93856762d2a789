"""Counting requests in the database, from many threads, and in Redis when there is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from redis.exceptions import ConnectionError as NoRedis

from api.models import RateWindow
from api.throttling import HOUR, Limit, count, untouched
from crm.models import Credential, Organization

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


def test_redis_counts_when_there_is_one(credential: Credential, settings: Any) -> None:
    """The cache of this test stands for Redis: both add and increment atomically."""
    settings.REDIS_URL = "redis://localhost"
    cache.clear()
    assert [count(credential.pk, THREE, NOON).remaining for _ in range(4)] == [2, 1, 0, 0]
    assert count(credential.pk, THREE, NOON + dt.timedelta(minutes=1)).remaining == 2
    assert not RateWindow.objects.exists()


def test_the_database_counts_while_redis_is_away(credential: Credential, settings: Any) -> None:
    settings.REDIS_URL = "redis://localhost"
    with patch("api.throttling.cache.add", side_effect=NoRedis):
        assert count(credential.pk, THREE, NOON).remaining == 2
    assert RateWindow.objects.get().requests == 1
