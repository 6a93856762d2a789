"""The reports: a cohort's way through the funnel, how fast it was reached, and what came of it; never another's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Organization
from leads import charts, pipeline
from leads.models import Call, Channel, Conversation, Direction, Lead, Message, MessageState, Stage
from leads.reports import Report, report
from tests.conftest import ClientOf, MakeLead

NOW = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)
SINCE, UNTIL = NOW - dt.timedelta(days=30), NOW + dt.timedelta(hours=1)
BY = Actor.system()


def of(advisor: Advisor) -> Report:
    return report(Lead.objects.visible_to(advisor), advisor=advisor, since=SINCE, until=UNTIL)


def came(lead: Lead, at: dt.datetime) -> Lead:
    Lead.objects.filter(pk=lead.pk).update(created_at=at)
    lead.created_at = at
    return lead


def texted(lead: Lead, after: dt.timedelta) -> None:
    talk, _ = Conversation.objects.get_or_create(organization=lead.organization, address=lead.address)
    Message.objects.create(
        organization=lead.organization,
        lead=lead,
        conversation=talk,
        direction=Direction.OUTBOUND,
        channel=Channel.SMS,
        address="x",
        body="Hi",
        state=MessageState.SENT,
        created_at=lead.created_at,
        not_before=lead.created_at,
        sent_at=lead.created_at + after,
    )


@pytest.fixture
def leads(make_lead: MakeLead, alice: Advisor, bob: Advisor) -> list[Lead]:
    """Four of the period, of which Alice has two; and one of long ago."""
    day = NOW - dt.timedelta(days=5)
    made = [
        came(make_lead(business_name=name, source_label=label, advisor=advisor, requested_amount_given=amount), day)
        for name, label, advisor, amount in (
            ("A", "Website", alice, "100000"),
            ("B", "Website", alice, "50000"),
            ("C", "Referral", bob, "200000"),
            ("D", "Website", None, ""),
        )
    ]
    came(make_lead(business_name="Old", requested_amount_given="1000"), NOW - dt.timedelta(days=400))
    return made


def moved(lead: Lead, *stages: Stage) -> None:
    for stage in stages:
        lead.refresh_from_db()
        pipeline.move_to(lead, stage, by=BY, now=NOW)


def test_it_works(leads: list[Lead], alice: Advisor, stages: dict[str, Stage]) -> None:
    a, b, c, _ = leads
    moved(a, stages["contacted"], stages["converted"])
    moved(b, stages["qualified"], stages["lost"])
    moved(c, stages["contacted"], stages["new_lead"])
    texted(a, dt.timedelta(minutes=2))
    texted(b, dt.timedelta(hours=2))
    found = of(alice)
    assert (found.now.leads, found.now.funded, found.now.reached) == (4, 1, 2)
    assert found.now.rate == 0.25
    assert found.before.leads == 0
    assert found.never == 2
    steps = {step.label: step.leads for step in found.funnel}
    assert (steps["New Lead"], steps["Contacted"], steps["Qualified"], steps["Converted"]) == (4, 3, 2, 1)
    assert "Lost" not in steps
    assert dict(found.speeds) == {
        "0–1 min": 0,
        "1–5 min": 1,
        "5–15 min": 0,
        "15–60 min": 0,
        "1–4 h": 1,
        "4–24 h": 0,
        "later": 0,
    }
    website, referral = found.sources
    assert (website.name, website.leads, website.funded, website.fast) == ("Website", 3, 1, 1)
    assert (referral.name, referral.leads, referral.funded) == ("Referral", 1, 0)
    assert {row.name: row.leads for row in found.advisors} == {"Alice Archer": 2, "Bob Baker": 1, "Nobody": 1}


def test_a_call_is_a_contact_and_the_first_one_counts(leads: list[Lead], alice: Advisor) -> None:
    lead = leads[0]
    texted(lead, dt.timedelta(minutes=30))
    at = lead.created_at + dt.timedelta(seconds=40)
    Call.objects.create(organization=lead.organization, lead=lead, phone="x", started_at=at)
    found = of(alice)
    assert dict(found.speeds)["0–1 min"] == 1
    assert found.now.median == dt.timedelta(seconds=40)


def test_the_pipeline_was_worth_what_stood_open(leads: list[Lead], alice: Advisor, stages: dict[str, Stage]) -> None:
    found = of(alice)
    assert found.pipeline[-1].value == Decimal(351000)
    assert found.pipeline[0].value == Decimal(1000)
    moved(leads[2], stages["lost"])
    assert of(alice).pipeline[-1].value == Decimal(151000)


def test_whoever_sees_their_own_leads_gets_a_report_of_those(
    leads: list[Lead], bob: Advisor, organization: Organization
) -> None:
    Organization.objects.filter(pk=organization.pk).update(advisors_see="own")
    bob.refresh_from_db()
    assert of(bob).now.leads == 2  # his and nobody's


class TestPage:
    def test_it_works(self, leads: list[Lead], alice: Advisor, client_of: ClientOf) -> None:
        came(leads[0], timezone.now())
        page = client_of(alice).get("/reports?days=365").content.decode()
        assert "Conversion by source" in page
        assert "Website" in page
        assert "style=" not in page

    def test_nothing_yet_is_said_kindly(self, alice: Advisor, client_of: ClientOf) -> None:
        assert "No leads came in this time" in client_of(alice).get("/reports?days=nonsense").content.decode()

    def test_a_stranger_reads_nothing_of_it(self, leads: list[Lead], charlie: Advisor, client_of: ClientOf) -> None:
        assert "Website" not in client_of(charlie).get("/reports?days=365").content.decode()

    def test_more_leads_cost_no_more_statements(
        self,
        make_lead: MakeLead,
        alice: Advisor,
        client_of: ClientOf,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for number in range(15):
            make_lead(business_name=f"Lead {number}", source_label=f"S{number}", advisor=alice)
        client = client_of(alice)
        with django_assert_max_num_queries(16):
            client.get("/reports")


class TestCharts:
    def test_a_funnel_falls_from_block_to_block(self) -> None:
        plot = charts.funnel([100, 50])
        assert [shape.css for shape in plot.shapes] == ["c1", "c3", "c1"]
        assert plot.shapes[0].d == "M0.0,0.0H61.0V150H0.0Z"
        assert plot.shapes[2].d.startswith("M100.0,75.0")

    @pytest.mark.parametrize("numbers", [[], [0], [0, 0, 0]], ids=["none", "one", "zeros"])
    def test_nothing_to_draw_is_no_error(self, numbers: list[int]) -> None:
        charts.funnel(numbers)
        charts.histogram(numbers, strong=2)
        charts.line([float(number) for number in numbers])
