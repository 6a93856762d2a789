"""The list of leads: pages both ways in every order, what narrows it, what it costs, who sees what."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, LeadVisibility, Organization
from leads import listing
from leads.models import Lead, Stage
from leads.sorting import SORTS
from tests.conftest import ClientOf, MakeLead

_ROW = re.compile(r'<tr data-lead="([0-9a-f-]+)"')
_PAGE = re.compile(r'href="\?([^"]*)"[^>]*data-page="(previous|next)"')


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def rows(text: str) -> list[str]:
    return _ROW.findall(text)


def get(client: Client, **query: object) -> str:
    answer = client.get("/leads?" + urlencode(query, doseq=True))
    assert answer.status_code == 200
    return answer.content.decode()


def turn(text: str, to: str) -> str:
    """The query string of the previous or next page; "" when there is none."""
    found = {name: address.replace("&amp;", "&") for address, name in _PAGE.findall(text)}
    return found.get(to, "")


def walk(client: Client, query: str, to: str) -> tuple[list[list[str]], str]:
    """The pages from here on in one direction, and the last one's text."""
    pages = []
    while True:
        text = client.get(f"/leads?{query}").content.decode()
        pages.append(rows(text))
        query = turn(text, to)
        if not query:
            return pages, text


def test_it_works(client: Client, make_lead: MakeLead, charlie: Advisor) -> None:
    lead = make_lead(business_name="Aspen Freight", requested_amount_given="85000", tags=["SBA"])
    make_lead(business_name="Secret", organization=charlie.organization)
    text = get(client)
    assert rows(text) == [str(lead.uuid)]
    assert "Aspen Freight" in text
    assert "$85,000" in text
    assert '<b class="num">1</b> lead</p>' in text
    assert "Secret" not in text
    assert "That is all" in text


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_every_page_comes_once_and_in_order_both_ways(
    client: Client,
    make_lead: MakeLead,
    now: dt.datetime,
    stages: dict[str, Stage],
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
) -> None:
    """Many leads have the same value, some have none: the id decides."""
    monkeypatch.setattr(listing, "PAGE", 4)
    made = [
        make_lead(
            business_name="" if number % 3 else "Same Name" if number % 2 else f"Other {number % 5}",
            requested_amount_given="" if number % 4 == 0 else str(1000 * (number % 3)),
            now=now - dt.timedelta(minutes=number // 5),
        )
        for number in range(14)
    ]
    forwards, last = walk(client, urlencode({"sort": sort}), "next")
    assert [len(page) for page in forwards] == [4, 4, 4, 2]
    flat = [uuid for page in forwards for uuid in page]
    assert sorted(flat) == sorted(str(lead.uuid) for lead in made)
    order = SORTS[sort]
    expected = [str(lead.uuid) for lead in order.ordered(Lead.objects.all())]
    assert flat == expected
    backwards, _ = walk(client, turn(last, "previous"), "previous")
    assert backwards == forwards[-2::-1]
    turned, _ = walk(client, urlencode({"sort": order.turned}), "next")
    assert [uuid for page in turned for uuid in page] == flat[::-1]


def test_a_page_may_begin_where_its_lead_is_gone(
    client: Client, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    leads = [make_lead() for _ in range(4)][::-1]
    following = turn(get(client), "next")
    Lead.objects.filter(pk=leads[1].pk).update(deleted_at=leads[1].created_at)
    assert rows(client.get(f"/leads?{following}").content.decode()) == [str(lead.uuid) for lead in leads[2:]]


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize(
    "place", ["x", ".", "1", "1.", "1.x", "99999999999999999999.1", "1.2026-01-01", "1.NaN", "1.1e99", "1.\x00", "-1.0"]
)
def test_what_is_no_place_is_refused_or_finds_nothing(client: Client, sort: str, place: str) -> None:
    assert client.get("/leads", {"sort": sort, "after": place}).status_code in (200, 400)
    assert client.get("/leads", {"sort": "came", "before": "1.never"}).status_code == 400


def test_an_unknown_order_is_the_usual_one(client: Client, make_lead: MakeLead) -> None:
    first, second = make_lead(), make_lead()
    assert rows(get(client, sort="nonsense")) == [str(second.uuid), str(first.uuid)]


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ({"stage": "contacted"}, "B"),
        ({"stage": ["contacted", "new_lead"]}, "ABC"),
        ({"stage": "no such stage"}, ""),
        ({"since": "2026-03-02"}, "BC"),
        ({"until": "2026-03-02"}, "AB"),
        ({"since": "2026-03-02", "until": "2026-03-02"}, "B"),
        ({"since": "nonsense"}, "ABC"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "ABC"),
        ({"q": "birch"}, "B"),
        ({"advisor": "me"}, "A"),
        ({"source": "nonsense", "q": "birch"}, "B"),
    ],
)
def test_what_narrows_it(
    client: Client, make_lead: MakeLead, alice: Advisor, stages: dict[str, Stage], query: dict[str, str], who: str
) -> None:
    """Days are those of the organisation: in New York the third of March begins at five in the morning, UTC."""
    make_lead(business_name="Aspen", advisor=alice, now=dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC))
    make_lead(business_name="Birch", stage=stages["contacted"], now=dt.datetime(2026, 3, 3, 4, 59, tzinfo=dt.UTC))
    make_lead(business_name="Cedar", now=dt.datetime(2026, 3, 3, 5, 0, tzinfo=dt.UTC))
    text = get(client, **query)
    assert "".join(name[0] for name in ("Aspen", "Birch", "Cedar") if name in text) == who
    board = client.get("/board?" + urlencode(query, doseq=True)).content.decode()
    assert "".join(name[0] for name in ("Aspen", "Birch", "Cedar") if name in board) == who


