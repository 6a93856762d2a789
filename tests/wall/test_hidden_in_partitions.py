"""Row-level security hides rows of tables in partitions, whether one asks the table or a partition of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from crm import reach
from crm.models import Event, Organization
from crm.postgresql import partitions, pieces
from tests.behind_the_wall import IS_ON, PARTITIONS, as_owner
from tests.conftest import MakeLead

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not IS_ON, reason="about the role of BEHIND_THE_WALL=1"),
]


@pytest.fixture(autouse=True)
def moved(make_lead: MakeLead, organization: Organization, other_organization: Organization) -> Iterator[None]:
    """Events of two organisations, moved with the wall up."""
    for owner in (organization, other_organization):
        make_lead(organization=owner)
    for number in (0, 4):
        with as_owner():
            partitions.lay("crm_event", number)
    yield
    with as_owner():
        partitions.lay("crm_event", PARTITIONS)


def test_it_works(organization: Organization) -> None:
    with reach.of(organization.pk):
        assert set(Event.objects.values_list("organization", flat=True)) == {organization.pk}
    with reach.nobody():
        assert not Event.objects.exists()
    with reach.everybody():
        assert Event.objects.values("organization").distinct().count() == 2


def test_what_others_own_is_not_written(organization: Organization, other_organization: Organization) -> None:
    theirs = Event(organization=other_organization, name="x", happened_at=dt.datetime.now(dt.UTC), actor_kind="system")
    with reach.of(organization.pk), pytest.raises(Exception, match="row-level security"):
        theirs.save()


def test_a_partition_hides_them_too(organization: Organization) -> None:
    with connection.cursor() as cursor:
        parts = pieces.of_tables(cursor)["crm_event"]
    given = connection.settings_dict
    address = {"host": given["HOST"], "port": given["PORT"], "dbname": given["NAME"]}
    with psycopg.connect(user=given["USER"], password=given["PASSWORD"], **address) as raw:
        seen = {piece: raw.execute(f"SELECT organization_id FROM {piece}").fetchall() for piece in parts}
        assert seen == {piece: [] for piece in parts}
        raw.execute("SELECT set_config('leadwright.organization', %s, true)", [str(organization.pk)])
        rows = [row for piece in parts for row in raw.execute(f"SELECT organization_id FROM {piece}")]
    assert set(rows) == {(organization.pk,)}
    with as_owner(), connection.cursor() as cursor:  # who makes backups, and asks each partition
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename = ANY(%s) AND rowsecurity", [parts])
        assert {name for (name,) in cursor.fetchall()} == set(parts)
