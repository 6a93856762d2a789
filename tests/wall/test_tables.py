"""Every table is somebody's, or it is written down why it is nobody's."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from crm.models import Organization
from crm.postgresql import pieces, tables, wall
from leads.models import Lead, Tag
from tests.behind_the_wall import IS_ON


def test_it_works() -> None:
    assert wall.condition_of(Lead) == f"organization_id = {tables.REACHED}"
    assert "leads_tag" in (wall.condition_of(apps.get_model("leads.LeadTag")) or "")


def test_of_each_model_it_is_decided_whose_it_is() -> None:
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy:
            wall.condition_of(model)


def test_a_new_model_without_an_organization_must_be_decided() -> None:
    class Stray(models.Model):  # noqa: DJ008
        tag = models.ForeignKey(Tag, on_delete=models.CASCADE)

        class Meta:
            app_label = "leads"
            managed = False

    try:
        with pytest.raises(wall.Undecided):
            wall.condition_of(Stray)
    finally:
        del apps.all_models["leads"]["stray"]
        apps.clear_cache()


def test_nothing_is_decided_that_is_not_there_or_twice() -> None:
    decided = [*tables.THROUGH, *tables.SPECIAL, *tables.STAFF_ONLY, *tables.OPEN]
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert len(decided) == len(set(decided))
    assert set(decided) <= known


def test_no_open_table_points_to_an_organization() -> None:
    of_an_organization = {
        label
        for label in tables.OPEN
        for field in apps.get_model(label)._meta.fields
        if field.is_relation and field.related_model is Organization
    }
    assert not of_an_organization


def test_keys_of_what_may_lie_in_partitions_can_have_the_organization() -> None:
    for model in map(apps.get_model, tables.PARTITIONED):
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                assert "organization" in constraint.fields, constraint
        for link in model._meta.related_objects:
            assert not link.related_model._meta.get_field("organization").null, link


@pytest.mark.skipif(not IS_ON, reason="about the database of BEHIND_THE_WALL=1")
@pytest.mark.django_db
def test_the_policies_stand_and_are_forced() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        forced = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT tablename, COUNT(*) FROM pg_policies GROUP BY tablename")
        policies = dict(cursor.fetchall())
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        there = {name for (name,) in cursor.fetchall()}
        in_pieces = pieces.of_tables(cursor)
    walled = dict(wall.walled_models())
    walled |= {piece: walled[table] for table, parts in in_pieces.items() for piece in parts}
    assert forced == set(walled) == set(policies)
    assert all(policies[table] == (1 if condition is None else 2) for table, condition in walled.items())
    is_open = {apps.get_model(label)._meta.db_table for label in tables.OPEN}
    assert there - set(walled) - is_open == {"django_migrations"}
