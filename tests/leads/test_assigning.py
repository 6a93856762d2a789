"""Who gets a new lead."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, Organization, Role
from leads import assigning, assignment_rules
from leads.assignment_words import told
from leads.bulk_intake import receive_leads
from leads.errors import InvalidValue
from leads.intake import Received, receive_lead
from leads.models import AssignmentTurn, Campaign, DialList, Lead, Source, Stage, Way
from leads.pipeline import assign_to
from tests.conftest import MakeLead, advisor_in
from tests.leads.assignment import rule

BY = Actor.system()


@pytest.fixture
def carol(organization: Organization) -> Advisor:
    return advisor_in(organization, "carol@acme.example", "Carol", "Clark", Role.ADVISOR)


def limit(advisor: Advisor, now: dt.datetime, **limits: Any) -> None:
    about = {"licensed_in": [], "most_open_leads": None, "paused_until": None} | limits
    assignment_rules.limit(advisor, **about, by=BY, now=now)


def owners(leads: list[Lead]) -> list[Advisor | None]:
    return [Lead.objects.get(pk=lead.pk).advisor for lead in leads]


def test_it_works(organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead) -> None:
    rule(organization, bob, carol, name="Texas refinance", states=["TX"])
    leads = [make_lead(state="Texas") for _ in range(4)]
    assert owners(leads) == [bob, carol, bob, carol]
    assert told(leads[0].assigned_because) == "Assigned to Bob Baker by “Texas refinance”: round robin, their turn."
    created = Event.objects.get(name="lead.created", lead_id=leads[0].pk)
    assert created.data["advisor_id"] == bob.pk
    assert created.data["because"] == leads[0].assigned_because


def test_without_rules_nobody_gets_it_and_nothing_is_kept(organization: Organization, make_lead: MakeLead) -> None:
    lead = make_lead()
    assert (lead.advisor_id, lead.assigned_because) == (None, {})


def test_whoever_is_named_gets_it(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob)
    lead = make_lead(advisor=carol)
    assert (lead.advisor, lead.assigned_because) == (carol, {})
    assert not AssignmentTurn.objects.exists()


@pytest.mark.parametrize(
    ("condition", "fitting", "other"),
    [
        ({"states": ["TX"]}, {"state": "tx"}, {"state": "NY"}),
        ({"states": ["CA"]}, {"phone": "+14155550123"}, {"phone": "+12125550123"}),  # by the area code
        ({"product": "refinance"}, {"custom_fields": {"product": "Refinance"}}, {}),
        ({"source_label": "Zillow"}, {"source_label": "zillow "}, {"source_label": "Zillow Pro"}),
        ({"least_amount": Decimal(50_000)}, {"requested_amount_given": "50000"}, {"requested_amount_given": "49999"}),
        ({"most_amount": Decimal(50_000)}, {"requested_amount_given": "50000"}, {}),
        ({"sources": [Source.API]}, {}, None),
        ({"sources": [Source.REFERRAL]}, None, {}),
    ],
)
def test_a_rule_asks_what_it_asks(
    organization: Organization,
    bob: Advisor,
    make_lead: MakeLead,
    condition: dict[str, Any],
    fitting: dict[str, Any] | None,
    other: dict[str, Any] | None,
) -> None:
    rule(organization, bob, **condition)
    if fitting is not None:
        assert make_lead(**fitting).advisor == bob
    if other is not None:
        lead = make_lead(**other)
        assert (lead.advisor, told(lead.assigned_because)) == (None, "No rule fits it: unassigned.")


def test_a_rule_asks_for_the_list_and_its_campaign(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    campaign = Campaign.objects.create(organization=organization, name="Spring")
    listed = DialList.objects.create(organization=organization, name="A", campaign=campaign)
    sibling = DialList.objects.create(organization=organization, name="B", campaign=campaign)
    rule(organization, bob, name="List", dial_list=listed)
    rule(organization, carol, name="Campaign", campaign=campaign)
    assert owners([make_lead(dial_list=listed), make_lead(dial_list=sibling), make_lead()]) == [bob, carol, None]


def test_the_first_rule_that_fits_decides(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob, name="First")
    second = rule(organization, carol, name="Second")
    assert make_lead().advisor == bob
    assignment_rules.shift(second, -1, by=BY, now=dt.datetime.now(dt.UTC))
    assert make_lead().advisor == carol
    assignment_rules.switch(second, is_on=False, by=BY, now=dt.datetime.now(dt.UTC))
    assert make_lead().advisor == bob


def test_whoever_lacks_the_licence_is_skipped_and_it_is_said(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    limit(carol, now, licensed_in=["CA", "NV"])
    rule(organization, carol, bob, name="All")
    lead = make_lead(state="TX")
    assert lead.advisor == bob
    assert told(lead.assigned_because) == (
        "Assigned to Bob Baker by “All”: round robin, their turn. Skipped: Carol Clark (not licensed in TX)."
    )
    assert make_lead(state="NV").advisor == carol


def test_a_state_that_nobody_knows_keeps_nobody_out(
    organization: Organization, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    limit(carol, now, licensed_in=["CA"])
    rule(organization, carol)
    assert make_lead(phone="+442079460123").advisor == carol


def test_whoever_is_paused_is_skipped_until_then(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    rule(organization, bob, carol)
    limit(bob, now, paused_until=now + dt.timedelta(hours=1))
    assert owners([make_lead(), make_lead()]) == [carol, carol]
    later = now + dt.timedelta(hours=2)
    assert owners([make_lead(now=later), make_lead(now=later), make_lead(now=later)]) == [bob, carol, bob]


def test_whoever_left_gets_nothing(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob, carol)
    Advisor.objects.filter(pk=bob.pk).update(is_active=False)
    lead = make_lead()
    assert lead.advisor == carol
    assert "Bob Baker (no longer works here)" in told(lead.assigned_because)


def test_whoever_has_enough_open_leads_is_skipped(
    organization: Organization,
    bob: Advisor,
    carol: Advisor,
    make_lead: MakeLead,
    now: dt.datetime,
    stages: dict[str, Stage],
) -> None:
    limit(bob, now, most_open_leads=2)
    make_lead(advisor=bob, stage=stages["lost"], lost_reason="x")  # closed: it does not count
    rule(organization, bob, carol)
    leads = [make_lead() for _ in range(5)]
    assert owners(leads) == [bob, carol, bob, carol, carol]
    assert "Bob Baker (has 2 open leads already)" in told(leads[-1].assigned_because)


def test_when_nobody_is_licensed_it_says_so(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    limit(bob, now, licensed_in=["CA"])
    limit(carol, now, licensed_in=["TX"])
    rule(organization, bob, carol, name="West")
    lead = make_lead(state="NY")
    assert lead.advisor is None
    assert told(lead.assigned_because) == (
        "Nobody is licensed in NY: unassigned. "
        "“West” had nobody: Bob Baker (not licensed in NY); Carol Clark (not licensed in NY)."
    )


def test_a_rule_that_has_nobody_leaves_it_to_the_next(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    limit(bob, now, licensed_in=["CA"])
    rule(organization, bob, name="West")
    rule(organization, carol, name="Rest", way=Way.ADVISOR)
    lead = make_lead(state="NY")
    assert lead.advisor == carol
    assert told(lead.assigned_because) == (
        "Assigned to Carol Clark by “Rest”. “West” had nobody: Bob Baker (not licensed in NY)."
    )


def test_a_rule_may_leave_it_unassigned(organization: Organization, bob: Advisor, make_lead: MakeLead) -> None:
    rule(organization, name="Small", way=Way.NOBODY, most_amount=Decimal(1000))
    rule(organization, bob)
    lead = make_lead(requested_amount_given="500")
    assert (lead.advisor, told(lead.assigned_because)) == (None, "Left unassigned by “Small”.")


def test_a_weight_of_two_has_two_turns_in_a_round(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob, carol, weights=(2, 1))
    assert Counter(owners([make_lead() for _ in range(12)])) == {bob: 8, carol: 4}


def test_who_joins_a_round_is_not_made_up_to(
    organization: Organization, bob: Advisor, carol: Advisor, alice: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    ours = rule(organization, bob, carol)
    for _ in range(10):
        make_lead()
    assignment_rules.change(ours, {}, {bob: 1, carol: 1, alice: 1}, by=BY, now=now)
    assert Counter(owners([make_lead() for _ in range(6)])) == {alice: 2, bob: 2, carol: 2}


def test_forgetting_old_turns_changes_nothing(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob, carol)
    for _ in range(5):
        make_lead()
    assert assigning.fold() == 3
    assert AssignmentTurn.objects.count() == 2
    assert owners([make_lead(), make_lead()]) == [carol, bob]


def test_a_lead_that_is_known_already_stays_as_it_is(
    organization: Organization, bob: Advisor, now: dt.datetime
) -> None:
    about: dict[str, Any] = {"organization": organization, "by": BY, "now": now}
    receive_lead(fields={"phone": "4155551234"}, **about)
    rule(organization, bob)
    received = receive_lead(fields={"phone": "4155551234", "name": "Mary"}, **about)
    assert received.lead.advisor is None


def test_a_second_lead_of_a_phone_is_assigned_too(
    organization: Organization, bob: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob)
    assert owners([make_lead(phone="4155551234"), make_lead(phone="4155551234")]) == [bob, bob]


def test_whoever_gives_it_by_hand_has_the_last_word(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    rule(organization, bob)
    lead = make_lead()
    assign_to(lead, carol, by=BY, now=now)
    lead.refresh_from_db()
    assert (lead.advisor, lead.assigned_because) == (carol, {})


def test_rules_of_others_say_nothing(
    organization: Organization, other_organization: Organization, charlie: Advisor, make_lead: MakeLead
) -> None:
    rule(other_organization, charlie)
    assert make_lead().advisor is None
    with pytest.raises(InvalidValue):
        rule(organization, charlie)


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"way": Way.TURNS}, 0),
        ({"way": Way.CLAIM}, 0),
        ({"way": Way.ADVISOR}, 0),
        ({"way": Way.ADVISOR}, 2),
        ({"way": Way.TURNS, "least_amount": Decimal(2), "most_amount": Decimal(1)}, 1),
    ],
)
def test_it_refuses_a_rule_that_makes_no_sense(
    organization: Organization, bob: Advisor, carol: Advisor, values: dict[str, Any], number: int
) -> None:
    with pytest.raises(InvalidValue):
        rule(organization, *[bob, carol][:number], **values)


def statements(organization: Organization, phone: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        receive_lead(organization=organization, fields={"phone": phone}, by=BY, now=dt.datetime.now(dt.UTC))
    return len(captured)


def test_rules_cost_one_statement_more(organization: Organization, bob: Advisor, carol: Advisor) -> None:
    statements(organization, "4155551230")
    without = statements(organization, "4155551231")
    for number in range(5):
        rule(organization, bob, carol, name=f"Rule {number}")
    statements(organization, "4155551232")
    extra = 1 if connection.vendor == "postgresql" else 3  # SQLite writes the turn and the notice by themselves
    assert statements(organization, "4155551233") == without + extra


def test_a_thousand_rows_are_shared_out_with_a_fixed_number_of_statements(
    organization: Organization, bob: Advisor, carol: Advisor, now: dt.datetime
) -> None:
    def take(first: int, rows: int) -> int:
        given = [{"phone": f"415{first + number:07}", "name": f"P {number}"} for number in range(rows)]
        with CaptureQueriesContext(connection) as captured:
            outcomes = receive_leads(organization=organization, rows=given, by=BY, now=now)
        assert all(isinstance(each, Received) for each in outcomes)
        return len(captured)

    limit(carol, now, most_open_leads=300)
    rule(organization, bob, carol)
    few = take(5_550_000, 10)
    assert take(5_551_000, 1000) == few
    counts = Counter(Lead.objects.values_list("advisor_id", flat=True))
    assert counts == {bob.pk: 710, carol.pk: 300}
