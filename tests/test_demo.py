"""Demonstration data: a newcomer has something to look at, and nobody else is touched."""

from __future__ import annotations

import datetime as dt
import re
import shlex

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from crm.models import Advisor, Credential, Organization, User
from leads import tallies
from leads.models import ContactDecision, Conversation, Lead, Message, Stage
from leads.scoring import score_of
from sequences import demo
from sequences.models import Enrollment, EnrollmentStatus, StepRun

pytestmark = pytest.mark.django_db
#: A weekday in winter, and a Sunday in summer.
DAYS = ("2026-01-14", "2026-07-05")


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """What a first start prints."""
    call_command("load_demo", port=8123)
    return capsys.readouterr().out


def test_it_works(shown: str) -> None:
    organization = Organization.objects.get()
    assert organization.is_demo
    assert organization.quiet_hours
    leads = Lead.objects.of(organization)
    assert leads.count() >= 120
    assert leads.values("stage").distinct().count() == Stage.objects.count()
    assert not leads.filter(score=None).exists()
    assert all(re.fullmatch(r"\+1[2-9]\d{2}55501[0-7]\d", lead.phone_e164 or "") for lead in leads)
    assert "http://127.0.0.1:8123" in shown


def test_everybody_whom_it_names_can_log_in(shown: str) -> None:
    for email in ("dana@demo.example", "maya@demo.example", "admin@demo.example"):
        assert email in shown
        assert authenticate(username=email, password=demo.PASSWORD)
    assert demo.PASSWORD in shown
    assert User.objects.get(is_superuser=True).email == "admin@demo.example"


def test_some_replies_wait_for_an_answer(shown: str) -> None:
    waiting = Conversation.objects.filter(unanswered_since__isnull=False)
    assert 10 <= waiting.count() <= 40
    for conversation in waiting:
        newest = conversation.messages.order_by("-created_at").first()
        assert newest is not None
        assert newest.author == "borrower"
    for conversation in Conversation.objects.all():
        assert conversation.message_count == conversation.messages.exclude(state="approval").count()


def test_the_ai_has_something_to_show(shown: str) -> None:
    drafts = Message.objects.filter(state="approval")
    assert drafts.count() == 2
    assert all(draft.body.startswith("Hi ") and draft.generations.exists() for draft in drafts)
    assert Conversation.objects.filter(needs_handoff=True).exists()
    replied = Conversation.objects.filter(last_inbound_at__isnull=False)
    assert not replied.filter(summary="").exists()


@pytest.mark.parametrize(("day", "hour"), [(day, hour) for day in DAYS for hour in (0, 7, 14, 22)])
def test_a_held_a_skipped_a_stopped_and_an_awaited_one_at_any_hour(db: None, day: str, hour: int) -> None:
    now = dt.datetime.fromisoformat(f"{day}T{hour:02d}:30+00:00")
    assert demo.load_when_empty(now)
    held = Enrollment.objects.exclude(held_by="").select_related("lead").get()
    assert re.fullmatch(
        r"Quiet hours: it is \d\d:\d\d in [\w ]+, opens (\w+ )?\d\d:\d\d their time( \(\w+\))?\.", held.held_by
    )
    assert held.next_step_at is not None
    assert held.next_step_at > now
    assert ContactDecision.objects.get(lead=held.lead).rule == "quiet_hours"
    assert StepRun.objects.exclude(skipped_because="").exists()
    assert Enrollment.objects.filter(stop_reason="Opted out").exists()
    assert Message.objects.filter(state="approval").exists()


def test_at_night_in_chicago_it_is_somebody_there_who_waits(db: None) -> None:
    demo.load_when_empty(dt.datetime(2026, 1, 14, 12, 12, tzinfo=dt.UTC))
    held = Enrollment.objects.exclude(held_by="").get()
    assert held.held_by == "Quiet hours: it is 06:12 in Chicago, opens 08:00 their time (CT)."


def test_nothing_lies_in_the_future_but_next_steps(shown: str) -> None:
    now = timezone.now()
    assert not Message.objects.filter(created_at__gt=now).exists()
    assert not Lead.objects.filter(stage_entered_at__gt=now).exists()


def test_a_start_greets_nobody_with_texts(shown: str) -> None:
    soon = timezone.now() + dt.timedelta(hours=5)
    live = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, held_by="")
    assert live.exists()
    assert not live.filter(next_step_at__lt=soon).exists()
    assert not Message.objects.filter(state__in=["queued", "drafting", "sending"]).exists()


def test_each_text_of_a_sequence_is_the_run_of_a_step(shown: str) -> None:
    said = Message.objects.filter(author__in=["sequence", "ai"])
    assert said.exists()
    assert not said.filter(step_run=None).exists()
    assert StepRun.objects.exclude(skipped_because="").exists()


def test_the_totals_are_those_of_a_recount(shown: str) -> None:
    organization = Organization.objects.get()
    totals = tallies.stage_totals(organization)
    tallies.recount(organization)
    assert tallies.stage_totals(organization) == totals
    assert sum(stage.leads for stage in totals.values()) == Lead.objects.count()


def test_a_second_start_changes_nothing_but_the_keys(shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (Lead.objects.count(), Message.objects.count(), Advisor.objects.count())
    old = set(Credential.objects.filter(revoked_at=None))
    call_command("load_demo", "--show", "--url", "http://localhost:9000")
    assert (Lead.objects.count(), Message.objects.count(), Advisor.objects.count()) == before
    new = set(Credential.objects.filter(revoked_at=None))
    assert len(new) == len(old)
    assert not new & old
    for secret in re.findall(r"(?:pk|lw)_live_\w+", capsys.readouterr().out):
        assert Credential.shown(secret) in new


def test_it_keeps_away_from_a_database_in_use(alice: Advisor, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo", port=8123)
    assert capsys.readouterr().out == "Leadwright is at http://127.0.0.1:8123\n"
    assert (Organization.objects.count(), Lead.objects.count(), Credential.objects.count()) == (1, 0, 0)


def test_it_only_shows_when_told_so(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo", "--show")
    assert capsys.readouterr().out == ""
    assert not Organization.objects.exists()


def test_it_is_quiet_when_told_so(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo", "--quiet")
    assert capsys.readouterr().out == ""
    assert Organization.objects.exists()
    assert not Credential.objects.exists()


def test_each_curl_that_it_prints_makes_a_lead(shown: str) -> None:
    commands = re.findall(r"^curl (?:.*\\\n)*.*$", shown, flags=re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        before = Lead.objects.count()
        words = shlex.split(command)
        url = next(word for word in words if word.startswith("http"))
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        body = "&".join(words[at + 1] for at, word in enumerate(words) if word == "-d")
        is_form = "Content-Type" not in headers
        answer = Client(headers=headers).post(
            url.removeprefix("http://127.0.0.1:8123"),
            body,
            content_type="application/x-www-form-urlencoded" if is_form else "application/json",
        )
        assert answer.status_code == (200 if is_form else 201), answer.content
        assert Lead.objects.count() == before + 1


def test_every_lead_has_its_score(shown: str) -> None:
    leads = Lead.objects.select_related("conversation")
    assert [lead.score for lead in leads] == [score_of(lead) for lead in leads]
