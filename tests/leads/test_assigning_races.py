"""Many leads at once are shared out as fairly as one after the other."""

import datetime as dt
from collections import Counter

import pytest

from crm.models import Actor, Advisor, Organization, Role
from crm.organizations import found
from leads import assignment_rules
from leads.bulk_intake import receive_leads
from leads.intake import OnDuplicate, receive_lead
from leads.models import Lead
from tests.conftest import advisor_in
from tests.leads.assignment import rule
from tests.racing import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system()


def team(number: int) -> tuple[Organization, list[Advisor]]:
    acme = found(name="Acme", now=dt.datetime.now(dt.UTC))
    return acme, [advisor_in(acme, f"a{each}@acme.example", "A", str(each), Role.ADVISOR) for each in range(number)]


def counts() -> Counter[int | None]:
    return Counter(Lead.objects.values_list("advisor_id", flat=True))


def test_twenty_at_once_are_shared_out_fairly() -> None:
    acme, people = team(3)
    rule(acme, *people)
    now = dt.datetime.now(dt.UTC)

    def make(number: int) -> None:
        for turn in range(2):
            fields = {"phone": f"4155551{number:02}{turn}"}
            receive_lead(organization=acme, fields=fields, by=BY, now=now, on_duplicate=list(OnDuplicate)[turn])

    at_once(make)
    shares = counts()
    assert sum(shares.values()) == THREADS * 2
    assert set(shares) == {person.pk for person in people}
    assert max(shares.values()) - min(shares.values()) <= 1


def test_batches_and_single_leads_are_shared_out_fairly_together() -> None:
    acme, people = team(4)
    rule(acme, *people)
    now = dt.datetime.now(dt.UTC)

    def make(number: int) -> None:
        rows = [{"phone": f"41555{number:02}{row:03}"} for row in range(25)]
        if number % 2:
            receive_leads(organization=acme, rows=rows, by=BY, now=now)
        else:
            receive_lead(organization=acme, fields=rows[0], by=BY, now=now)

    at_once(make, threads=12)
    shares = counts()
    assert sum(shares.values()) == 6 * 25 + 6
    assert max(shares.values()) - min(shares.values()) <= 1


def test_nobody_gets_more_than_they_may() -> None:
    acme, (first, second) = team(2)
    now = dt.datetime.now(dt.UTC)
    assignment_rules.limit(first, licensed_in=[], most_open_leads=5, paused_until=None, by=BY, now=now)
    assignment_rules.limit(second, licensed_in=[], most_open_leads=3, paused_until=None, by=BY, now=now)
    rule(acme, first, second)
    at_once(lambda number: receive_lead(organization=acme, fields={"phone": f"41555512{number:02}"}, by=BY, now=now))
    assert counts() == {first.pk: 5, second.pk: 3, None: THREADS - 8}


def test_imports_of_the_same_people_wait_for_each_other_in_one_order() -> None:
    acme, people = team(2)
    rule(acme, *people)
    now = dt.datetime.now(dt.UTC)
    rows = [{"phone": f"4155551{row:03}"} for row in range(40)]

    def make(number: int) -> None:
        if number % 2:
            receive_leads(organization=acme, rows=rows[number:] + rows[:number], by=BY, now=now)
        else:
            for row in rows[number : number + 5]:
                receive_lead(organization=acme, fields=row, by=BY, now=now)

    at_once(make, threads=10)
    shares = counts()
    assert sum(shares.values()) == 40
    assert max(shares.values()) - min(shares.values()) <= 1
