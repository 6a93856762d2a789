"""Which pages are pictured, and who looks at each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.test import Client

from crm.models import User
from leads.models import Lead
from sequences import demo
from tests.browser.pages import ADMIN, PARTS, addressed, asked_for, pages_among, theirs
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
    client.force_login(user)
    return client.cookies["sessionid"].value, client
