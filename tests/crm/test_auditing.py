"""The audit log: facts become links of a chain, and whoever changes one is found."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from crm import events
from crm.auditing.chaining import chain
from crm.auditing.sources import ERASED
from crm.auditing.verifying import check_whole, patrol, unchained
from crm.models import Actor, AuditChain, AuditEntry, AuditMark, Event, Organization
from leads.models import ContactDecision
from tests.auditing import unguarded
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
type Chained = Callable[[], AuditChain]


@pytest.fixture
def chained(organization: Organization) -> Chained:
    """Everything recorded so far is in the chain."""

    def now_it_is() -> AuditChain:
        settled()
        chain()
        return AuditChain.objects.get(organization=organization)

    return now_it_is


def settled() -> None:
    """As if every transaction had ended: PostgreSQL counts the one that a test runs in as under way."""
    for name, model in (("event", Event), ("refusal", ContactDecision)):
        newest = model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        AuditMark.objects.update_or_create(source=name, defaults={"settled": newest})


@contextmanager
def tampering() -> Iterator[None]:
    """What only the owner of the database can do."""
    with unguarded():
        yield


def test_it_works(organization: Organization, chained: Chained, make_lead: MakeLead) -> None:
    lead = make_lead(name="Mary Miller")
    end = chained()
    entries = list(AuditEntry.objects.filter(organization=organization).order_by("number"))
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert (end.number, end.hash) == (len(entries), entries[-1].hash)
    assert {entry.source_id for entry in entries} == set(Event.objects.values_list("pk", flat=True))
    assert "lead.created" in end.names
    assert [entry.lead_id for entry in entries if entry.name == "lead.created"] == [lead.pk]
    found = check_whole(end)
    assert (found.broken, found.number) == (None, len(entries))
    assert unchained(end) == 0


def test_a_second_round_goes_on_where_the_first_ended(chained: Chained, make_lead: MakeLead) -> None:
    make_lead()
    first = chained()
    assert chained().number == first.number
    make_lead()
    second = chained()
    assert second.number > first.number
    assert check_whole(second).broken is None


def test_organizations_have_chains_of_their_own(
    chained: Chained, make_lead: MakeLead, other_organization: Organization
) -> None:
    make_lead()
    make_lead(organization=other_organization)
    chained()
    for end in AuditChain.objects.all():
        assert check_whole(end).broken is None
    assert AuditEntry.objects.filter(number=1).count() == 2


def test_no_words_of_a_borrower_are_in_it(
    organization: Organization, chained: Chained, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead(name="Canary Quist", phone="+14155557777", email="canary@example.com")
    events.record(
        "lead.filled",
        organization=organization,
        lead_id=lead.pk,
        by=Actor.borrower("Canary Quist"),
        now=now,
        body="canary",
    )
    chained()
    text = str(list(AuditEntry.objects.values())).lower()
    assert "canary" not in text
    assert "4155557777" not in text


def test_refusals_of_the_ledger_are_in_it(
    organization: Organization, chained: Chained, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead()
    decision = ContactDecision.objects.create(
        organization=organization,
        lead=lead,
        address=lead.address,
        channel="sms",
        purpose="step 1",
        verdict="never",
        rule="opt_out",
        words="They opted out",
        decided_at=now,
    )
    end = chained()
    entry = AuditEntry.objects.get(source="refusal")
    assert (entry.name, entry.source_id, entry.lead_id) == ("contact.never", decision.pk, lead.pk)
    ContactDecision.objects.update(rule="open")
    assert check_whole(end).why == "its fact was changed since"


class TestNobodyChangesIt:
    @pytest.fixture
    def entry(self, chained: Chained, make_lead: MakeLead) -> AuditEntry:
        make_lead()
        chained()
        entry = AuditEntry.objects.order_by("number").last()
        assert entry is not None
        return entry

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE crm_auditentry SET name = 'nothing' WHERE id = %s",
            "UPDATE crm_auditentry SET hash = hash WHERE id = %s",
            "DELETE FROM crm_auditentry WHERE id = %s",
        ],
    )
    def test_with_sql(self, entry: AuditEntry, statement: str) -> None:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entry.pk])
        entry.refresh_from_db()

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
    def test_nor_empties_the_table(self, entry: AuditEntry) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute("TRUNCATE crm_auditentry")


class TestWhoeverGetsPastTheTrigger:
    @pytest.fixture
    def end(self, chained: Chained, make_lead: MakeLead) -> AuditChain:
        for _ in range(3):
            make_lead()
        return chained()

    @pytest.mark.parametrize(
        ("column", "value"),
        [("name", "lead.updated"), ("actor_label", "Somebody else"), ("lead_id", 1), ("detail", "")],
    )
    def test_is_found_by_a_changed_link(self, end: AuditChain, column: str, value: Any) -> None:
        with tampering():
            AuditEntry.objects.filter(number=2).update(**{column: value})
        found = check_whole(end)
        assert (found.broken, found.number) == (2, 1)

    def test_is_found_by_a_missing_link(self, end: AuditChain) -> None:
        with tampering():
            AuditEntry.objects.filter(number=2).delete()
        assert (check_whole(end).broken, check_whole(end).why) == (2, "it is missing")

    def test_is_found_by_a_shorter_chain(self, end: AuditChain) -> None:
        with tampering():
            AuditEntry.objects.filter(number=end.number).delete()
        assert check_whole(end).broken == end.number

    def test_is_found_by_a_changed_fact(self, end: AuditChain) -> None:
        event = Event.objects.order_by("pk")[1]
        Event.objects.filter(pk=event.pk).update(data={"nothing": "happened"})
        assert (check_whole(end).broken, check_whole(end).why) == (2, "its fact was changed since")

    def test_is_found_by_a_fact_beside_the_chain(self, end: AuditChain) -> None:
        with tampering():
            AuditEntry.objects.filter(number=end.number).delete()
        last = AuditEntry.objects.get(number=end.number - 1)
        AuditChain.objects.update(number=last.number, hash=last.hash)
        end.refresh_from_db()
        assert check_whole(end).broken is None
        assert unchained(end) == 1

    def test_is_found_by_what_was_kept_elsewhere(
        self, end: AuditChain, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        call_command("verify_audit")
        kept = tmp_path / "heads"
        kept.write_text(capsys.readouterr().out)
        call_command("verify_audit", against=kept)
        with tampering():
            AuditEntry.objects.filter(number=end.number).delete()
        Event.objects.order_by("pk").last().delete()  # type: ignore[union-attr]
        last = AuditEntry.objects.get(number=end.number - 1)
        AuditChain.objects.update(number=last.number, hash=last.hash)
        call_command("verify_audit")
        with pytest.raises(CommandError, match=f"link {end.number} is not the one that was seen before"):
            call_command("verify_audit", against=kept)

    def test_and_the_command_says_where(self, end: AuditChain, organization: Organization) -> None:
        call_command("verify_audit", organization=organization.public_id)
        with tampering():
            AuditEntry.objects.filter(number=2).update(name="nothing")
        with pytest.raises(CommandError, match=f"{organization.public_id}: link 2 is broken"):
            call_command("verify_audit", organization=organization.public_id)


def test_facts_that_are_gone_or_erased_break_nothing(chained: Chained, make_lead: MakeLead) -> None:
    make_lead()
    make_lead()
    end = chained()
    first, second = Event.objects.order_by("pk")[:2]
    Event.objects.filter(pk=first.pk).update(data=ERASED)
    second.delete()
    found = check_whole(end)
    assert (found.broken, found.erased, found.gone) == (None, 1, 1)


class TestThePatrol:
    def test_it_says_how_far_all_is_well(self, chained: Chained, make_lead: MakeLead) -> None:
        make_lead()
        end = chained()
        assert patrol() == end.number
        end.refresh_from_db()
        assert (end.verified, end.broken) == (end.number, None)
        make_lead()
        longer = chained()
        assert patrol() == longer.number - end.number

    def test_it_begins_again_after_a_day_and_finds_what_was_changed(
        self, chained: Chained, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        make_lead()
        end = chained()
        patrol()
        with tampering():
            AuditEntry.objects.filter(number=1).update(name="nothing")
        assert patrol() == 0
        AuditChain.objects.update(pass_began_at=now - dt.timedelta(days=2))
        patrol()
        end.refresh_from_db()
        assert end.broken == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one transaction after the other")
@pytest.mark.django_db(transaction=True)
def test_a_fact_that_commits_late_is_not_skipped(organization: Organization, now: dt.datetime) -> None:
    """Somebody's transaction has drawn a lower id, and commits after a higher one was seen."""

    def record(name: str) -> None:
        events.record(name, organization=organization, by=Actor.system(), now=now)

    chain()
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO crm_event (organization_id, name, happened_at, actor_kind, actor_label, data)"
                " VALUES (%s, 'late', now(), 'system', '', '{}')",
                [organization.pk],
            )
        record("early")
        for _ in range(3):
            chain()
        assert not AuditEntry.objects.filter(name__in=["early", "late"]).exists()
        other.commit()
    finally:
        other.close()
    found = AuditEntry.objects.filter(name__in=["early", "late"]).order_by("number").values_list("name", flat=True)
    until = time.monotonic() + 60  # transactions of other tests' databases count as well
    while len(found.all()) < 2 and time.monotonic() < until:
        chain()
    assert list(found.all()) == ["late", "early"]
    assert check_whole(AuditChain.objects.get()).broken is None
