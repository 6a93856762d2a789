"""The score: what it is made of, and that it follows every change of what it is made of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Organization
from leads import messaging, scoring
from leads.bulk_intake import receive_leads
from leads.editing import change_lead
from leads.intake import receive_lead
from leads.models import Conversation, Lead, Source
from tests.conftest import ClientOf, MakeLead

BY = Actor.system()
ARRIVED = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def lead_with(**columns: Any) -> Lead:
    """A lead that nobody has written down."""
    return Lead(**{"source": "", "created_at": ARRIVED} | columns)


def points(**columns: Any) -> int:
    return scoring.score_of(lead_with(**columns))


def stored(lead: Lead) -> int:
    """The score in the database, which must be the right one."""
    fresh = Lead.objects.get(pk=lead.pk)
    assert fresh.score == scoring.score_of(fresh)
    return fresh.score


def test_it_works() -> None:
    lead = lead_with(
        phone_e164="+14155551234", name="Jane Doe", requested_amount=250_000, monthly_revenue=100_000, source="referral"
    )
    assert [(part.points, part.reason) for part in scoring.parts_of(lead)] == [
        (14, "Has a phone number that can be dialled"),
        (3, "Gave a name"),
        (10, "Earns $100,000 a month or more"),
        (12, "Asks for three months' revenue or less"),
        (10, "Came by referral"),
    ]
    assert scoring.score_of(lead) == 49


def test_a_lead_of_which_nothing_is_known_has_no_points() -> None:
    assert scoring.parts_of(lead_with()) == []
    assert points() == 0


def test_the_best_of_all_leads_has_exactly_a_hundred() -> None:
    highest: dict[str, int] = {}
    for rule in scoring.RULES:
        highest[rule.topic] = max(rule.points, highest.get(rule.topic, 0))
    assert sum(highest.values()) == scoring.HIGHEST


@pytest.mark.parametrize(
    ("amount", "monthly", "annual", "expected"),
    [
        (None, None, None, 0),
        (1, None, None, 5),
        (0, None, None, 0),
        (10_000, 10_000, None, 4 + 15),
        (10_001, 10_000, None, 4 + 12),
        (30_000, 10_000, None, 4 + 12),
        (60_000, 10_000, None, 4 + 7),
        (60_001, 10_000, None, 4 + 2),
        (None, 9_999, None, 0),
        (None, 25_000, None, 7),
        (None, 100_000, None, 10),
        (None, None, 300_000, 7),
        (25_000, None, 300_000, 7 + 15),
        (25_000, 10_000, 99_000_000, 4 + 12),
        (5_000, 0, 0, 5),
    ],
)
def test_the_amount_is_weighed_against_the_revenue(
    amount: int | None, monthly: int | None, annual: int | None, expected: int
) -> None:
    money = {"requested_amount": amount, "monthly_revenue": monthly, "annual_revenue": annual}
    assert points(**{name: None if value is None else Decimal(value) for name, value in money.items()}) == expected


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        ("2021-02-28", 15), ("2021-03-02", 10), ("2024-02-28", 10), ("2024-03-02", 5), ("2025-02-28", 5),
        ("2025-03-02", 0), ("2026-12-31", 0), ("", 0), ("soon", 0), ("2020-13-01", 0), ("0000-00-00", 0),
    ],
)  # fmt: skip
def test_the_business_counts_by_its_age_on_arrival(began: str, expected: int) -> None:
    assert points(start_date=began) == expected


def test_every_source_is_worth_something() -> None:
    assert all(points(source=source) > 0 for source in Source)


def test_a_reply_counts() -> None:
    assert points(conversation=Conversation(last_inbound_at=ARRIVED)) == 20
    assert points(conversation=Conversation()) == 0


texts = st.text(max_size=20)
amounts = st.none() | st.decimals(0, 10**12, places=2)


@settings(max_examples=300, deadline=None)
@given(
    columns=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("phone_e164", "email", "name", "first_name", "last_name", "business_name"), texts)
        | dict.fromkeys(("requested_amount", "monthly_revenue", "annual_revenue"), amounts)
        | {"start_date": texts | st.dates().map(str), "source": st.sampled_from(Source.values)},
    )
)
def test_any_lead_has_a_score_from_0_to_100_that_is_the_sum_of_its_parts(columns: dict[str, Any]) -> None:
    lead = lead_with(**columns)
    assert 0 <= scoring.score_of(lead) == sum(part.points for part in scoring.parts_of(lead)) <= 100


# It follows


def test_a_new_lead_is_scored_as_it_comes_in(make_lead: MakeLead) -> None:
    lead = make_lead(name="Jane Doe", email="jane@doe.example", requested_amount_given="5000")
    assert stored(lead) == lead.score == 14 + 6 + 5 + 5 + 5


def test_somebody_who_wrote_before_has_the_points_for_it(organization: Organization, make_lead: MakeLead) -> None:
    before = stored(make_lead(phone="+14155550002"))
    Conversation.objects.create(organization=organization, address="+14155551234", last_inbound_at=ARRIVED)
    assert stored(make_lead(phone="(415) 555-1234")) == before + 20


def test_filling_a_lead_up_scores_it_anew(organization: Organization, now: dt.datetime) -> None:
    def take(**fields: str) -> Lead:
        return receive_lead(organization=organization, fields={"phone": "4155551234", **fields}, by=BY, now=now).lead

    before = stored(take())
    assert stored(take(notes="x")) == before
    assert stored(take(email="jane@doe.example")) == before + 6


def test_a_bulk_import_scores_new_and_filled_leads(organization: Organization, now: dt.datetime) -> None:
    def take(*rows: dict[str, str]) -> None:
        receive_leads(organization=organization, rows=rows, by=BY, now=now)

    take({"phone": "4155550002"}, {"phone": "4155550003"})
    take(
        {"phone": "4155550002", "email": "a@b.example"},
        {"phone": "4155550003", "notes": "nothing that counts"},
        {"phone": "4155550004"},
        {"phone": "4155550004", "email": "twice@in.one.batch"},
    )
    assert [stored(lead) for lead in Lead.objects.order_by("phone_e164")] == [19 + 6, 19, 19 + 6]


def test_a_bulk_import_looks_up_no_conversation_by_itself(
    organization: Organization, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    phones = [f"41555502{number}" for number in range(10, 30)]
    for phone in phones:
        Conversation.objects.create(organization=organization, address=f"+1{phone}", last_inbound_at=now)
    receive_leads(organization=organization, rows=[{"phone": phone} for phone in phones], by=BY, now=now)
    rows = [{"phone": phone, "email": "a@b.example"} for phone in phones]
    with django_assert_max_num_queries(12):
        receive_leads(organization=organization, rows=rows, by=BY, now=now)
    assert {stored(lead) for lead in Lead.objects.all()} == {19 + 6 + 20}


def test_editing_scores_anew_and_says_nothing_of_it(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(name="Jane Doe")
    before = stored(lead)
    assert change_lead(lead, {"notes": "x"}, by=BY, now=now) == {"notes"}
    assert stored(lead) == before
    assert change_lead(lead, {"email": "jane@doe.example"}, by=BY, now=now) == {"email"}
    assert stored(lead) == lead.score == before + 6
    change_lead(lead, {"email": ""}, by=BY, now=now)
    assert stored(lead) == before


def test_a_reply_scores_and_leaves_updated_at_alone(organization: Organization, make_lead: MakeLead) -> None:
    lead = make_lead(phone="+14155551234")
    before = stored(lead)
    for body in ("Hello", "Are you there?"):
        messaging.receive(organization, address="+14155551234", body=body, now=dt.datetime.now(dt.UTC))
        assert stored(lead) == before + 20
    assert Lead.objects.get(pk=lead.pk).updated_at == lead.updated_at


def test_a_reply_scores_the_duplicates_that_share_the_conversation(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    Conversation.objects.create(organization=organization, address="+14155551234")
    first, second = make_lead(phone="+14155551234"), make_lead(phone="+14155551234")
    before = stored(second)
    messaging.receive(organization, address="+14155551234", body="Hello", now=now)
    assert stored(first) == stored(second) == before + 20


def test_moving_to_another_phone_leaves_the_reply_behind(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead(phone="+14155551234")
    before = stored(lead)
    messaging.receive(organization, address="+14155551234", body="Hello", now=now)
    change_lead(lead, {"phone": "+14155559999"}, by=BY, now=now)
    assert stored(lead) == before


def test_a_message_from_a_stranger_scores_nobody(organization: Organization, now: dt.datetime) -> None:
    messaging.receive(organization, address="+14155551234", body="Hello", now=now)


# Where it is read out


def test_the_lead_page_says_what_the_score_is_made_of(
    make_lead: MakeLead, alice: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    lead = make_lead(name="Jane Doe")
    page = client_of(alice).get(f"/leads/{lead.uuid}").content.decode()
    assert "Score 24 of 100" in page
    assert '<span class="num">+14</span> Has a phone number that can be dialled' in page
    change_lead(lead, {"email": "jane@doe.example"}, by=BY, now=now)
    panel = client_of(alice).get(f"/leads/{lead.uuid}/details", headers={"HX-Request": "true"}).content.decode()
    assert '<span class="num">+6</span> Has an e-mail address' in panel


def test_a_lead_that_was_never_scored_shows_no_score(make_lead: MakeLead, alice: Advisor, client_of: ClientOf) -> None:
    lead = make_lead()
    Lead.objects.update(score=None)
    assert "of 100" not in client_of(alice).get(f"/leads/{lead.uuid}").content.decode()


# manage.py rescore


def scores() -> list[int | None]:
    return list(Lead.objects.order_by("pk").values_list("score", flat=True))


def test_rescore_brings_all_up_to_date_and_touches_nothing_else(
    make_lead: MakeLead, organization: Organization, other_organization: Organization
) -> None:
    leads = [make_lead() for _ in range(5)] + [make_lead(organization=other_organization)]
    right = scores()
    Lead.objects.filter(pk__in=[lead.pk for lead in leads[1:]]).update(score=None)
    said = StringIO()
    call_command("rescore", "--batch=2", organization=organization.public_id, stdout=said)
    assert said.getvalue() == "Scored 5 lead(s); 4 had another score before.\n"
    assert scores() == [*right[:5], None]
    call_command("rescore", stdout=StringIO())
    assert scores() == right
    assert [lead.updated_at for lead in Lead.objects.order_by("pk")] == [lead.updated_at for lead in leads]


def test_rescore_takes_four_statements_for_a_batch(
    make_lead: MakeLead, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_lead()
    Lead.objects.update(score=1)
    with django_assert_max_num_queries(7):  # ids, leads, talks, write, a savepoint's two; that there are no more ids
        call_command("rescore", stdout=StringIO())
