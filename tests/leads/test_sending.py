"""The emergency stop: nothing leaves, nothing is lost, and everybody sees why."""

from __future__ import annotations

import datetime as dt
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from crm import organizations, progress
from crm.models import Actor, Advisor, Event, Organization
from leads import messaging, outbox, sending
from leads.errors import InvalidValue
from leads.models import Message, MessageState
from sequences import stuck
from tests.conftest import ClientOf, MakeLead
from tests.racing import at_once

ME = Actor.system("The test")


@pytest.fixture
def message(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Message:
    return messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)


@pytest.fixture
def theirs(make_lead: MakeLead, other_organization: Organization, charlie: Advisor, now: dt.datetime) -> Message:
    return messaging.write(make_lead(organization=other_organization), body="Hi", by_advisor=charlie, now=now)


def send_all(now: dt.datetime) -> int:
    return len(outbox.deliver(outbox.claim(now, Message.objects.all())))


def command(name: str, *args: str) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue().strip()


def test_it_works(message: Message, organization: Organization, now: dt.datetime) -> None:
    assert sending.stop(organization, why="Wrong rates", by=ME, now=now) == [organization]
    assert outbox.due_organizations(now) == []
    assert (send_all(now), outbox.deliver_now([message.pk], now=now)) == (0, set())
    assert Message.objects.get().state == MessageState.QUEUED
    assert sending.resume(organization, by=ME, now=now) == [organization]
    assert send_all(now) == 1
    names = Event.objects.filter(name__startswith="sending.").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["sending.stopped", "sending.resumed"]


def test_others_go_on(message: Message, theirs: Message, organization: Organization, now: dt.datetime) -> None:
    sending.stop(organization, why="Wrong rates", by=ME, now=now)
    assert outbox.deliver(outbox.claim(now, Message.objects.all())) == {theirs.pk}


def test_it_needs_a_reason(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(InvalidValue):
        sending.stop(organization, why="  ", by=ME, now=now)


def test_what_waits_may_be_discarded(message: Message, organization: Organization, now: dt.datetime) -> None:
    sending.stop(organization, why="Wrong rates", by=ME, now=now)
    sending.resume(organization, discard=True, by=ME, now=now)
    after = Message.objects.get()
    assert after.state == MessageState.CANCELLED
    assert after.state_reason == "Not sent: The test discarded what waited while sending was stopped."
    assert send_all(now) == 0


def test_it_reaches_what_a_carrier_has_in_hand(
    make_lead: MakeLead, alice: Advisor, organization: Organization, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.outbox.FRESH_SECONDS", -1.0)
    message = messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)
    claimed = outbox.claim(now, Message.objects.all())
    sending.stop(organization, why="Wrong rates", by=ME, now=now)
    assert outbox.deliver(claimed) == set()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.lease) == (MessageState.QUEUED, 0, None)


def test_a_stop_is_nothing_to_be_alarmed_about(message: Message, organization: Organization, now: dt.datetime) -> None:
    later = now + dt.timedelta(hours=9)
    assert "message" in progress.oldest_due(later)
    assert stuck.stuck(later)
    sending.stop(organization, why="Wrong rates", by=ME, now=now)
    assert progress.oldest_due(later) == {}
    assert stuck.stuck(later) == []


class TestEverybody:
    def test_it_works(self, message: Message, theirs: Message, organization: Organization, now: dt.datetime) -> None:
        assert command("stop_sending", "--why", "Provider sends twice") == "2"
        assert send_all(now) == 0
        founded = organizations.found(name="Later Lending", now=now)
        assert founded.is_stopped_with_all
        assert founded.sending_stopped_why == "Provider sends twice"
        assert command("resume_sending") == "3"
        assert send_all(now) == 2

    @pytest.mark.django_db(transaction=True)
    def test_who_is_being_founded_meanwhile_is_stopped_too(self, organization: Organization, now: dt.datetime) -> None:
        """Whichever of the two is first, the other sees what it did."""
        is_there = threading.Event()

        def work(number: int) -> object:
            if number == 0:
                with transaction.atomic():
                    organizations.found(name="Later Lending", now=now)
                    is_there.set()
                    time.sleep(0.3)  # long enough for the other to look around
                return None
            is_there.wait(10)
            return sending.stop(None, why="Provider sends twice", by=ME, now=now)

        at_once(work, threads=2)
        assert not Organization.objects.filter(is_stopped_with_all=False).exists()

    def test_an_organization_cannot_lift_it(self, organization: Organization, now: dt.datetime) -> None:
        command("stop_sending", "--why", "Provider sends twice")
        assert sending.resume(organization, by=ME, now=now) == []
        with pytest.raises(CommandError, match="without --organization"):
            command("resume_sending", "--organization", organization.public_id)
        assert Organization.objects.filter(sending_stopped_at=None).count() == 0

    def test_one_of_them_by_its_id(
        self, organization: Organization, other_organization: Organization, now: dt.datetime
    ) -> None:
        assert command("stop_sending", "--organization", organization.public_id, "--why", "Wrong rates") == "1"
        assert command("stop_sending", "--organization", organization.public_id, "--why", "Again") == "0"
        assert Organization.objects.get(sending_stopped_at__isnull=False).sending_stopped_why == "Wrong rates"
        assert command("resume_sending", "--organization", organization.public_id, "--discard") == "1"


class TestPages:
    def test_it_works(self, client_of: ClientOf, alice: Advisor, bob: Advisor, message: Message) -> None:
        manager, colleague = client_of(alice), client_of(bob)
        answer = manager.post("/settings/sending", {"why": "Wrong rates"})
        assert answer.status_code == 302
        for page in ("/board", "/queue", "/leads", f"/leads/{message.lead.uuid}"):  # type: ignore[union-attr]
            html = colleague.get(page).text
            assert "No message leaves." in html
            assert "Alice Archer stopped sending" in html
            assert "Wrong rates" in html
        assert "1 message waits" in manager.get("/settings/sending").text
        manager.post("/settings/sending", {"waiting": "send"})
        assert "No message leaves." not in colleague.get("/board").text

    def test_a_reason_is_asked_for(self, client_of: ClientOf, alice: Advisor, organization: Organization) -> None:
        answer = client_of(alice).post("/settings/sending", {"why": ""})
        assert (answer.status_code, "everybody reads it" in answer.text) == (422, True)
        organization.refresh_from_db()
        assert organization.sending_stopped_at is None

    def test_it_is_for_managers(self, client_of: ClientOf, bob: Advisor) -> None:
        assert client_of(bob).post("/settings/sending", {"why": "Fun"}).status_code == 403

    def test_what_everybody_must_obey_has_no_button(self, client_of: ClientOf, alice: Advisor) -> None:
        command("stop_sending", "--why", "Provider sends twice")
        html = client_of(alice).get("/settings/sending").text
        assert "Only whoever runs it can lift that." in html
        assert "Let messages go out again" not in html
