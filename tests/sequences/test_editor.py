"""The pages of sequences: everybody reads, managers write, nobody writes over a colleague."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, LeadVisibility, Organization
from leads.models import Lead, Message
from sequences import authoring, engine, publishing
from sequences.models import Enrollment, Sequence, Step
from sequences.step_forms import MOST_STEPS
from tests.conftest import ClientOf, MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, ai_step, step
from tests.sequences.pages import HTMX, ai, sent, task, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def sequence(make_sequence: MakeSequence) -> Sequence:
    return make_sequence(
        step("Hi {{first_name}}, it's {{company}}"), ai_step(delay_hours=24), step("Bye", delay_hours=36)
    )


def address(sequence: Sequence, below: str = "") -> str:
    return f"/sequences/{sequence.public_id}{below}"


def steps_of(sequence: Sequence) -> list[Step]:
    sequence.refresh_from_db()
    return authoring.steps_of(sequence)


def test_it_works(client: Client, sequence: Sequence, make_lead: MakeLead) -> None:
    make_lead(name="Curtis Boyd")
    page = client.get(address(sequence)).content.decode()
    for words in ("Welcome", "Active", "Version 1", "On day 2", "On day 3", "first name", "If Curtis started now"):
        assert words in page
    assert "Hi Curtis, it&#x27;s Acme Lending" in page
    answer = client.post(address(sequence), sent(text("Hello"), ai(), task(waits_until_done="on"), keys="0n1"))
    assert answer.headers["Location"] == address(sequence)
    first, second, third = steps_of(sequence)
    assert (first.message, first.skip_if_replied, first.delay_hours) == ("Hello", False, 0)
    assert (second.kind, second.instructions, second.delay_hours) == ("ai", "Ask about blockers", 24)
    assert (third.kind, third.message, third.waits_until_done) == ("task", "Call them", True)
    assert "Version 2 is published" in client.get(address(sequence)).content.decode()


def test_publishing_what_was_opened_changes_nothing(client: Client, make_sequence: MakeSequence) -> None:
    """Every field of every kind of step comes back as it went out."""
    steps = (
        step("One\nline and another ", skip_if_replied=True),
        step("Dear {{name}}", channel="email", subject="Hello {{company}}", delay_hours=30, in_business_hours=True),
        ai_step("Be kind", channel="email", delay_hours=48),
        {"kind": "task", "message": "Call", "instructions": "Ask", "task_kind": "call", "waits_until_done": True},
    )
    sequence = make_sequence(*steps)
    forms = client.get(address(sequence)).context["steps"]
    data: dict[str, object] = {"seen": "1", "step": [form.key for form in forms]}
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is not False:
                data[form.add_prefix(name)] = "on" if value is True else "" if value is None else str(value)
    client.post(address(sequence), data)
    sequence.refresh_from_db()
    assert sequence.current
    assert sequence.current.number == 1


def test_it_shows_what_became_of_each_step(
    client: Client, sequence: Sequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    for _ in range(3):
        enroll(make_lead(), sequence)
    engine.tick(now)
    page = client.get(address(sequence)).content.decode()
    assert "<dt>Sent</dt><dd>3</dd>" in page
    assert '<b class="num">3</b> leads under way' in page
    assert "3 under way finish on their own versions" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (text(""), "Write what this step says."),
        (text("  "), "Write what this step says."),
        (ai(""), "Say what the AI should write about."),
        (task(""), "Say what the advisor has to do."),
        (text(delay="soon"), "The delay is a whole number."),
        (text(delay="-1"), "The delay is at least 0."),
        (text(delay="99999"), "The delay is between nothing and ten years."),
        (text(delay="9" * 40), "The delay is between nothing and ten years."),
        (text(kind="smoke"), "Select a valid choice."),
        (text(channel="fax"), "Select a valid choice."),
        (text("x" * 5001), "at most 5000 characters"),
        (text("a\0b"), "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: Client, sequence: Sequence, given: dict[str, str], words: str
) -> None:
    answer = client.post(address(sequence), sent(text("This one is fine"), given))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "This one is fine" in page
    assert answer.context["open"] == "1"
    assert len(steps_of(sequence)) == 3


def test_no_steps_are_refused(client: Client, sequence: Sequence) -> None:
    assert client.post(address(sequence), {"seen": "1"}).status_code == 422
    assert client.post(address(sequence), {"seen": "1", "step": ["../..", "", "ä"]}).status_code == 422
    assert len(steps_of(sequence)) == 3


def test_two_managers_at_once(client: Client, sequence: Sequence, now: dt.datetime) -> None:
    theirs = [step("Hi {{first_name}}, how are you"), ai_step(delay_hours=24)]
    publishing.publish(Sequence.objects.get(pk=sequence.pk), theirs, seen=1, by=ME, now=now)
    answer = client.post(address(sequence), sent(text("My words")))
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("has published version 2", "My words", "how are you", "Step 3 is gone", "Take theirs"):
        assert words in page
    assert steps_of(sequence)[0].message == "Hi {{first_name}}, how are you"
    assert 'name="seen" value="2"' in page
    assert client.post(address(sequence), sent(text("My words"), seen=2)).status_code == 302
    assert [each.message for each in steps_of(sequence)] == ["My words"]


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "²"])
def test_a_form_that_saw_nothing_publishes_nothing(client: Client, sequence: Sequence, seen: str) -> None:
    assert client.post(address(sequence), sent(text()) | {"seen": seen}).status_code == 409
    assert len(steps_of(sequence)) == 3


def test_those_under_way_take_up_the_new_steps_if_that_is_wanted(
    client: Client, sequence: Sequence, make_lead: MakeLead, enroll: Enroll
) -> None:
    running = enroll(make_lead(), sequence)
    client.post(address(sequence), sent(text("For new ones")))
    running.refresh_from_db()
    assert running.version.number == 1
    answer = client.post(address(sequence), sent(text("For all"), seen=2, who="running"), follow=True)
    assert "1 lead goes on with it" in answer.content.decode()
    running.refresh_from_db()
    assert running.version.number == 3


def test_an_older_version_may_be_begun_with(client: Client, sequence: Sequence) -> None:
    client.post(address(sequence), sent(text("Newer")))
    page = client.get(address(sequence, "?version=1")).content.decode()
    assert "Bye" in page
    assert 'name="seen" value="2"' in page
    for wrong in ("0", "7", "x", "9" * 30):
        assert client.get(address(sequence, f"?version={wrong}")).status_code == 404


def test_versions_tell_what_changed(client: Client, sequence: Sequence) -> None:
    client.post(
        address(sequence), sent(text("Hi {{first_name}}, it's us"), ai("Ask about blockers", skip_if_replied="on"))
    )
    page = client.get(address(sequence, "/versions")).content.decode()
    for words in ("Version 2", "Alice Archer", "Current", "Step 3 is gone", "<del>{{company}}</del><ins>us</ins>"):
        assert words in page
    for odd in ("?page=0", "?page=x", "?page=99"):
        assert client.get(address(sequence, f"/versions{odd}")).status_code == 200


def test_steps_are_added_moved_and_removed_without_being_stored(client: Client, sequence: Sequence) -> None:
    given = sent(text("one"), text("two"), keys="01")

    def drawn(do: str) -> list[str]:
        answer = client.post(address(sequence, "/sketch"), given | {"do": do}, headers=HTMX)
        assert answer.status_code == 200
        assert "steps-drawn" in answer.headers["HX-Trigger-After-Settle"]
        return [form.key for form in answer.context["steps"]]

    assert drawn("") == ["0", "1"]
    assert drawn("add-ai") == ["0", "1", "n0"]
    assert drawn("add-task-0") == ["0", "n0", "1"]
    assert drawn("down-0") == ["1", "0"]
    assert drawn("up-0") == ["0", "1"]
    assert drawn("up-nobody") == ["0", "1"]
    assert drawn("remove-0") == ["1"]
    assert client.post(address(sequence, "/sketch"), given | {"do": "add-fax"}).status_code == 404
    assert len(steps_of(sequence)) == 3


def test_without_a_script_the_whole_page_is_drawn(client: Client, sequence: Sequence) -> None:
    answer = client.post(address(sequence, "/sketch"), sent(text("only here")) | {"do": "add-fixed"})
    assert "only here" in answer.content.decode()
    assert "<html" in answer.content.decode()


def test_there_is_an_end_to_steps(client: Client, sequence: Sequence) -> None:
    many = {"seen": "1", "step": [f"n{number}" for number in range(MOST_STEPS + 5)], "do": "add-fixed"}
    assert client.post(address(sequence, "/sketch"), many).status_code == 404


def test_a_half_written_step_is_tried_on_a_lead(client: Client, sequence: Sequence, make_lead: MakeLead) -> None:
    lead = make_lead(name="Curtis Boyd")
    make_lead(name="Somebody Else")
    given = sent(text("Dear {{first_name}} of {{nonsense}}"), text("", delay="x"), ai()) | {
        "lead": lead.uuid,
        "open": "0",
    }
    page = client.post(address(sequence, "/rehearsal"), given, headers=HTMX).content.decode()
    assert "Dear Curtis of" in page
    assert page.count("<time") == 3
    assert not Message.objects.exists()
    assert not Enrollment.objects.exists()


def test_an_ai_step_shows_what_the_composer_would_write(
    client: Client, sequence: Sequence, make_lead: MakeLead
) -> None:
    lead = make_lead(name="Curtis Boyd")
    given = sent(ai("Ask whether anything holds them up")) | {"lead": lead.uuid, "open": "0"}
    page = client.post(address(sequence, "/rehearsal"), given, headers=HTMX).content.decode()
    assert "Hi Curtis, this is Acme Lending" in page
    assert "composed" in page
    assert not Message.objects.exists()


def test_a_lead_that_the_advisor_does_not_see_is_not_tried_on(
    bob: Advisor,
    alice: Advisor,
    client_of: ClientOf,
    organization: Organization,
    sequence: Sequence,
    make_lead: MakeLead,
) -> None:
    Organization.objects.filter(pk=organization.pk).update(advisors_see=LeadVisibility.OWN)
    hers = make_lead(name="Hers Alone", advisor=alice)
    make_lead(name="His Own", advisor=bob)
    client = client_of(bob)
    assert client.post(address(sequence, "/rehearsal"), {"lead": hers.uuid}).status_code == 404
    assert client.post(address(sequence, "/rehearsal"), {"lead": "x"}).status_code == 404
    assert "Hers" not in client.get("/sequences/leads?q=Alone").content.decode()
    assert "His Own" in client.get("/sequences/leads?q=own").content.decode()


def test_without_leads_it_says_what_to_do(client: Client, sequence: Sequence) -> None:
    assert "As soon as there is a lead" in client.get(address(sequence)).content.decode()


def test_advisors_read_and_do_not_write(bob: Advisor, client_of: ClientOf, sequence: Sequence) -> None:
    client = client_of(bob)
    page = client.get(address(sequence)).content.decode()
    assert "Skipped when they have replied" in page
    for absent in ("Publish", "textarea", 'id="editor"', "Delete"):
        assert absent not in page
    assert "New sequence" not in client.get("/sequences").content.decode()
    assert client.get("/sequences/new").status_code == 403
    for below in ("", "/sketch", "/setup", "/switch", "/copies", "/deletion"):
        assert client.post(address(sequence, below), sent(text())).status_code == 403
    assert len(steps_of(sequence)) == 3
    assert client.post(address(sequence, "/rehearsal")).status_code == 200


def test_a_deleted_sequence_is_gone(client: Client, sequence: Sequence) -> None:
    answer = client.post(address(sequence, "/deletion"), follow=True)
    assert "“Welcome” is deleted" in answer.content.decode()
    assert client.get(address(sequence)).status_code == 404


def test_what_a_page_costs_does_not_grow(
    client: Client, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    costs: dict[str, list[int]] = {"": [], "/versions": [], "/rehearsal": []}
    for size in (2, 30):
        sequence = make_sequence(
            *(step(f"step {number}", delay_hours=24) for number in range(size)), name=f"{size} steps"
        )
        for number in range(size // 2):
            enroll(make_lead(), sequence)
            steps = authoring.contents_of(sequence.current_id)
            steps[0]["message"] = f"Better and better {number}"
            publishing.publish(sequence, steps, seen=number + 1, by=ME, now=now)
        engine.tick(now + dt.timedelta(hours=25))
        for below, counts in costs.items():
            data = sent(*(text("x") for _ in range(9))) if below == "/rehearsal" else None
            with CaptureQueriesContext(connection) as taken:
                assert (
                    client.post(address(sequence, below), data) if data else client.get(address(sequence, below))
                ).status_code == 200
            counts.append(len(taken))
    assert all(few == many for few, many in costs.values()), costs
    assert costs[""][0] <= 24, costs
    assert Lead.objects.count() == 16
