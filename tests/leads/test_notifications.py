"""What advisors are told of, in the page and by e-mail."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import events
from crm.models import Actor, Advisor, MailState, Notification, NotificationChoice, Organization, Role
from leads import messaging, notification_mail, notifying, offering, pipeline
from leads.advisor_tasks import give
from leads.bulk_intake import receive_leads
from leads.models import Lead, Offer, TaskKind, Way
from tests.conftest import ClientOf, MakeLead, advisor_in
from tests.leads.assignment import rule

BY = Actor.system()


@pytest.fixture
def carol(organization: Organization) -> Advisor:
    return advisor_in(organization, "carol@acme.example", "Carol", "Clark", Role.ADVISOR)


def told(advisor: Advisor) -> list[str]:
    """The kinds of what this advisor was told, oldest first."""
    return list(Notification.objects.filter(advisor=advisor).order_by("pk").values_list("kind", flat=True))


def record(name: str, lead: Lead, **data: Any) -> None:
    about = {"organization": lead.organization_id, "lead_id": lead.pk, "by": BY, "now": timezone.now()}
    events.record(name, **about, **data)


def test_it_works(
    organization: Organization, alice: Advisor, bob: Advisor, make_lead: MakeLead, client_of: ClientOf
) -> None:
    rule(organization, bob)
    lead = make_lead(name="Mary Miller", first_name="Mary")
    assert (told(bob), told(alice)) == (["assigned"], [])
    client = client_of(bob)
    page = client.get("/notifications").text
    assert "Mary Miller is your lead now" in page
    assert "Mark all as read" in page
    link = re.search(r'href="(/notifications/[0-9a-f-]{36})"', page)
    assert link
    assert client.get(link[1]).headers["Location"] == f"/leads/{lead.uuid}"
    assert "Mark all as read" not in client.get("/notifications").text


def test_whoever_did_it_is_not_told(bob: Advisor, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(advisor=bob, by=Actor.advisor(bob))
    pipeline.assign_to(lead, None, by=BY, now=now)
    pipeline.assign_to(lead, bob, by=Actor.advisor(bob), now=now)
    assert told(bob) == []


def test_a_colleague_gives_it(alice: Advisor, bob: Advisor, make_lead: MakeLead, now: dt.datetime) -> None:
    pipeline.assign_to(make_lead(), bob, by=Actor.advisor(alice), now=now)
    make_lead(advisor=bob, by=Actor.advisor(alice))
    assert told(bob) == ["assigned", "assigned"]


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("message.received", "reply"),
        ("conversation.handoff_requested", "handoff"),
        ("message.awaits_approval", "draft"),
        ("message.dead", "trouble"),
        ("message.needs_review", "trouble"),
        ("contact.suspected_opt_out", "opt_out"),
    ],
)
def test_a_fact_about_a_lead_is_told_to_whoever_has_it(
    bob: Advisor, alice: Advisor, make_lead: MakeLead, fact: str, kind: str
) -> None:
    lead = make_lead(advisor=bob, by=Actor.advisor(bob))
    data: dict[str, Any] = {"message": "0198a4a2-0000-7000-8000-000000000000", "address": lead.phone_e164}
    record(fact, lead, **data)
    assert (told(bob), told(alice)) == ([kind], [])
    unowned = make_lead()
    record(fact, unowned, **data | {"address": unowned.phone_e164})
    assert told(alice) == ([] if kind == "reply" else [kind])


def test_a_reply_that_asks_for_a_person_is_told(
    bob: Advisor, organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    make_lead(advisor=bob, by=Actor.advisor(bob), phone="+14155550123")
    messaging.receive(organization, address="+14155550123", body="Can I talk to a real person?", now=now)
    assert sorted(told(bob)) == ["handoff", "reply"]


def test_only_what_the_borrower_hands_in_is_told(bob: Advisor, make_lead: MakeLead) -> None:
    lead = make_lead(advisor=bob, by=Actor.advisor(bob))
    record("document.received", lead)
    assert told(bob) == []
    about = {"organization": lead.organization_id, "lead_id": lead.pk, "now": timezone.now()}
    events.record("document.received", by=Actor.borrower("Mary"), **about)
    assert told(bob) == ["document"]


def test_many_leads_at_once_are_one_line(
    organization: Organization, bob: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    rule(organization, bob)
    rows = [{"phone": f"4155551{number:03}"} for number in range(40)]
    receive_leads(organization=organization, rows=rows, by=BY, now=now)
    assert told(bob) == ["assigned"]
    assert "40 leads are yours now" in client_of(bob).get("/notifications").text


def test_managers_hear_of_leads_that_nobody_may_have(
    organization: Organization, alice: Advisor, bob: Advisor, make_lead: MakeLead
) -> None:
    Advisor.objects.filter(pk=bob.pk).update(licensed_in="CA")
    rule(organization, bob)
    make_lead(state="NY")
    assert (told(alice), told(bob)) == (["unassigned"], [])


def test_those_who_were_slower_are_told_who_has_it(
    organization: Organization, bob: Advisor, carol: Advisor, make_lead: MakeLead, client_of: ClientOf
) -> None:
    rule(organization, bob, carol, way=Way.CLAIM)
    lead = make_lead(name="Mary Miller")
    assert (told(bob), told(carol)) == (["offered"], ["offered"])
    offering.claim(Offer.objects.get(lead=lead), by=carol, now=timezone.now())
    page = client_of(bob).get("/notifications").text
    assert "Carol Clark claimed Mary Miller" in page
    assert "Mark all as read" not in page
    assert told(carol) == ["offered"]


def test_a_job_tells_whoever_started_it(alice: Advisor, client_of: ClientOf, now: dt.datetime) -> None:
    about: dict[str, Any] = {"organization": alice.organization_id, "by": Actor.advisor(alice), "now": now}
    job = "0198a4a2-0000-7000-8000-000000000000"
    for _ in range(2):
        events.record("leads.bulk_finished", **about, job=job, title="Import of leads.csv", done=1, refused=0)
    assert told(alice) == ["job"]
    assert "Finished: Import of leads.csv" in client_of(alice).get("/notifications").text


def test_a_callback_is_told_once_when_it_is_due(bob: Advisor, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(advisor=bob, by=Actor.advisor(bob))
    give(lead, title="Call", kind=TaskKind.CALL, due_at=now + dt.timedelta(hours=1), by=Actor.advisor(bob), now=now)
    assert notifying.callbacks() == 0
    give(lead, title="Call", kind=TaskKind.CALL, due_at=now, by=Actor.advisor(bob), now=now)
    assert (notifying.callbacks(), notifying.callbacks()) == (1, 0)
    assert told(bob) == ["callback"]


def test_what_they_may_not_see_any_more_is_not_shown(
    organization: Organization, alice: Advisor, bob: Advisor, carol: Advisor, make_lead: MakeLead, client_of: ClientOf
) -> None:
    Organization.objects.filter(pk=organization.pk).update(advisors_see="own")
    lead = make_lead(name="Mary Miller", first_name="Mary", advisor=bob, by=Actor.advisor(alice))
    pipeline.assign_to(lead, carol, by=Actor.advisor(alice), now=timezone.now())
    client = client_of(Advisor.objects.get(pk=bob.pk))
    page = client.get("/notifications").text
    assert "Mary" not in page
    assert "a lead that you do not see any more" in page
    row = Notification.objects.get(advisor=bob)
    assert client.get(f"/notifications/{row.uuid}").headers["Location"] == "/notifications"
    notification_mail.send_due()
    assert [letter.to for letter in mail.outbox] == [["carol@acme.example"]]


def test_those_of_others_are_not_there(alice: Advisor, bob: Advisor, make_lead: MakeLead, client_of: ClientOf) -> None:
    make_lead(advisor=bob, by=Actor.advisor(alice))
    row = Notification.objects.get(advisor=bob)
    assert client_of(alice).get(f"/notifications/{row.uuid}").status_code == 404
    client_of(alice).post("/notifications/read", {"uuid": str(row.uuid)})
    client_of(alice).post("/notifications/read")
    row.refresh_from_db()
    assert row.read_at is None
    client_of(bob).post("/notifications/read", {"uuid": "x"})
    row.refresh_from_db()
    assert row.read_at is None
    client_of(bob).post("/notifications/read", {"uuid": str(row.uuid)})
    row.refresh_from_db()
    assert row.read_at is not None


def test_every_page_knows_how_many_wait_without_a_statement_more(
    bob: Advisor, alice: Advisor, make_lead: MakeLead, client_of: ClientOf
) -> None:
    client = client_of(bob)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/account/notifications")
        return len(captured)

    few = statements()
    for _ in range(3):
        make_lead(advisor=bob, by=Actor.advisor(alice))
    assert statements() == few <= 4  # session, user, advisor; choices
    assert "<span data-unread-number>3</span>" in client.get("/queue").text
    assert client.get("/queue", headers={"HX-Request": "true"}).headers["Unread-Notifications"] == "3"


def test_the_page_costs_the_same_for_any_number(
    bob: Advisor, alice: Advisor, make_lead: MakeLead, client_of: ClientOf
) -> None:
    client = client_of(bob)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/notifications")
        return len(captured)

    make_lead(advisor=bob, by=Actor.advisor(alice))
    few = statements()
    for _ in range(60):
        make_lead(advisor=bob, by=Actor.advisor(alice))
    assert statements() == few <= 6
    page = client.get("/notifications").text
    older = re.search(r"\?before=(\d+)", page)
    assert older
    assert page.count('class="notice ') == 40
    assert client.get(f"/notifications?before={older[1]}").text.count('class="notice ') == 21


class TestMail:
    def test_it_works(self, bob: Advisor, alice: Advisor, make_lead: MakeLead) -> None:
        lead = make_lead(name="Mary Miller", advisor=bob, by=Actor.advisor(alice), email="mary@m.example")
        assert (notification_mail.send_due(), notification_mail.send_due()) == (1, 0)
        (letter,) = mail.outbox
        assert (letter.to, letter.subject) == (["bob@acme.example"], "Mary is your lead now")
        assert f"/leads/{lead.uuid}" in str(letter.body)
        assert "Miller" not in str(letter.body) + letter.subject
        assert "mary@m.example" not in str(letter.body)

    def test_several_are_one_letter(self, bob: Advisor, alice: Advisor, make_lead: MakeLead) -> None:
        for _ in range(25):
            make_lead(advisor=bob, by=Actor.advisor(alice))
        assert notification_mail.send_due() == 1
        assert mail.outbox[0].subject == "25 notices"
        assert "And 5 more" in str(mail.outbox[0].body)

    def test_as_they_have_chosen(self, bob: Advisor, alice: Advisor, make_lead: MakeLead, client_of: ClientOf) -> None:
        client = client_of(bob)
        page = client.get("/account/notifications").text
        assert "A webhook is switched off" not in page
        kinds = re.findall(r'<select class="select" id="[^"]+" name="(\w+)"', page)
        assert client.post("/account/notifications", dict.fromkeys(kinds, "off")).status_code == 302
        assert client.post("/account/notifications", dict.fromkeys(kinds, "x")).status_code == 422
        make_lead(advisor=bob, by=Actor.advisor(alice))
        assert (notification_mail.send_due(), mail.outbox) == (0, [])
        assert Notification.objects.get(advisor=bob).mail_state == MailState.NONE

    def test_once_a_day_is_in_their_morning(
        self, organization: Organization, bob: Advisor, alice: Advisor, make_lead: MakeLead
    ) -> None:
        NotificationChoice.objects.create(advisor=bob, kind="assigned", mail="daily")
        for _ in range(2):
            make_lead(advisor=bob, by=Actor.advisor(alice))
        assert notification_mail.send_due() == 0
        morning = Notification.objects.filter(advisor=bob).latest("pk").mail_at
        assert morning.astimezone(organization.zone).hour == 8
        assert notification_mail._send(morning - dt.timedelta(minutes=1)) == 0
        assert notification_mail._send(morning) == 1
        assert mail.outbox[0].subject == "2 notices"

    def test_what_was_read_is_left_out(
        self, bob: Advisor, alice: Advisor, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        make_lead(advisor=bob, by=Actor.advisor(alice))
        notifying.mark_read(bob, None, now=now)
        assert notification_mail.send_due() == 0

    def test_who_left_gets_none(self, bob: Advisor, alice: Advisor, make_lead: MakeLead) -> None:
        make_lead(advisor=bob, by=Actor.advisor(alice))
        Advisor.objects.filter(pk=bob.pk).update(is_active=False)
        assert notification_mail.send_due() == 0

    def test_a_letter_that_fails_is_tried_again_and_then_given_up(
        self, bob: Advisor, alice: Advisor, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: Any, **kwargs: Any) -> None:
            raise OSError("no server")

        make_lead(advisor=bob, by=Actor.advisor(alice))
        monkeypatch.setattr(notification_mail, "send_mail", refuse)
        tries = 0
        while (row := Notification.objects.get(advisor=bob)).mail_state == MailState.WAITING:
            assert notification_mail._send(row.mail_at) == 0
            tries += 1
        assert (row.mail_state, tries) == (MailState.FAILED, len(notification_mail.PAUSES) + 1)

    def test_whoever_died_while_writing_leaves_it_to_the_next(
        self, bob: Advisor, alice: Advisor, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        make_lead(advisor=bob, by=Actor.advisor(alice))
        row = Notification.objects.get(advisor=bob)
        assert notification_mail._claimed([row], row.mail_at) == [row]
        assert notification_mail._send(row.mail_at) == 0
        assert notification_mail._send(row.mail_at + notification_mail.LEASE) == 1


def test_old_ones_are_forgotten(bob: Advisor, alice: Advisor, make_lead: MakeLead, now: dt.datetime) -> None:
    for _ in range(3):
        make_lead(advisor=bob, by=Actor.advisor(alice))
    first, second, _third = Notification.objects.order_by("pk")
    Notification.objects.filter(pk=first.pk).update(read_at=now - dt.timedelta(days=61))
    Notification.objects.filter(pk=second.pk).update(read_at=now - dt.timedelta(days=59))
    assert notifying.prune() == 1
    assert Notification.objects.count() == 2
