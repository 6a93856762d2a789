"""Many at once for one phone."""

import datetime as dt

import pytest

from crm.models import Actor
from crm.organizations import found
from leads import tallies
from leads.bulk_intake import receive_leads
from leads.intake import Action, OnDuplicate, receive_lead
from leads.models import Lead
from tests.leads.totals import assert_totals_are_right
from tests.racing import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_imports_of_one_phone_make_one_lead() -> None:
    now = dt.datetime.now(dt.UTC)
    organization = found(name="Acme", now=now)
    received = at_once(
        lambda number: receive_lead(
            organization=organization,
            fields={"phone": "4155551234", "name": f"Caller {number}"},
            by=Actor.system(),
            now=now,
        )
    )
    assert Lead.objects.count() == 1
    assert [one.action for one in received].count(Action.CREATED) == 1
    assert sum(totals.leads for totals in tallies.stage_totals(organization).values()) == 1


def test_of_twenty_new_leads_of_one_phone_one_answers() -> None:
    now = dt.datetime.now(dt.UTC)
    organization = found(name="Acme", now=now)
    at_once(
        lambda number: receive_lead(
            organization=organization,
            fields={"phone": "4155551234"},
            by=Actor.system(),
            now=now,
            on_duplicate=OnDuplicate.NEW,
        )
    )
    assert Lead.objects.count() == THREADS
    assert Lead.objects.answering().count() == 1


def test_bulk_imports_of_the_same_people_at_once_make_each_of_them_once() -> None:
    now = dt.datetime.now(dt.UTC)
    organization = found(name="Acme", now=now)
    phones = [f"41555512{number:02}" for number in range(60)]

    def work(number: int) -> list:  # type: ignore[type-arg]
        turned = phones[number * 10 :] + phones[: number * 10]
        return receive_leads(
            organization=organization, rows=[{"phone": phone} for phone in turned], by=Actor.system(), now=now
        )

    results = at_once(work, 6)
    assert Lead.objects.count() == 60
    assert sum(one.action is Action.CREATED for result in results for one in result) == 60
    assert_totals_are_right(organization)
