"""Guessing stops after five tries, also when fifty come at the same moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm import locking_out
from crm.locking_out import MOST, WINDOW, may_try, was_right
from crm.models import Advisor, LogInTry, User
from tests.conftest import PASSWORD
from tests.racing import at_once

MAIL = "alice@acme.example"


@pytest.mark.django_db
def test_it_works(now: dt.datetime) -> None:
    assert [may_try(MAIL, now=now) for _ in range(7)] == [True] * MOST + [False] * 2
    assert may_try("bob@acme.example", now=now)
    assert may_try(MAIL.upper(), now=now + WINDOW + dt.timedelta(seconds=1))


@pytest.mark.django_db
def test_a_right_password_takes_back_its_own_try_and_no_other(now: dt.datetime) -> None:
    for _ in range(MOST - 1):
        may_try(MAIL, now=now)
    assert may_try(MAIL, now=now)
    was_right(MAIL)
    assert may_try(MAIL, now=now)
    assert not may_try(MAIL, now=now)


@pytest.mark.django_db
def test_what_is_long_over_is_forgotten(now: dt.datetime) -> None:
    may_try(MAIL, now=now - dt.timedelta(hours=1))
    assert locking_out.prune() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_look_at_five_passwords(alice: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each from an address of its own, and with a cache of its own, as processes on many machines have it."""
    looked: list[int] = []
    known = User.check_password

    def counted(user: User, given: str) -> bool:
        looked.append(1)
        return known(user, given)

    monkeypatch.setattr(User, "check_password", counted)
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", _Forgetful())

    def tried(number: int) -> Any:
        client = Client(REMOTE_ADDR=f"10.0.0.{number + 1}")
        return client.post("/sign-in", {"login": alice.user.email, "password": f"wrong {number}"}).status_code

    assert set(at_once(tried, threads=50)) == {200}
    assert len(looked) == MOST
    assert LogInTry.objects.get().tries == 50
    cache.clear()
    Client().post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
    assert len(looked) == MOST


class _Forgetful:
    """The cache of a process that has seen nothing yet."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return True

    def get(self, key: str, default: Any = None) -> Any:
        return default

    def set(self, *args: Any, **kwargs: Any) -> None: ...

    def delete(self, *args: Any) -> None: ...