def test_the_total_is_exact_or_says_that_it_is_not(
    client: Client, make_lead: MakeLead, stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_lead(stage=stages["contacted"] if number else stages["new_lead"], source="referral")
    assert '<b class="num">2</b> leads found' in get(client, stage="contacted")
    assert '<b class="num">3</b> leads found' in get(client, source="referral")
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    assert 'more than <b class="num">2</b> found' in get(client, source="referral")
    assert '<b class="num">3</b> leads</p>' in get(client)


def test_columns_are_chosen_and_remembered(client: Client, make_lead: MakeLead) -> None:
    make_lead(email="mary@doe.example")
    assert "mary@doe.example" not in get(client)
    chosen = get(client, columns=["email", "nonsense", "amount"])
    assert "mary@doe.example" in chosen
    assert 'class="c-stage"' not in chosen
    assert "mary@doe.example" in get(client)
    assert 'class="c-stage"' in get(client, columns=["stage"])


@pytest.mark.parametrize("number", [3, 40])
def test_it_costs_twelve_statements_however_many(
    client: Client, make_lead: MakeLead, bob: Advisor, number: int
) -> None:
    for each in range(number):
        make_lead(advisor=bob if each % 2 else None, tags=[f"tag {each % 4}"], email=f"a{each}@b.example")
    get(client)
    with CaptureQueriesContext(connection) as queries:
        get(client, q="borrower", sort="-amount", columns=["email", "tags", "stage", "advisor", "next", "checklist"])
    # session, user, advisor; team, stages; leads, tags, progress, who must not be contacted; tags, views, total
    reads = [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("UPDATE", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(reads) <= 12, "\n".join(reads)


def test_an_advisor_who_sees_their_own_sees_no_others(
    client_of: ClientOf, make_lead: MakeLead, organization: Organization, alice: Advisor, bob: Advisor
) -> None:
    make_lead(business_name="Hers", advisor=alice)
    make_lead(business_name="His", advisor=bob)
    make_lead(business_name="Free")
    organization.advisors_see = LeadVisibility.OWN
    organization.save()
    text = get(client_of(bob))
    assert ("Hers" in text, "His" in text, "Free" in text) == (False, True, True)
    assert '<b class="num">2</b> leads</p>' in text


def test_htmx_gets_what_a_filter_changes(client: Client, make_lead: MakeLead) -> None:
    make_lead()
    answer = client.get("/leads?q=borrower", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.startswith('<section class="list" id="list"')
    assert 'id="chips" hx-swap-oob="true"' in text
    assert "<html" not in text
    assert "HX-Request" in answer["Vary"]


def test_an_empty_list_says_what_to_do(client: Client, organization: Organization) -> None:
    assert "No leads yet" in get(client)
    assert "No lead passes these filters" in get(client, q="nobody")


def test_strangers_sign_in_first(db: None) -> None:
    assert Client().get("/leads").status_code == 302
