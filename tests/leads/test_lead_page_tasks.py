"""What is to be done about a lead, on its page."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor
from leads import advisor_tasks
from leads.models import Lead, Task, TaskKind, TaskState
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    return make_lead(advisor=bob)


@pytest.fixture
def page(client_of: ClientOf, bob: Advisor) -> Client:
    return client_of(bob)


def given(lead: Lead, bob: Advisor, now: dt.datetime, title: str = "Call them") -> Task:
    return advisor_tasks.give(lead, title=title, due_at=now, by=Actor.advisor(bob), now=now)


def test_it_works(page: Client, lead: Lead, bob: Advisor) -> None:
    form = {"title": "Call about the appraisal", "kind": "call", "due_at": "2026-12-01T14:30"}
    answer = page.post(f"/leads/{lead.uuid}/tasks", form, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "lead-changed")
    task = Task.objects.get()
    assert (task.title, task.kind, task.advisor) == ("Call about the appraisal", TaskKind.CALL, bob)
    assert task.due_at == dt.datetime(2026, 12, 1, 14, 30, tzinfo=ZoneInfo("America/New_York")), "the office's clock"
    assert "Call about the appraisal" in answer.content.decode()
    assert "set a task: Call about the appraisal" in page.get(f"/leads/{lead.uuid}").content.decode()


def test_done_and_not_done_after_all(page: Client, lead: Lead, bob: Advisor, now: dt.datetime) -> None:
    task = given(lead, bob, now)
    url = f"/leads/{lead.uuid}/tasks/{task.uuid}"
    assert "Done by Bob Baker" in page.post(url, {"is_done": "on"}, headers=HTMX).content.decode()
    task.refresh_from_db()
    assert task.state == TaskState.DONE
    page.post(url, {"is_done": "on"}, headers=HTMX)  # twice is no trouble
    assert page.post(url, headers=HTMX).status_code == 200
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert page.post(url, headers=HTMX).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": " "}, "Say what is to be done."),
        ({"due_at": ""}, "Say by when."),
        ({"due_at": "soon"}, "This is no date and time."),
        ({"kind": "fax"}, ""),
    ],
)
def test_what_is_wrong_is_said_beside_it(page: Client, lead: Lead, wrong: dict[str, str], words: str) -> None:
    form = {"title": "Call", "kind": "call", "due_at": "2026-12-01T14:30"} | wrong
    answer = page.post(f"/leads/{lead.uuid}/tasks", form, headers=HTMX)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Task.objects.exists()


def test_a_task_of_another_lead_is_not_found(
    page: Client, lead: Lead, bob: Advisor, make_lead: MakeLead, now: dt.datetime
) -> None:
    other = given(make_lead(), bob, now)
    assert page.post(f"/leads/{lead.uuid}/tasks/{other.uuid}", {"is_done": "on"}).status_code == 404


def test_a_stranger_sees_nothing(
    client_of: ClientOf, charlie: Advisor, lead: Lead, bob: Advisor, now: dt.datetime
) -> None:
    task = given(lead, bob, now)
    stranger = client_of(charlie)
    assert stranger.get(f"/leads/{lead.uuid}/tasks").status_code == 404
    assert stranger.post(f"/leads/{lead.uuid}/tasks/{task.uuid}", {"is_done": "on"}).status_code == 404


def test_many_cost_no_more_than_one(
    page: Client, lead: Lead, bob: Advisor, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        given(lead, bob, now, f"Task {number}")
    with django_assert_max_num_queries(8):
        assert "Task 19" in page.get(f"/leads/{lead.uuid}/tasks", headers=HTMX).content.decode()


def test_without_scripts_it_goes_back_to_the_page(page: Client, lead: Lead, bob: Advisor, now: dt.datetime) -> None:
    task = given(lead, bob, now)
    answer = page.post(f"/leads/{lead.uuid}/tasks/{task.uuid}", {"is_done": "on"})
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{lead.uuid}")
