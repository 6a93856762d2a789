"""Messages and events in partitions: the same rows, names and rules, there and back; and what comes after works."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from crm.auditing.chaining import chain
from crm.models import Advisor, Event, Organization
from crm.postgresql import partitions, pieces
from leads import messaging, outbox, receipts
from leads.models import Conversation, Generation, Message, MessageState, Purpose
from tests import fingerprints
from tests.behind_the_wall import PARTITIONS, as_owner
from tests.conftest import ClientOf, MakeLead
from tests.crm.test_auditing import settled

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="partitions are PostgreSQL's"),
]
TABLES = ["crm_event", "leads_message"]
_SHAPE = """
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conparentid = 0
    AND (conrelid::regclass::text = ANY(%(tables)s) OR confrelid::regclass::text = ANY(%(tables)s))
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid::regclass::text = ANY(%(tables)s) AND NOT tgisinternal
UNION ALL SELECT 'column', table_name || column_name, concat_ws(' ', ordinal_position, data_type, is_nullable,
    column_default, is_identity, identity_generation) FROM information_schema.columns WHERE table_name = ANY(%(tables)s)
UNION ALL SELECT 'sequence', each, pg_get_serial_sequence(each, 'id') FROM unnest(%(tables)s) each
UNION ALL SELECT 'grant', relname, COALESCE(relacl::text, '') FROM pg_class WHERE relname = ANY(%(tables)s)
UNION ALL SELECT 'option', relname, option FROM pg_class, unnest(reloptions) option WHERE relname = ANY(%(tables)s)
"""


def lay(number: int) -> None:
    with as_owner():
        for table in TABLES:
            partitions.lay(table, number)


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    lay(PARTITIONS)


@pytest.fixture
def message(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Message:
    """One that went out, of a lead whose creation is an event; a text was generated for it."""
    sent = messaging.write(make_lead(name="Mary Minor"), body="Hello", by_advisor=alice, now=now)
    Generation.objects.create(
        organization_id=sent.organization_id,
        conversation_id=sent.conversation_id,
        message=sent,
        purpose=Purpose.STEP,
        created_at=now,
    )
    return sent


def shape() -> set[tuple[str, ...]]:
    """What PostgreSQL knows of the tables, without the casts and brackets that it adds when it reads its own words."""
    with connection.cursor() as cursor:
        cursor.execute(_SHAPE, {"tables": TABLES})
        return {
            (kind, name, re.sub(r"::[a-z ]+(\[\])?|[()]|ONLY ", "", definition))
            for kind, name, definition in cursor.fetchall()
        }


def execute(statement: str, *parameters: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


def try_out(statement: str) -> None:
    """With every constraint looked at when it has ended, and not at the end of the transaction."""
    with transaction.atomic():
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(statement)


def test_it_works(message: Message, make_lead: MakeLead, other_organization: Organization) -> None:
    lay(0)
    make_lead(organization=other_organization)
    with as_owner():
        execute("CREATE TRIGGER guard BEFORE DELETE ON leads_message FOR EACH ROW EXECUTE FUNCTION "
                "suppress_redundant_updates_trigger()")  # fmt: skip
        execute("GRANT SELECT ON leads_message TO PUBLIC")
        execute("ALTER TABLE leads_message SET (fillfactor = 90)")
    rows, before = fingerprints.of(connection), shape()
    highest = Message.objects.latest("pk").pk
    try:
        lay(4)
        inside = shape()
        assert fingerprints.of(connection) == rows
        assert {name for _, name, _ in inside} - {name for _, name, _ in before} == {f"{each}_by_id" for each in TABLES}
        assert {name for _, name, _ in before} <= {name for _, name, _ in inside}
        keys = {name: text for kind, name, text in inside if kind == "constraint"}
        assert keys["leads_message_pkey"] == "PRIMARY KEY organization_id, id"
        assert keys["leads_message_uuid_key"] == "UNIQUE organization_id, uuid"
        assert [text for text in keys.values() if "message_id" in text] == [
            "FOREIGN KEY organization_id, message_id REFERENCES leads_messageorganization_id, id"
            " DEFERRABLE INITIALLY DEFERRED"
        ] * 2
        options = execute("SELECT DISTINCT unnest(reloptions) FROM pg_class WHERE relname ~ '^leads_message_p[0-9]$'")
        assert {"fillfactor=90", "autovacuum_analyze_scale_factor=0.01"} <= {option for (option,) in options}
        lay(0)
        assert shape() == before
        assert fingerprints.of(connection) == rows
    finally:
        with as_owner():
            execute("DROP TRIGGER guard ON leads_message")
            execute("REVOKE SELECT ON leads_message FROM PUBLIC")
            execute("ALTER TABLE leads_message RESET (fillfactor)")
    lay(3)
    again = Message.objects.get(pk=message.pk)
    again.pk, again.uuid, again.provider_id = None, uuid4(), "another"
    again.save()
    assert again.pk > highest


def test_each_row_lies_with_its_organization_and_is_asked_for_there_alone(message: Message) -> None:
    lay(4)
    for name, table in ((Message, "leads_message"), (Event, "crm_event")):
        places = execute(f"SELECT organization_id, COUNT(DISTINCT tableoid) FROM {table} GROUP BY 1")
        assert places
        assert {count for _, count in places} == {1}
        plan = name._default_manager.filter(organization=message.organization_id, pk=message.pk).explain()
        assert len(set(re.findall(rf"{table}_p\d", plan))) == 1, plan


@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE leads_message SET state = 'sending', lease = NULL", "message_sending_has_lease"),
        ("UPDATE leads_message SET attempts = -1", "leads_message_attempts_check"),
        ("UPDATE leads_message SET lead_id = 0", "leads_message_lead_id_"),
        ("UPDATE leads_message SET body = NULL", '"body"'),
        ("UPDATE leads_generation SET message_id = 0", "leads_generation_message_id_"),
        ("DELETE FROM leads_message", 'still referenced from table "leads_generation"'),
    ],
)
def test_what_must_hold_still_does(message: Message, number: int, statement: str, name: str) -> None:
    lay(number)
    with pytest.raises(DatabaseError, match=re.escape(name)):
        try_out(statement)


@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize("column", ["pk", "uuid", "provider_id"])
def test_nothing_is_there_twice(message: Message, number: int, column: str) -> None:
    lay(number)
    again = Message.objects.get(pk=message.pk)
    kept = getattr(again, column)
    again.pk, again.uuid, again.provider_id = message.pk + 1000, uuid4(), "another"
    setattr(again, column, kept)
    with pytest.raises(DatabaseError, match="duplicate key"):
        again.save(force_insert=True)


def test_what_hangs_on_a_message_is_of_its_organization(message: Message, other_organization: Organization) -> None:
    lay(4)
    with pytest.raises(DatabaseError, match="leads_generation_message_id_"):
        try_out(f"UPDATE leads_generation SET organization_id = {other_organization.pk}")


def test_what_would_break_a_key_stops_the_move(message: Message, other_organization: Organization) -> None:
    lay(0)
    Generation.objects.update(organization=other_organization)
    with as_owner(), pytest.raises(CommandError, match=r"leads_message is as it was: .*leads_generation_message_id_"):
        call_command("partition", stdout=StringIO())
    assert [partitions.number_of(table) for table in TABLES] == [8, 0]
    assert Message.objects.get().body == "Hello"
    Generation.objects.all().delete()


@pytest.mark.parametrize("number", [0, 4])
def test_a_message_goes_out_is_answered_and_shown(
    number: int, make_lead: MakeLead, alice: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    lay(number)
    client, lead = client_of(alice), make_lead(name="Mary Minor")
    sent = messaging.write(lead, body="Hello Mary", by_advisor=alice, now=now)
    outbox.deliver_now([sent.pk])
    sent.refresh_from_db()
    assert sent.state == MessageState.SENT
    arrived = receipts.Receipt(sent.provider, sent.provider_id, receipts.Status.DELIVERED)
    receipts.note(arrived, organizations=[lead.organization_id], now=now)
    messaging.receive(lead.organization, address=lead.phone_e164 or "", body="Hello Alice", now=now)
    sent.refresh_from_db()
    assert sent.state == MessageState.DELIVERED
    assert Conversation.objects.get().message_count == 2
    page = client.get(f"/leads/{lead.uuid}").content.decode()
    assert "Hello Mary" in page
    assert "Hello Alice" in page
    assert client.get("/board").status_code == 200
    settled()
    assert chain() == Event.objects.count()
    call_command("verify_audit", stdout=StringIO())


def test_the_command_says_what_it_did(message: Message) -> None:
    lay(0)

    def said(*given: str) -> list[str]:
        out = StringIO()
        with as_owner():
            call_command("partition", *given, stdout=out)
        return out.getvalue().splitlines()

    events = Event.objects.count()
    assert said("--check") == ["crm_event: whole", "leads_message: whole"]
    assert said("--partitions", "4") == [
        f"crm_event: 4 partitions by organisation, {events} rows moved",
        "leads_message: 4 partitions by organisation, 1 rows moved",
    ]
    assert said("--partitions", "4")[1] == "leads_message: 4 partitions by organisation, as before"
    assert said("--partitions", "2")[1] == "leads_message: 2 partitions by organisation, 1 rows moved"
    assert said("--check") == [f"{table}: 2 partitions by organisation" for table in TABLES]
    assert said("--undo")[1] == "leads_message: whole, 1 rows moved"
    with pytest.raises(CommandError, match="from 2 to 1024"):
        said("--partitions", "1")


def test_it_gives_up_while_somebody_works(message: Message) -> None:
    lay(0)
    other = connection.copy()
    try:
        with other.cursor() as theirs:
            theirs.execute("BEGIN")
            theirs.execute("SELECT 1 FROM leads_message")
            with as_owner(), pytest.raises(CommandError, match="stop all web servers and workers"):
                call_command("partition", "--wait", "0.1", stdout=StringIO())
            theirs.execute("ROLLBACK")
    finally:
        other.close()
    assert partitions.number_of("leads_message") == 0


def test_partitions_are_not_taken_for_tables() -> None:
    lay(4)
    with connection.cursor() as cursor:
        assert not [name for name in connection.introspection.table_names(cursor) if re.search(r"_p\d$", name)]
        assert len(pieces.of_tables(cursor)["leads_message"]) == 4
