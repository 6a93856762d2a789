"""
Which pages there are, from the addresses of tests/tenancy/cases.py.

Each route of the URLconf has a case there, so a new page is looked at and pictured as soon as it exists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from crm.models import Advisor
from leads import checklists, upload_links
from leads.models import Lead
from tests.tenancy.asking import names_in
from tests.tenancy.cases import CASES, OPEN, PAGE, Call, Case

PARTS = ("leads/", "settings/", "account/", "")
NOT_FOUND = 404
#: Of the administration: its first page, a list, a form that is filled in and an empty one, and what it asks twice.
ADMIN = (
    "/admin/",
    "/admin/leads/lead/",
    "/admin/leads/lead/$lead_number/change/",
    "/admin/leads/lead/$lead_number/history/",
    "/admin/leads/lead/add/",
    "/admin/crm/credential/add/",
    "/admin/crm/event/",
)


def part_of(case: Case) -> str:
    return next(part for part in PARTS if case.address[1:].startswith(part))


def asked_for(part: str, *, once: bool = False) -> Iterator[str]:
    """What may be asked for with GET below this part, with $names for ids. once: one address for each route."""
    for case in CASES:
        if case.door not in (PAGE, OPEN) or part_of(case) != part or case.contract:
            continue
        calls = [call for call in case.calls if call.method == "GET"] or [Call("GET")]
        for call in calls[:1] if once else calls:
            yield case.address + call.query


def addressed(templates: Iterator[str], ids: Mapping[str, Any]) -> dict[str, str]:
    """Address -> what it was before the ids stood in it. What these ids can't fill is left out."""
    fillable = [template for template in templates if set(names_in(template)) <= ids.keys()]
    return {re.sub(r"\$([a-z_]+)", lambda name: str(ids[name[1]]), template): template for template in fillable}


def pages_among(paths: Mapping[str, str], client: Client, *, found: bool = False) -> Iterator[str]:
    """Whole pages: no part of one, no file, nothing that only takes a POST or sends elsewhere. found: none of 404."""
    for path in paths:
        answer = client.get(path)
        is_html = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
        if answer.status_code in (200, 410, *([] if found else [NOT_FOUND])) and is_html and b"<html" in answer.content:
            yield path


def theirs(lead: Lead, by: Advisor, unsubscribe_token: str, now: dt.datetime) -> dict[str, str]:
    """What borrowers are sent the address of."""
    link = upload_links.make(lead, checklists.items_of(lead), by_advisor=by, now=now)
    return {urlsplit(upload_links.url_of(link)).path: "/upload/$link", f"/u/{unsubscribe_token}": "/u/$borrower"}
