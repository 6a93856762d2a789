"""The rules in the settings, a lead that is tried, and many leads given out anew."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, Organization, Role
from leads import bulk_jobs
from leads.bulk_actions import action_of
from leads.models import AssignmentRule, AssignmentTurn, BulkJob, BulkRow, Lead, Offer, Way
from tests.conftest import ClientOf, MakeLead, advisor_in
from tests.leads.assignment import rule

URL = "/settings/assignment"


@pytest.fixture
def carol(organization: Organization) -> Advisor:
    return advisor_in(organization, "carol@acme.example", "Carol", "Clark", Role.ADVISOR)


def form(*people: Advisor, **values: Any) -> dict[str, Any]:
    return {"name": "Texas", "way": "turns", "claim_minutes": "10"} | {f"turns-{p.uuid}": "1" for p in people} | values


def test_it_works(alice: Advisor, bob: Advisor, client_of: ClientOf, make_lead: MakeLead) -> None:
    client = client_of(alice)
    assert "No rules yet" in client.get(URL).text
    given = form(bob, states="tx, New Mexico", product="Refinance", least_amount="50000", sources=["api", "referral"])
    assert client.post(f"{URL}/new", given).headers["Location"] == URL
    page = client.get(URL).text
    for words in ("1. Texas", "In NM, TX", "Product “Refinance”", "Asks for $50,000 or more", "In turns: Bob Baker"):
        assert words in page
    lead = make_lead(state="TX", requested_amount_given="60000", custom_fields={"product": "refinance"})
    assert lead.advisor == bob
    on_its_page = client.get(f"/leads/{lead.uuid}").text
    assert on_its_page.count("Assigned to Bob Baker by “Texas”: round robin, their turn.") == 2  # beside, and when
    found = AssignmentRule.objects.get()
    edit = client.get(f"{URL}/{found.uuid}").text
    assert 'value="NM, TX"' in edit
    client.post(f"{URL}/{found.uuid}", form(alice, way="advisor", name="All"))
    assert (make_lead().advisor, AssignmentRule.objects.get().states) == (alice, [])
    client.post(f"{URL}/{found.uuid}/switch", {"on": "0"})
    assert make_lead().advisor is None
    client.post(f"{URL}/{found.uuid}/deletion")
    assert not AssignmentRule.objects.exists()
    names = set(Event.objects.filter(name__startswith="assignment_rule").values_list("name", flat=True))
    assert len(names) == 4


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"states": "TX, Ontario"}, "Not a US state: Ontario"),
        ({"name": ""}, "Give it a name."),
        ({"least_amount": "2", "most_amount": "1"}, "The lower amount is above the upper one."),
        ({"way": "claim", "claim_minutes": "0"}, "greater than or equal to 1"),
        ({"way": "x"}, "Select a valid choice"),
        ({"sources": ["x"]}, "Select a valid choice"),
        ({"least_amount": "-1"}, "greater than or equal to 0"),
    ],
)
def test_it_says_what_is_wrong(
    alice: Advisor, bob: Advisor, client_of: ClientOf, values: dict[str, Any], words: str
) -> None:
    answer = client_of(alice).post(f"{URL}/new", form(bob, **values))
    assert (answer.status_code, AssignmentRule.objects.count()) == (422, 0)
    assert words in answer.text or values.keys() & {"way", "sources"}


def test_a_rule_without_people_is_refused(alice: Advisor, client_of: ClientOf) -> None:
    answer = client_of(alice).post(f"{URL}/new", form())
    assert answer.status_code == 422
    assert "Choose at least one advisor." in answer.text


def test_the_order_can_be_changed(
    organization: Organization, alice: Advisor, bob: Advisor, client_of: ClientOf
) -> None:
    rule(organization, bob, name="One")
    second = rule(organization, bob, name="Two")
    client_of(alice).post(f"{URL}/{second.uuid}/shift", {"to": "up"})
    assert list(AssignmentRule.objects.order_by("position").values_list("name", flat=True)) == ["Two", "One"]


def test_what_an_advisor_may_get_is_set_here(
    organization: Organization, alice: Advisor, bob: Advisor, client_of: ClientOf
) -> None:
    client, url = client_of(alice), f"{URL}/advisors/{bob.uuid}"
    given = {"licensed_in": "texas, CA", "most_open_leads": "40", "paused_until": "2099-01-02T08:30"}
    assert client.post(url, given).status_code == 302
    bob.refresh_from_db()
    assert (bob.licensed_in, bob.most_open_leads) == ("CA,TX", 40)
    assert bob.paused_until is not None
    assert bob.paused_until.astimezone(organization.zone).isoformat() == "2099-01-02T08:30:00-05:00"
    assert 'value="2099-01-02T08:30"' in client.get(url).text
    page = client.get(URL).text
    assert "CA, TX" in page
    assert "Paused until 2 Jan 08:30" in page
    assert client.post(url, given | {"paused_until": "soon"}).status_code == 422
    client.post(url, {"licensed_in": "", "most_open_leads": "", "paused_until": ""})
    bob.refresh_from_db()
    assert (bob.licensed_in, bob.most_open_leads, bob.paused_until) == ("", None, None)


def test_a_lead_is_tried_and_nothing_is_written(
    organization: Organization, alice: Advisor, bob: Advisor, carol: Advisor, client_of: ClientOf
) -> None:
    Advisor.objects.filter(pk=bob.pk).update(licensed_in="CA")
    rule(organization, bob, carol, name="Two", states=["TX"])
    client = client_of(alice)
    for _ in range(2):
        page = client.get(URL, {"try": "1", "state": "Texas", "amount": "5000"}).text
        assert "Assigned to Carol Clark by “Two”: round robin, their turn." in page
        assert "Skipped: Bob Baker (not licensed in TX)." in page
    assert "No rule fits it: unassigned." in client.get(URL, {"try": "1", "state": "NY"}).text
    assert client.get(URL, {"try": "1", "state": "Ontario"}).status_code == 422
    assert not AssignmentTurn.objects.exists()
    assert not Lead.objects.exists()


def test_it_is_for_managers(bob: Advisor, client_of: ClientOf) -> None:
    assert client_of(bob).get(URL).status_code == 403
    assert client_of(bob).post(f"{URL}/new", form(bob)).status_code == 403


def test_rules_of_others_are_not_there(
    other_organization: Organization, charlie: Advisor, alice: Advisor, client_of: ClientOf
) -> None:
    theirs = rule(other_organization, charlie)
    for path in (f"{theirs.uuid}", f"advisors/{charlie.uuid}"):
        assert client_of(alice).get(f"{URL}/{path}").status_code == 404


def test_any_number_of_rules_costs_the_same_statements(
    organization: Organization, alice: Advisor, bob: Advisor, carol: Advisor, client_of: ClientOf
) -> None:
    client = client_of(alice)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, {"try": "1", "state": "TX"}).status_code == 200
        return len(captured)

    rule(organization, bob)
    few = statements()
    for number in range(10):
        rule(organization, bob, carol, name=f"Rule {number}")
    assert statements() == few <= 9


def by_rules(alice: Advisor, now: dt.datetime) -> BulkJob:
    action = action_of("assign-by-rules")
    assert action is not None
    everybody = Lead.objects.visible_to(alice)
    job = bulk_jobs.start(
        alice, action, everybody, title="Assign by rules", options={}, expected=everybody.count(), now=now
    )
    bulk_jobs.work()
    job.refresh_from_db()
    return job


def test_many_leads_are_given_out_anew(
    organization: Organization, alice: Advisor, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    for _ in range(9):
        make_lead(advisor=alice, state="TX")
    kept = make_lead(advisor=bob, state="NY")
    rule(organization, bob, carol, states=["TX"])
    job = by_rules(alice, now)
    assert (job.done, job.refused) == (9, 1)
    assert Counter(Lead.objects.exclude(pk=kept.pk).values_list("advisor_id", flat=True)) == {bob.pk: 5, carol.pk: 4}
    assert BulkRow.objects.get(lead=kept).reason == "No rule fits it: unassigned."
    kept.refresh_from_db()
    assert kept.advisor == bob
    bulk_jobs.undo(job, by=Actor.advisor(alice), now=now)
    bulk_jobs.work()
    job.refresh_from_db()
    assert job.undone == 9
    assert set(Lead.objects.exclude(pk=kept.pk).values_list("advisor_id", flat=True)) == {alice.pk}


def test_those_of_nobody_are_offered_and_the_undo_takes_that_back(
    organization: Organization, alice: Advisor, bob: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    make_lead()
    make_lead(advisor=alice)
    rule(organization, bob, way=Way.CLAIM)
    job = by_rules(alice, now)
    assert (job.done, job.refused, Offer.objects.standing(now).count()) == (1, 1, 1)
    bulk_jobs.undo(job, by=Actor.advisor(alice), now=now)
    bulk_jobs.work()
    assert Offer.objects.standing(now).count() == 0


def test_without_rules_every_row_says_so(alice: Advisor, make_lead: MakeLead, now: dt.datetime) -> None:
    make_lead()
    assert by_rules(alice, now).refused == 1
    assert BulkRow.objects.get().reason == "There are no rules (any more)."
