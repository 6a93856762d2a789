"""What a sequence is called, starts by, ends at; on, off, copied; and the list of all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Advisor, Organization
from leads.models import Stage
from sequences import authoring, defaults
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Trigger
from tests.conftest import ClientOf, MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, step
from tests.sequences.pages import seen_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def sequence(make_sequence: MakeSequence) -> Sequence:
    return make_sequence(step("one"), step("two", delay_hours=24))


def address(sequence: Sequence, below: str = "") -> str:
    return f"/sequences/{sequence.public_id}{below}"


def form(**changed: object) -> dict[str, object]:
    return {"name": "Welcome", "description": "", "goal": "", "approval": "checked", "starts": ""} | changed


def test_it_works(client: Client, sequence: Sequence, stages: dict[str, Stage], make_lead: MakeLead) -> None:
    make_lead(tags=["SBA"])
    goal = list(stages.values())[2]
    wanted = form(
        name="Better",
        goal=str(goal.uuid),
        approval="every",
        starts=["created:api", f"stage:{goal.uuid}", "tag:SBA", ""],
        is_default="on",
        seen=seen_in(client, address(sequence)),
    )
    assert client.post(address(sequence, "/setup"), wanted).headers["Location"] == address(sequence)
    sequence.refresh_from_db()
    assert (sequence.name, sequence.goal, sequence.is_default, sequence.approval) == ("Better", goal, True, "every")
    assert Trigger.objects.filter(sequence=sequence).count() == 3
    page = client.get(address(sequence)).content.decode()
    assert f"When a lead comes in by API, enters {goal.label} or gets the tag SBA" in page
    again = form(name="Better", is_default="on", approval="every", seen=seen_in(client, address(sequence)))
    client.post(address(sequence, "/setup"), again)
    assert not Trigger.objects.filter(sequence=sequence).exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"goal": "x"}, "Select a valid choice"),
        ({"starts": ["smoke:signal"]}, "Select a valid choice"),
        ({"approval": "never"}, "Select a valid choice"),
        ({"seen": "forged:value"}, "This form is not one of ours"),
    ],
)
def test_what_is_wrong_is_said(client: Client, sequence: Sequence, wrong: dict[str, object], words: str) -> None:
    given = form(seen=seen_in(client, address(sequence))) | wrong
    answer = client.post(address(sequence, "/setup"), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    sequence.refresh_from_db()
    assert sequence.name == "Welcome"


def test_a_stage_of_somebody_else_is_no_goal_and_no_start(
    client: Client, sequence: Sequence, other_organization: Organization
) -> None:
    theirs = Stage.objects.filter(organization=other_organization).first()
    assert theirs
    for wrong in ({"goal": str(theirs.uuid)}, {"starts": [f"stage:{theirs.uuid}"]}):
        given = form(seen=seen_in(client, address(sequence))) | wrong
        assert client.post(address(sequence, "/setup"), given).status_code == 422


def test_a_colleague_who_changed_the_same_is_not_written_over(client: Client, sequence: Sequence) -> None:
    seen = seen_in(client, address(sequence))
    client.post(address(sequence, "/setup"), form(name="Hers", seen=seen))
    answer = client.post(address(sequence, "/setup"), form(name="Mine", seen=seen))
    assert answer.status_code == 409
    assert "Meanwhile a colleague changed this to: Hers" in answer.content.decode()
    client.post(address(sequence, "/setup"), form(description="What for", seen=seen))
    sequence.refresh_from_db()
    assert (sequence.name, sequence.description) == ("Hers", "What for")


def test_another_organization_finds_nothing(
    charlie: Advisor, client_of: ClientOf, client: Client, sequence: Sequence
) -> None:
    seen = seen_in(client, address(sequence))
    assert client_of(charlie).post(address(sequence, "/setup"), form(name="Stolen", seen=seen)).status_code == 404


def test_what_was_seen_of_one_sequence_counts_for_no_other(
    client: Client, sequence: Sequence, make_sequence: MakeSequence
) -> None:
    """It would only tell of a conflict that there is not, or miss one; nothing is written over unseen."""
    other = make_sequence(step("else"), name="Other")
    answer = client.post(address(other, "/setup"), form(name="New", seen=seen_in(client, address(sequence))))
    assert answer.status_code == 409


def test_it_is_paused_with_those_under_way_and_goes_on(
    client: Client, sequence: Sequence, make_lead: MakeLead, enroll: Enroll
) -> None:
    enroll(make_lead(), sequence)
    answer = client.post(address(sequence, "/switch"), {"on": "0", "running": "1"}, follow=True)
    page = answer.content.decode()
    assert "1 lead rests" in page
    assert "Paused" in page
    assert Enrollment.objects.get().status == EnrollmentStatus.PAUSED
    answer = client.post(address(sequence, "/switch"), {"on": "1", "running": "1"}, follow=True)
    assert "1 lead goes on" in answer.content.decode()
    assert Enrollment.objects.get().status == EnrollmentStatus.ACTIVE


def test_without_a_tick_those_under_way_go_on(
    client: Client, sequence: Sequence, make_lead: MakeLead, enroll: Enroll
) -> None:
    enroll(make_lead(), sequence)
    client.post(address(sequence, "/switch"), {"on": "0"})
    sequence.refresh_from_db()
    assert not sequence.is_active
    assert Enrollment.objects.get().status == EnrollmentStatus.ACTIVE


def test_a_copy_is_a_draft(client: Client, sequence: Sequence) -> None:
    page = client.post(address(sequence, "/copies"), follow=True).content.decode()
    assert "Copy of Welcome" in page
    assert "Draft" in page


@pytest.mark.parametrize("beginning", defaults.BEGINNINGS)
def test_a_new_one_begins_as_a_draft_with_steps_to_change(client: Client, beginning: str) -> None:
    answer = client.post("/sequences/new", {"name": "Fresh", "beginning": beginning})
    made = Sequence.objects.get(name="Fresh")
    assert answer.headers["Location"] == address(made)
    assert not made.is_active
    assert len(authoring.steps_of(made)) == len(defaults.BEGINNINGS[beginning].steps)


def test_a_new_one_needs_a_name(client: Client) -> None:
    answer = client.post("/sequences/new", {"name": " ", "beginning": "hello"})
    assert answer.status_code == 422
    assert "Give it a name" in answer.content.decode()
    assert client.post("/sequences/new", {"name": "x", "beginning": "nothing"}).status_code == 422


def test_the_list_tells_how_each_stands(
    client: Client, sequence: Sequence, make_lead: MakeLead, enroll: Enroll, make_sequence: MakeSequence
) -> None:
    enroll(make_lead(), sequence)
    make_sequence(step("draft"), name="Someday", is_active=False)
    page = client.get("/sequences").content.decode()
    for words in ("Application Recovery", "Default", "Welcome", "over 1 day", "Someday", "Draft"):
        assert words in page


def test_a_newcomer_is_told_what_to_do(client: Client, bob: Advisor, client_of: ClientOf) -> None:
    Sequence.objects.update(deleted_at=timezone.now(), is_default=False)
    assert "Write the first one" in client.get("/sequences").content.decode()
    assert "A manager of yours writes them" in client_of(bob).get("/sequences").content.decode()


def test_the_list_costs_the_same_for_many(
    client: Client, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll
) -> None:
    counts = []
    for size in (1, 25):
        for number in range(size):
            enroll(make_lead(), make_sequence(step("one"), name=f"{size} {number}"))
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/sequences").status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 10


def test_strangers_see_nothing_of_it(charlie: Advisor, client_of: ClientOf, sequence: Sequence) -> None:
    assert "Welcome" not in client_of(charlie).get("/sequences").content.decode()
