"""Every page, read in Spanish: no English is left on it but what people wrote, and none breaks."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from crm.models import User
from tests.conftest import sign_in
from tests.languages.extracting import ROOT, entries
from tests.tenancy.asking import filled, names_in
from tests.tenancy.cases import CASES, OPEN, PAGE, Call, Case
from tests.tenancy.world import Side, build

pytestmark = pytest.mark.django_db
PAGES = [case for case in CASES if case.door in (PAGE, OPEN) and not case.contract]
#: The reference of the contracts is in the contracts' own English.
IN_ENGLISH = ("/api/docs", "/leads/$lead/contracts", "/manifest", "/service-worker", "/healthz")
#: What people wrote: names of stages, a heading of a file, what the world in tests/tenancy says.
THEIRS = re.compile(
    r"canary|^Phone$|sms,call|Brings back|Connected|Call back|Somebody else answered|Not interested|Wrong number|"
    r"Out of service|Do not call|No answer|Left voicemail|Busy|New Lead|Application|Submitted|Approved|Contacted|"
    r"Qualified|Converted|\bLost\b|Hi from|hook|lead\.\w|"
    r"America/|@|https?://|Leadwright|Twilio|Content|Unnamed"
)
_TEXT = re.compile(r">([^<>]+)<")
_SAID = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]+)"')
_NOT_SAID = re.compile(
    r"<(script|style|code|datalist|textarea|kbd|option)\b.*?</\1>|<[^>]*\blang=\"en\".*?>[^<]*", re.DOTALL
)
_PLACE = re.compile(r"\{\w+\}")
_ENGLISH = re.compile(
    r"\b(?:the|and|with|your|this|these|nobody|somebody|leads?|sent|until|waiting|call|nothing|every|from|has|have|was|"
    r"is|are|not|you|of|to|by|in|on|for|new|open|when|who|what|why|they|their|it|messages?|stage|advisor)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def side(kept_for_the_module: None) -> Side:
    side = build("canary", 101)
    User.objects.filter(pk=side.admin.user_id).update(language="es")
    return side


@pytest.fixture(scope="module")
def english() -> set[str]:
    """What the catalogue has another word for."""
    return {
        word for word, said in entries(ROOT / "locale/es/LC_MESSAGES/django.po").items() if word and said[0] != word
    }


def read(html: str) -> list[str]:
    html = _NOT_SAID.sub("", html)
    said = [*_TEXT.findall(html), *_SAID.findall(html)]
    return [" ".join(each.split()) for each in said if not THEIRS.search(each)]


@pytest.mark.parametrize("case", PAGES, ids=str)
def test_no_english_is_left(side: Side, english: set[str], case: Case) -> None:
    if case.address.startswith(IN_ENGLISH):
        pytest.skip("in the contracts' own words")
    client = Client(raise_request_exception=True, headers={"Accept-Language": "es"})
    sign_in(client, side.admin.user)
    for call in [call for call in case.calls if call.method == "GET"] or [Call("GET")]:
        whose = dict.fromkeys(names_in(case.address, call.query), side)
        with transaction.atomic():
            answer = client.get(filled(case.address + call.query, whose))
            transaction.set_rollback(True)
        if answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        html = answer.content.decode()
        assert "<html" not in html or '<html lang="es"' in html
        said = read(html)
        left = [each for each in said if each in english or _ENGLISH.search(_PLACE.sub("", each))]
        assert "; ".join(left) == ""
