"""Every migration from here on may run while the code of before still does, or says why nobody minds."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from crm.postgresql.operations import AddIndex, AddRawIndex, OnPostgreSQL, RemoveIndex
from tests.cluster import releases
from tests.migration_rules import broken_by

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the rules are about PostgreSQL's locks"),
]

#: The newest when the rules were made. Before them nobody could upgrade without a pause.
_SINCE = {"api": 3, "crm": 22, "leads": 30, "sequences": 7}


@pytest.fixture(scope="module")
def state() -> ProjectState:
    """Of all models as they are, rendered once."""
    state = MigrationLoader(None).project_state()
    assert state.apps
    return state


def test_every_migration_since_keeps_the_rules() -> None:
    loader = MigrationLoader(None)
    broken = {
        str(migration): sentences
        for (app, name), migration in loader.disk_migrations.items()
        if app in _SINCE and int(name[:4]) > _SINCE[app]
        if (sentences := broken_by(migration, loader.project_state((app, name), at_end=False)))
    }
    assert broken == {}


def sentences(state: ProjectState, *operations: Any, **attributes: Any) -> list[str]:
    migration = migrations.Migration("9999_example", "leads")
    migration.operations = list(operations)
    for name, value in attributes.items():
        setattr(migration, name, value)
    return broken_by(migration, state)


def column(**given: Any) -> migrations.AddField:
    return migrations.AddField("lead", "extra", models.CharField(max_length=5, **given))


def executes(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE leads_lead")


def changes(apps: Any, schema_editor: Any) -> None:
    pass


INDEX = models.Index(fields=["dba"], name="lead_by_dba")
UNIQUE = models.UniqueConstraint(fields=["dba"], name="dba_once")
CHECK = models.CheckConstraint(condition=models.Q(score__lte=100), name="score_within")
TABLE = migrations.CreateModel("Extra", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())])
KEY = models.ForeignKey("leads.lead", models.CASCADE, null=True, db_index=False, related_name="+")


@pytest.mark.parametrize(
    "operations",
    [
        [column(null=True)],
        [column(db_default="")],
        [migrations.AddField("lead", "extra", models.DateTimeField(db_default=Now()))],
        [migrations.AddField("message", "extra", KEY)],
        [AddIndex("lead", INDEX)],
        [RemoveIndex("lead", "lead_by_heading")],
        [AddRawIndex("lead_by_dba", "leads_lead (dba)")],
        [TABLE, migrations.AddIndex("extra", models.Index(fields=["word"], name="by_word"))],
        [TABLE, migrations.AddField("extra", "lead", models.ForeignKey("leads.lead", models.CASCADE))],
        [TABLE, migrations.AddConstraint("extra", models.UniqueConstraint(fields=["word"], name="word_once"))],
        [migrations.AlterField("lead", "gender", models.CharField(max_length=20, blank=True, help_text="words"))],
        [migrations.AlterField("lead", "gender", models.CharField(max_length=20, null=True))],
        [migrations.RunPython(changes)],
        [OnPostgreSQL("UPDATE leads_lead SET dba = ''")],
    ],
)
def test_what_old_code_does_not_mind(state: ProjectState, operations: list[Any]) -> None:
    assert sentences(state, *operations) == []


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([column(default="")], "give it a db_default"),
        ([OnPostgreSQL("ALTER TABLE leads_lead ADD COLUMN extra text NOT NULL")], "give it a db_default"),
        ([OnPostgreSQL("ALTER TABLE leads_lead ADD extra2 uuid DEFAULT gen_random_uuid()")], "written anew"),
        ([column(null=True, unique=True)], "under a lock"),
        ([migrations.RemoveField("lead", "dba")], "still asks for that column"),
        ([migrations.RenameField("lead", "dba", "alias")], "former name"),
        ([migrations.DeleteModel("note")], "still asks for that table"),
        ([migrations.RenameModel("note", "remark")], "former name"),
        ([migrations.AlterModelTable("note", "remarks")], "former name"),
        ([migrations.AlterField("lead", "dba", models.TextField())], "former type"),
        ([migrations.AlterField("lead", "score", models.PositiveSmallIntegerField(default=0))], "may leave it out"),
        ([migrations.AddIndex("lead", INDEX)], "nobody can write"),
        ([migrations.RemoveIndex("lead", "lead_by_heading")], "nobody reading"),
        ([migrations.AddConstraint("lead", UNIQUE)], "does not keep it"),
        ([migrations.AddConstraint("lead", CHECK)], "does not keep it"),
        ([OnPostgreSQL("CREATE UNIQUE INDEX CONCURRENTLY once ON leads_lead (dba)")], "does not keep it"),
        ([OnPostgreSQL("ALTER TABLE leads_lead DROP CONSTRAINT once")], "may count on it"),
        ([OnPostgreSQL("LOCK TABLE leads_lead")], "nobody can write"),
        ([migrations.RunPython(executes)], "can't be read"),
        ([column(null=True), migrations.RunPython(changes)], "a migration for each"),
        ([column(null=True), OnPostgreSQL("UPDATE leads_lead SET extra = ''")], "a migration for each"),
    ],
)
def test_what_it_minds(state: ProjectState, operations: list[Any], words: str) -> None:
    found = sentences(state, *operations)
    assert any(words in each for each in found), found


def test_what_has_no_transaction_can_be_run_again(state: ProjectState) -> None:
    (sentence,) = sentences(state, column(null=True), AddIndex("lead", INDEX), atomic=False)
    assert "can't be run again" in sentence
    analyzed = OnPostgreSQL("ANALYZE leads_lead")
    assert sentences(state, AddIndex("lead", INDEX), analyzed, atomic=False) == []


def test_a_migration_may_say_why_nobody_minds(state: ProjectState) -> None:
    goes = migrations.RemoveField("lead", "dba")
    assert sentences(state, goes, contract="nobody asks for it since the release before") == []
    assert sentences(state, goes, contract=" ") != []


def test_the_example_of_an_upgrade_keeps_them(state: ProjectState) -> None:
    folder = Path(releases.__file__).parent
    assert sentences(state, *_operations(folder / "expand.py")) == []
    assert sentences(state, *_operations(folder / "fill.py")) == []
    assert sentences(state, *_operations(folder / "contract.py")) != []


def _operations(path: Path) -> list[Any]:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return list(module.Migration.operations)
