"""What narrows the board, and how the address says it."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, Organization
from leads.models import Stage
from tests.conftest import ClientOf, MakeLead

NAMES = ("Aspen Freight", "Birch Bakery", "Cedar Dental", "Dogwood Diner")


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture(autouse=True)
def leads(
    make_lead: MakeLead, alice: Advisor, bob: Advisor, stages: dict[str, Stage], now: dt.datetime, charlie: Advisor
) -> None:
    make_lead(business_name=NAMES[0], advisor=alice, tags=["SBA"], priority="urgent", phone="(415) 555-0171")
    make_lead(business_name=NAMES[1], advisor=bob, tags=["SBA", "Texas"], source="referral", stage=stages["contacted"])
    make_lead(business_name=NAMES[2], tags=["Texas"], requested_amount_given="120000", source="web_form")
    make_lead(business_name=NAMES[3], now=now - dt.timedelta(days=30))
    make_lead(business_name="Secret", tags=["SBA"], organization=charlie.organization)


def found(client: Client, **query: object) -> str:
    """The initials of the leads that are on the board."""
    answer = client.get("/board?" + urlencode(query, doseq=True))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Secret" not in text
    return "".join(name[0] for name in NAMES if name in text)


def test_it_works(client: Client) -> None:
    assert found(client) == "ABCD"
    assert found(client, q="bakery") == "B"


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ({"advisor": "me"}, "A"),
        ({"advisor": "nobody"}, "CD"),
        ({"advisor": ["me", "nobody"]}, "ACD"),
        ({"tag": "SBA"}, "AB"),
        ({"tag": ["SBA", "Texas"]}, "ABC"),
        ({"tag": "Texas", "advisor": "nobody"}, "C"),
        ({"tag": "no such tag"}, ""),
        ({"source": "referral"}, "B"),
        ({"source": ["referral", "web_form"]}, "BC"),
        ({"priority": "urgent"}, "A"),
        ({"stale": "true"}, "D"),
        ({"q": "415-555-0171"}, "A"),
        ({"q": "cedar dent"}, "C"),
        ({"q": "ce"}, "C"),
        ({"q": "freight", "priority": "low"}, ""),
        ({"source": "nonsense"}, "ABCD"),
        ({"stale": "nonsense", "q": "\x00", "page": "7"}, "ABCD"),
    ],
)
def test_each_filter_and_several_together(client: Client, query: dict[str, str], who: str) -> None:
    assert found(client, **query) == who


def test_a_colleague_is_a_filter(client: Client, bob: Advisor) -> None:
    assert found(client, advisor=str(bob.uuid)) == "B"


def test_somebody_of_another_organization_is_none(client: Client, charlie: Advisor) -> None:
    assert found(client, advisor=str(charlie.uuid)) == ""


def test_another_organizations_tags_and_people_are_not_offered(
    charlie: Advisor, client_of: ClientOf, alice: Advisor
) -> None:
    text = client_of(charlie).get("/board").content.decode()
    assert 'value="Texas"' not in text
    assert str(alice.uuid) not in text


def test_totals_are_those_of_the_leads_that_pass(client: Client) -> None:
    text = client.get("/board?source=web_form").content.decode()
    assert '<b class="num">1</b> lead found' in text
    assert "$120k" in text
    assert client.get("/board").content.decode().count("$120k") == 2


def test_what_is_set_is_said_and_can_be_cleared_alone(client: Client) -> None:
    text = client.get("/board?source=web_form&tag=SBA&open=lost").content.decode()
    assert "Source is <b" in text
    assert ">Web form</b>" in text
    assert 'href="?tag=SBA&amp;open=lost" data-clear="source"' in text
    assert 'href="?open=lost" data-clear="q stage advisor' in text


def test_htmx_gets_the_board_without_the_frame(client: Client) -> None:
    answer = client.get("/board?tag=SBA", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.startswith('<div class="board-frame"')
    assert 'id="chips" hx-swap-oob="true"' in text
    assert "<html" not in text
    assert "HX-Request" in answer["Vary"]


def test_the_back_button_gets_the_whole_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/board?tag=SBA", headers=headers).content.decode()


def test_more_cards_and_changes_keep_to_the_filters(client: Client, organization: Organization) -> None:
    changes = client.get("/board/changes?mark=0&tag=SBA").content.decode()
    assert "Birch" in changes
    assert "Cedar" not in changes
    more = client.get("/board/cards?stage=new_lead&below=9223372036854775807.1&tag=SBA").content.decode()
    assert "Aspen" in more
    assert "Cedar" not in more


def test_a_card_that_no_longer_passes_leaves_with_its_move(
    client: Client, stages: dict[str, Stage], organization: Organization
) -> None:
    lead = organization.leads.get(business_name=NAMES[3])
    answer = client.post(
        f"/leads/{lead.uuid}/moves?stale=true", {"stage": stages["contacted"].uuid}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert f'data-gone="{lead.uuid}"' in answer.content.decode()


def test_cards_are_not_looked_for_where_none_were_counted(client: Client) -> None:
    with CaptureQueriesContext(connection) as some:
        assert found(client, source="referral") == "B"
    with CaptureQueriesContext(connection) as none:
        assert found(client, source="csv_import") == ""
    looks = [sum("talk_last_message_at" in one["sql"] for one in each.captured_queries) for each in (some, none)]
    assert looks == [1, 0]
