"""Which pages are pictured, and who looks at each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from allauth.usersessions.models import UserSession
from django.test import Client

from crm.models import User
from leads.models import Lead
from sequences import demo
from tests.browser.pages import ADMIN, PARTS, addressed, asked_for, pages_among, theirs
from tests.conftest import sign_in
from tests.screenshots import world

NOWHERE = {"/nowhere": "/nowhere"}


def visits(now: dt.datetime) -> Iterator[tuple[str, dict[str, str]]]:
    """Each log-in (or none) with its pages: address, and what the page is called."""
    dana, ids = world.build(now)
    known = everything(ids)
    lead = Lead.objects.get(uuid=ids["lead"])
    nobodys = of(known, Client()) | theirs(lead, dana, ids["unsubscribe_token"], now)
    yield "", nobodys
    session, client = _signed_in(dana.user)
    _list_sessions(dana.user, client, now)
    yield session, {path: name for path, name in of(known, client).items() if path not in nobodys} | NOWHERE
    session, _client = _signed_in(User.objects.get(email=demo.ADMIN[0]))
    yield session, addressed(iter(ADMIN), ids)


def everything(ids: Mapping[str, Any]) -> dict[str, str]:
    return addressed((each for part in PARTS for each in asked_for(part, once=True)), ids)


def of(known: Mapping[str, str], client: Client) -> dict[str, str]:
    """The pages that this browser finds."""
    return {path: known[path] for path in pages_among(known, client, found=True)}


def _signed_in(user: User) -> tuple[str, Client]:
    client = Client()
    sign_in(client, user)
    return client.cookies["sessionid"].value, client


def _list_sessions(user: User, here: Client, now: dt.datetime) -> None:
    """This browser and a telephone."""
    _session, telephone = _signed_in(user)
    for client, agent, days in (
        (telephone, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1", 2),
        (here, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", 0),
    ):
        UserSession.objects.create(
            user=user, session_key=client.session.session_key, ip="203.0.113.7", user_agent=agent,
            created_at=now - dt.timedelta(days=days, minutes=40),
        )  # fmt: skip
