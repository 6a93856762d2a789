"""First to claim."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Actor, Advisor, Event, Organization, Role
from leads import assignment_rules, offering, pipeline
from leads.assignment_words import told
from leads.errors import Changed
from leads.models import Lead, Offer, OfferState, Way
from tests.conftest import ClientOf, MakeLead, advisor_in
from tests.leads.assignment import rule
from tests.racing import at_once

BY = Actor.system()


@pytest.fixture
def carol(organization: Organization) -> Advisor:
    return advisor_in(organization, "carol@acme.example", "Carol", "Clark", Role.ADVISOR)


@pytest.fixture
def offered(organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead) -> Lead:
    """To Bob and Carol, for ten minutes."""
    rule(organization, bob, carol, way=Way.CLAIM, name="Fast hands")
    return make_lead(state="TX")


def after_time_out(lead: Lead) -> int:
    Offer.objects.filter(lead=lead).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    return offering.expire()


def now_of(lead: Lead) -> Lead:
    return Lead.objects.select_related("advisor__user").get(pk=lead.pk)


def test_it_works(offered: Lead, bob: Advisor, carol: Advisor, now: dt.datetime) -> None:
    offer = Offer.objects.get(lead=offered)
    assert set(offer.advisors.all()) == {bob, carol}
    assert now_of(offered).advisor is None
    offering.claim(offer, by=carol, now=now)
    lead = now_of(offered)
    assert lead.advisor == carol
    assert told(lead.assigned_because) == "Carol Clark was the first to claim it, by “Fast hands”."
    with pytest.raises(Changed, match="Carol Clark was faster"):
        offering.claim(offer, by=bob, now=now)
    assert Event.objects.filter(name="lead.assigned", lead_id=lead.pk).count() == 1


def test_only_who_may_have_it_is_asked(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    assignment_rules.limit(bob, licensed_in=["CA"], most_open_leads=None, paused_until=None, by=BY, now=now)
    rule(organization, bob, carol, way=Way.CLAIM)
    assert list(Offer.objects.get(lead=make_lead(state="TX")).advisors.all()) == [carol]


def test_after_the_time_nobody_can_claim_it(offered: Lead, bob: Advisor, now: dt.datetime) -> None:
    with pytest.raises(Changed, match="time to claim it is over"):
        offering.claim(Offer.objects.get(lead=offered), by=bob, now=now + dt.timedelta(hours=1))


def test_after_the_time_the_next_rule_decides_once(
    organization: Organization, offered: Lead, alice: Advisor, bob: Advisor
) -> None:
    rule(organization, alice, way=Way.ADVISOR, name="Rest")
    assert after_time_out(offered) == 1
    assert offering.expire() == 0
    lead = now_of(offered)
    assert lead.advisor == alice
    assert told(lead.assigned_because) == ("Assigned to Alice Archer by “Rest”. Nobody claimed it by “Fast hands”.")
    assert Offer.objects.get(lead=lead).state == OfferState.EXPIRED


def test_where_no_rule_comes_next_it_says_so(offered: Lead) -> None:
    after_time_out(offered)
    lead = now_of(offered)
    assert lead.advisor is None
    assert told(lead.assigned_because) == ("Nobody claimed it in time: unassigned. Nobody claimed it by “Fast hands”.")
    expired = Event.objects.get(name="lead.offer_expired", lead_id=lead.pk)
    assert expired.data["because"]["outcome"] == "nobody"


def test_it_goes_from_group_to_group(organization: Organization, offered: Lead, alice: Advisor) -> None:
    rule(organization, alice, way=Way.CLAIM, name="Managers")
    after_time_out(offered)
    assert [each.rule_name for each in Offer.objects.filter(lead=offered).order_by("pk")] == ["Fast hands", "Managers"]
    assert Offer.objects.get(lead=offered, state=OfferState.OPEN).rule_name == "Managers"


def test_whoever_gets_it_by_hand_ends_the_offer(offered: Lead, alice: Advisor, bob: Advisor, now: dt.datetime) -> None:
    pipeline.assign_to(offered, alice, by=BY, now=now)
    with pytest.raises(Changed, match="given to somebody meanwhile"):
        offering.claim(Offer.objects.get(lead=offered), by=bob, now=now)
    assert after_time_out(offered) == 0


def test_a_lead_that_is_gone_cannot_be_claimed(offered: Lead, bob: Advisor, now: dt.datetime) -> None:
    pipeline.delete_lead(offered, by=BY, now=now)
    with pytest.raises(Changed):
        offering.claim(Offer.objects.get(lead=offered), by=bob, now=now)


def test_the_page_offers_it_to_the_group_alone(
    offered: Lead, alice: Advisor, bob: Advisor, carol: Advisor, client_of: ClientOf
) -> None:
    url = f"/leads/{offered.uuid}"
    assert "Offered to Bob Baker, Carol Clark" in client_of(alice).get(url).text
    assert "Claim this lead" not in client_of(alice).get(url).text
    claim = re.search(r'action="(/offers/[^"]+)"', client_of(bob).get(url).text)
    assert claim
    assert client_of(alice).post(claim[1]).status_code == 404
    assert "The lead is yours" in client_of(bob).post(claim[1], follow=True).text
    assert "Bob Baker was faster and has the lead now." in client_of(carol).post(claim[1], follow=True).text
    page = client_of(carol).get(url).text
    assert "Claim this lead" not in page
    assert "Bob Baker was the first to claim it" in page


def test_who_may_not_see_it_any_more_is_told_who_has_it(
    organization: Organization, offered: Lead, bob: Advisor, carol: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    Organization.objects.filter(pk=organization.pk).update(advisors_see="own")
    offer = Offer.objects.get(lead=offered)
    offering.claim(offer, by=carol, now=now)
    client: Client = client_of(bob)
    answer = client.post(f"/offers/{offer.uuid}/claim", follow=True)
    assert answer.redirect_chain[-1][0] == "/board"
    assert "Carol Clark was faster" in answer.text


@pytest.mark.django_db(transaction=True)
def test_of_those_who_press_at_once_one_gets_it(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    rule(organization, bob, carol, way=Way.CLAIM)
    offer = Offer.objects.get(lead=make_lead())

    def press(number: int) -> Advisor | None:
        who = (bob, carol)[number % 2]
        try:
            offering.claim(offer, by=who, now=now)
        except Changed:
            return None
        return who

    winners = [who for who in at_once(press, threads=10) if who]
    assert winners == [Lead.objects.get(pk=offer.lead_id).advisor]


@pytest.mark.django_db(transaction=True)
def test_many_workers_move_it_on_once(
    organization: Organization, alice: Advisor, bob: Advisor, make_lead: MakeLead
) -> None:
    rule(organization, bob, way=Way.CLAIM)
    rule(organization, alice, way=Way.ADVISOR)
    lead = make_lead()
    Offer.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert sum(at_once(lambda number: offering.expire(), threads=8)) == 1
    assert now_of(lead).advisor == alice
    assert Event.objects.filter(name="lead.assigned", lead_id=lead.pk).count() == 1
