"""What is old goes by itself: by rules that are off until set, in bits, and never past a legal hold."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.base import ContentFile

from crm.auditing.chaining import chain
from crm.auditing.verifying import check_whole
from crm.models import Actor, Advisor, AuditChain, Event, Organization, WebhookDelivery, WebhookEndpoint
from leads import holds, pipeline, retention
from leads.models import Call, ContactDecision, ErasedLead, Lead, LooseFile, Recording, RetentionRule, Stage
from leads.retention import KINDS, clear_away, preview, set_rules
from tests.conftest import ClientOf, MakeLead
from tests.crm.test_auditing import settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
BY = Actor.system()
YEAR = dt.timedelta(days=365)


@pytest.fixture
def lost(make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime) -> Lead:
    """Lost more than a year ago."""
    lead = make_lead(phone="+14155550123", stage=stages["lost"])
    Lead.objects.filter(pk=lead.pk).update(stage_entered_at=now - YEAR - dt.timedelta(days=1))
    lead.refresh_from_db()
    return lead


def erased() -> set[int]:
    return set(ErasedLead.objects.values_list("lead", flat=True))


def test_it_works(organization: Organization, lost: Lead, make_lead: MakeLead, now: dt.datetime) -> None:
    make_lead()
    assert clear_away() == 0
    assert preview(organization, KINDS["lost"], 365, now) == 1
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    assert clear_away() == 1
    assert erased() == {lost.pk}
    fact = Event.objects.get(name="retention.applied")
    assert (fact.data["kind"], fact.data["number"]) == ("lost", 1)
    rule = RetentionRule.objects.get()
    assert rule.next_at.astimezone(organization.zone).time() == dt.time(1)
    assert clear_away() == 0


def test_nothing_goes_before_its_time(organization: Organization, lost: Lead, now: dt.datetime) -> None:
    set_rules(organization, {"lost": 367}, by=BY, now=now)
    assert clear_away() == 0


def test_a_hold_keeps_it(organization: Organization, lost: Lead, now: dt.datetime) -> None:
    holds.place(lost, reason="x", by=BY, now=now)
    assert preview(organization, KINDS["lost"], 365, now) == 0
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    assert clear_away() == 0
    assert erased() == set()


def test_so_does_another_lead_of_the_same_borrower(
    organization: Organization, lost: Lead, make_lead: MakeLead, now: dt.datetime
) -> None:
    make_lead(phone="+14155550123")
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    assert clear_away() == 0
    assert erased() == set()


def test_a_hold_on_a_twin_keeps_it_too(
    organization: Organization, lost: Lead, make_lead: MakeLead, now: dt.datetime
) -> None:
    twin = make_lead(phone="+14155550123")
    holds.place(twin, reason="x", by=BY, now=now)
    Lead.objects.filter(pk=twin.pk).update(deleted_at=now - 2 * YEAR)
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    assert clear_away() == 0


def test_it_goes_on_where_it_stopped_past_what_it_may_not_erase(
    organization: Organization, make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    kept = [make_lead(stage=stages["lost"], email=f"kept{number}@example.com") for number in range(20)]
    for number in range(20):
        make_lead(email=f"kept{number}@example.com")
    free = make_lead(stage=stages["lost"])
    Lead.objects.filter(pk__in=[*(each.pk for each in kept), free.pk]).update(stage_entered_at=now - 2 * YEAR)
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    assert (clear_away(), clear_away()) == (0, 1)
    assert erased() == {free.pk}


def test_deleted_leads(organization: Organization, make_lead: MakeLead, now: dt.datetime) -> None:
    old, new = make_lead(), make_lead()
    pipeline.delete_lead(old, by=BY, now=now - dt.timedelta(days=31))
    pipeline.delete_lead(new, by=BY, now=now)
    set_rules(organization, {"deleted": 30}, by=BY, now=now)
    assert clear_away() == 1
    assert erased() == {old.pk}


def test_recordings(organization: Organization, make_lead: MakeLead, now: dt.datetime) -> None:
    lead, held = make_lead(), make_lead()
    holds.place(held, reason="x", by=BY, now=now)
    for each, age in ((lead, 100), (lead, 10), (held, 100)):
        at = now - dt.timedelta(days=age)
        call = Call.objects.create(organization=organization, lead=each, phone="x", started_at=at, ended_at=at)
        Recording.objects.create(
            organization=organization, call=call, file=ContentFile(b"x", "a.mp3"), started_at=at, ended_at=at
        )
    set_rules(organization, {"recordings": 90}, by=BY, now=now)
    assert clear_away() == 1
    assert Recording.objects.count() == 2
    assert LooseFile.objects.count() == 1


def test_facts_and_refusals_once_they_stand_in_the_audit_log(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead()
    ContactDecision.objects.create(
        organization=organization, lead=lead, address="x", channel="sms", verdict="never", rule="cap",
        decided_at=now - YEAR,
    )  # fmt: skip
    Event.objects.update(happened_at=now - YEAR)
    set_rules(organization, {"events": 90, "refusals": 90}, by=BY, now=now)
    assert clear_away() == 0
    settled()
    chain()
    RetentionRule.objects.update(next_at=now)
    assert clear_away() >= 3
    assert not Event.objects.filter(happened_at__lt=now - dt.timedelta(days=90)).exists()
    assert not ContactDecision.objects.exists()
    assert check_whole(AuditChain.objects.get()).broken is None


def test_deliveries_of_webhooks(organization: Organization, now: dt.datetime) -> None:
    endpoint = WebhookEndpoint.objects.create(
        organization=organization, contract="lendworks", url="https://a.example/", created_at=now
    )
    for state in ("delivered", "queued"):
        WebhookDelivery.objects.create(
            organization=organization, endpoint=endpoint, event_type="x", body="{}", state=state,
            next_attempt_at=now - YEAR, created_at=now - YEAR,
        )  # fmt: skip
    set_rules(organization, {"deliveries": 30}, by=BY, now=now)
    assert clear_away() == 1
    assert WebhookDelivery.objects.get().state == "queued"


class TestThePage:
    URL = "/settings/retention"

    def test_shows_what_would_go_and_saves_when_confirmed(
        self, client_of: ClientOf, alice: Advisor, lost: Lead
    ) -> None:
        client = client_of(alice)
        assert client.get(self.URL).status_code == 200
        answer = client.post(self.URL, {"lost": "365"})
        assert "1 would go now." in answer.content.decode()
        assert not RetentionRule.objects.exists()
        client.post(self.URL, {"lost": "365", "confirmed": "1"})
        assert RetentionRule.objects.get().days == 365
        assert Event.objects.get(name="organization.retention_changed").data["changes"] == {"lost": [None, 365]}
        client.post(self.URL, {"lost": "", "confirmed": "1"})
        assert not RetentionRule.objects.exists()

    @pytest.mark.parametrize("days", ["1", "-5", "x", "999999"])
    def test_refuses_too_few_days(self, client_of: ClientOf, alice: Advisor, days: str) -> None:
        assert client_of(alice).post(self.URL, {"lost": days, "confirmed": "1"}).status_code == 422
        assert not RetentionRule.objects.exists()

    def test_is_for_managers(self, client_of: ClientOf, bob: Advisor) -> None:
        assert client_of(bob).get(self.URL).status_code == 403


def test_two_workers_do_not_work_on_the_same_rule(
    organization: Organization, lost: Lead, now: dt.datetime, monkeypatch: Any
) -> None:
    set_rules(organization, {"lost": 365}, by=BY, now=now)
    rule = RetentionRule.objects.select_related("organization").get()
    RetentionRule.objects.update(next_at=now + dt.timedelta(minutes=10))
    assert retention._work_on(rule, now) == 0
