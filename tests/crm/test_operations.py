"""An index is built while its table is written, and an attempt that was broken off is no hindrance to the next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import NotSupportedError, connection, migrations, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.test.utils import CaptureQueriesContext

from crm.postgresql.operations import AddIndex, AddRawIndex, OnPostgreSQL, RemoveIndex

pytestmark = pytest.mark.django_db(transaction=True)

only_on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="indexes are built concurrently there"
)
NAME = "scratch_by_word"
INDEX = models.Index(fields=["word"], name=NAME)


@pytest.fixture
def state() -> Iterator[ProjectState]:
    """Of a table with two rows that are alike."""
    state = ProjectState()
    state.add_model(
        ModelState("leads", "Scratch", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())])
    )
    with connection.schema_editor() as editor:
        editor.create_model(state.apps.get_model("leads", "Scratch"))
    execute("INSERT INTO leads_scratch (word) VALUES ('a'), ('a')")
    yield state
    execute("DROP TABLE leads_scratch")


def execute(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if statement.startswith("SELECT") else None


def run(operation: Any, state: ProjectState, *, forwards: bool = True) -> ProjectState:
    after = state.clone()
    operation.state_forwards("leads", after)
    with connection.schema_editor(atomic=False) as editor:
        if forwards:
            operation.database_forwards("leads", editor, state, after)
        else:
            operation.database_backwards("leads", editor, after, state)
    return after


def is_there() -> bool:
    with connection.cursor() as cursor:
        return NAME in connection.introspection.get_constraints(cursor, "leads_scratch")


def test_it_works(state: ProjectState) -> None:
    with_index = run(AddIndex("scratch", INDEX), state)
    assert is_there()
    run(AddIndex("scratch", INDEX), state)
    run(RemoveIndex("scratch", NAME), with_index)
    assert not is_there()
    run(RemoveIndex("scratch", NAME), with_index, forwards=False)
    assert is_there()
    run(AddIndex("scratch", INDEX), state, forwards=False)
    assert not is_there()


@only_on_postgresql
@pytest.mark.parametrize("operation", [AddIndex("scratch", INDEX), AddRawIndex(NAME, "leads_scratch (word)")])
def test_half_an_index_is_built_anew_and_a_whole_one_left_alone(operation: Any, state: ProjectState) -> None:
    with contextlib.suppress(Exception):  # two rows are alike, so this fails, as a broken connection would
        execute(f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON leads_scratch (word)")
    whether = f"SELECT indisvalid, indisunique, indexrelid FROM pg_index WHERE indexrelid = '{NAME}'::regclass"
    ((*before, _),) = execute(whether)
    run(operation, state)
    ((*after, number),) = execute(whether)
    run(operation, state)
    assert (before, after) == ([False, True], [True, False])
    assert execute(whether)[0][2] == number


@only_on_postgresql
def test_it_says_so_when_it_stands_in_a_transaction(state: ProjectState) -> None:
    with transaction.atomic(), pytest.raises(NotSupportedError, match="atomic = False"):
        run(AddIndex("scratch", INDEX), state)


@only_on_postgresql
def test_a_limit_to_waiting_is_not_for_it_and_stands_again_afterwards(state: ProjectState) -> None:
    with CaptureQueriesContext(connection) as queries:
        run(AddIndex("scratch", INDEX), state)
    words = [each["sql"].split()[0] + " " + each["sql"].split()[1] for each in queries.captured_queries]
    assert words[-3:] == ["SET lock_timeout", "CREATE INDEX", "RESET lock_timeout"]


def test_statements_for_postgresql_are_not_for_others(state: ProjectState) -> None:
    run(OnPostgreSQL("ALTER TABLE leads_scratch ADD COLUMN of_postgresql text", migrations.RunSQL.noop), state)
    with connection.cursor() as cursor:
        columns = {each.name for each in connection.introspection.get_table_description(cursor, "leads_scratch")}
    assert ("of_postgresql" in columns) == (connection.vendor == "postgresql")
