"""How calls end, in an organisation's own words."""

from __future__ import annotations

import datetime as dt
import importlib

import pytest

from crm.models import Actor, Event, Organization
from leads import dispositions
from leads.errors import InvalidValue
from leads.models import Disposition

BY = Actor.system()
VALUES = {"label": "Gatekeeper", "outcome": "missed", "does": "retry", "retry_after": 60}


def labels(organization: Organization) -> list[str]:
    return [each.label for each in dispositions.of(organization)]


def test_it_works(organization: Organization, other_organization: Organization, now: dt.datetime) -> None:
    assert labels(organization) == [label for label, *_ in dispositions.USUAL]
    added = dispositions.add(organization, VALUES, by=BY, now=now)
    assert labels(organization)[-1] == "Gatekeeper"
    assert dispositions.change(added, {"label": "Reception", "retry_after": 30}, by=BY, now=now)
    assert not dispositions.change(added, {"label": "Reception"}, by=BY, now=now)
    assert dispositions.shift(added, -2, by=BY, now=now)
    assert labels(organization)[-3] == "Reception"
    dispositions.delete(added, by=BY, now=now)
    assert labels(organization) == labels(other_organization)
    told = Event.objects.filter(name__startswith="disposition.").order_by("pk").values_list("name", flat=True)
    assert [name.partition(".")[2] for name in told] == ["added", "changed", "shifted", "deleted"]


def test_two_of_one_name_are_refused(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(InvalidValue) as refused:
        dispositions.add(organization, VALUES | {"label": "Busy"}, by=BY, now=now)
    assert refused.value.field == "label"
    busy = Disposition.objects.get(organization=organization, label="Busy")
    with pytest.raises(InvalidValue):
        dispositions.change(busy, {"label": "Connected"}, by=BY, now=now)


def test_there_is_an_end_to_them(organization: Organization, now: dt.datetime) -> None:
    for number in range(dispositions.MOST - len(dispositions.USUAL)):
        dispositions.add(organization, VALUES | {"label": f"No {number}"}, by=BY, now=now)
    with pytest.raises(InvalidValue, match="At most 30"):
        dispositions.add(organization, VALUES, by=BY, now=now)


def test_the_last_one_stays(organization: Organization, now: dt.datetime) -> None:
    last, *others = dispositions.of(organization)
    for each in others:
        dispositions.delete(each, by=BY, now=now)
    with pytest.raises(InvalidValue, match="keep at least one"):
        dispositions.delete(last, by=BY, now=now)


def test_nothing_is_shifted_beyond_the_ends(organization: Organization, now: dt.datetime) -> None:
    first = dispositions.of(organization)[0]
    assert not dispositions.shift(first, -1, by=BY, now=now)


def test_organizations_of_before_have_the_same() -> None:
    migration = importlib.import_module("leads.migrations.0022_dispositions_of_before")
    assert [tuple(map(str, row[:3])) for row in migration.USUAL] == [
        tuple(map(str, row[:3])) for row in dispositions.USUAL
    ]
    assert [row[3] for row in migration.USUAL] == [row[3] for row in dispositions.USUAL]
