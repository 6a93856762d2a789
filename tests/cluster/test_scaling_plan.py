"""docs/scaling.md names every unique key that does not begin with the organisation yet."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from tests.faults.world import PROJECT

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the plan is for PostgreSQL"),
]


def test_the_plan_names_every_unique_key_that_is_in_its_way() -> None:
    page = (PROJECT / "docs" / "scaling.md").read_text()
    query = page.partition("```sql\n")[2].partition("```")[0]
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {kind: set(names.split()) for kind, _, names in cursor.fetchall()}
    listed = page.partition("These are all of them:")[2].partition("\n4. ")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == found["unique"]
    workers = page.partition("The workers' own (")[2].partition(")")[0]
    assert set(re.findall(r"`(\w+)`", workers)) <= found["index"]
