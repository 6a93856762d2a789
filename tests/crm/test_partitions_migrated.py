"""What later migrations do to messages and events, where these lie in partitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from crm.postgresql.operations import AddIndex, AddRawIndex, RemoveIndex
from tests.behind_the_wall import PARTITIONS, as_owner
from tests.crm.test_partitions import execute, lay

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="partitions are PostgreSQL's"),
]


@pytest.fixture(autouse=True)
def in_pieces() -> Iterator[None]:
    lay(4)
    with as_owner():
        yield
    lay(PARTITIONS)


def run(state: ProjectState, *operations: Any, atomic: bool = False) -> ProjectState:
    """Their state after it."""
    for operation in operations:
        after = state.clone()
        operation.state_forwards("leads", after)
        with connection.schema_editor(atomic=atomic) as editor:
            operation.database_forwards("leads", editor, state, after)
        state = after
    return state


@pytest.fixture(scope="module")
def state() -> ProjectState:
    return MigrationLoader(None).project_state()


def indexed(name: str) -> list[tuple[str, bool]]:
    """The index and its partitions', and whether each is valid."""
    return execute(
        "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname ~ %s"
        " ORDER BY length(relname), relname",
        f"^{name}(_p[0-9]+)?$",
    )


def test_an_index_is_built_while_everybody_writes(state: ProjectState) -> None:
    whole = [(name, True) for name in ("by_author", *(f"by_author_p{place}" for place in range(4)))]
    index = models.Index(fields=["author"], condition=models.Q(state="sent"), name="by_author")
    said: list[str] = []
    with connection.execute_wrapper(noting(said)):
        after = run(state, AddIndex("message", index))
    assert indexed("by_author") == whole
    built = [each for each in said if each.startswith("CREATE INDEX")]
    assert all("CONCURRENTLY" in each or " ON ONLY " in each for each in built)
    run(state, AddIndex("message", index))  # once more, as after a migration that was broken off
    assert indexed("by_author") == whole
    run(after, RemoveIndex("message", "by_author"))
    assert indexed("by_author") == []


def noting(said: list[str]) -> Any:
    def note(ask: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        said.append(str(sql))
        return ask(sql, params, many, context)

    return note


def test_what_was_broken_off_is_finished(state: ProjectState) -> None:
    execute("CREATE INDEX by_words_p1 ON leads_message_p1 (author)")
    execute("CREATE INDEX by_words_p2 ON leads_message_p2 (author)")
    execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_words_p2'::regclass")
    execute("CREATE INDEX by_words ON ONLY leads_message (author)")
    assert indexed("by_words") == [("by_words", False), ("by_words_p1", True), ("by_words_p2", False)]
    operation = AddRawIndex("by_words", "leads_message (author)")
    run(state, operation)
    assert [valid for _, valid in indexed("by_words")] == [True] * 5
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("leads", editor, state, state)
    assert indexed("by_words") == []


def test_a_column_comes_and_goes(state: ProjectState) -> None:
    after = run(
        state, migrations.AddField("message", "extra", models.CharField(max_length=5, db_default="x")), atomic=True
    )
    try:
        for piece in ("leads_message", "leads_message_p3"):
            assert execute(f"SELECT COUNT(extra) FROM {piece}") == [(0,)]
    finally:
        run(after, migrations.RemoveField("message", "extra"), atomic=True)


def test_a_foreign_key_holds_the_organization_too(state: ProjectState) -> None:
    key = models.ForeignKey("leads.message", models.CASCADE, null=True, db_index=False, related_name="+")
    owner = models.ForeignKey("crm.organization", models.CASCADE, db_index=False, related_name="+")
    table = migrations.CreateModel(
        "Extra", [("id", models.BigAutoField(primary_key=True)), ("organization", owner), ("message", key)]
    )
    after = run(state, table, migrations.AddField("extra", "other", key.clone()), atomic=True)
    try:
        found = execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'leads_extra'::regclass"
            " AND confrelid = 'leads_message'::regclass AND conparentid = 0 ORDER BY conname"
        )
        assert [text.partition(" DEF")[0] for (text,) in found] == [
            f"FOREIGN KEY (organization_id, {column}) REFERENCES leads_message(organization_id, id)"
            for column in ("message_id", "other_id")
        ]
    finally:
        run(after, migrations.DeleteModel("extra"), atomic=True)
