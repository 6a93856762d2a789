"""Rows by pairs of organisation and address."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from crm.by_address import Wanted, by_address
from crm.models import Organization
from leads.models import Conversation

pytestmark = pytest.mark.django_db
ANA, BEN = "+14155550101", "+14155550102"


@by_address
def talks(wanted: Wanted) -> QuerySet[Conversation]:
    return Conversation.objects.filter(wanted("address"))


@by_address
def counts(wanted: Wanted, most: int) -> QuerySet[Conversation, tuple[Any, ...]]:
    few = Conversation.objects.filter(wanted("address"), message_count__lte=most)
    return few.values_list("address", "message_count")


def talk(organization: Organization, address: str, said: int = 0) -> Conversation:
    return Conversation.objects.create(organization=organization, address=address, message_count=said)


def test_it_works(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana, ben = talk(organization, ANA), talk(organization, BEN)
    talk(organization, "100% {of} %s@mail.example")
    with django_assert_num_queries(1):
        assert {each.pk for each in talks({(organization.pk, ANA), (organization.pk, BEN)})} == {ana.pk, ben.pk}
    assert len(talks([(organization.pk, "100% {of} %s@mail.example")])) == 1


def test_nobody_wanted_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert talks([]) == []


def test_other_values_go_into_the_same_statement(organization: Organization) -> None:
    talk(organization, ANA, said=1)
    talk(organization, BEN, said=5)
    keys = [(organization.pk, ANA), (organization.pk, BEN)]
    assert counts(keys, 3) == [(ANA, 1)]
    assert sorted(counts(keys, 9)) == [(ANA, 1), (BEN, 5)]


def test_the_same_address_of_another_organization_is_another(
    organization: Organization, other_organization: Organization
) -> None:
    mine = talk(organization, ANA)
    talk(other_organization, ANA)
    assert [each.pk for each in talks([(organization.pk, ANA)])] == [mine.pk]


def test_a_page_of_addresses_is_one_statement(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keys = [(organization.pk, f"+1415555{number:04}") for number in range(500)]
    Conversation.objects.bulk_create(Conversation(organization_id=owner, address=address) for owner, address in keys)
    with django_assert_num_queries(1):
        assert len(talks(keys)) == 500
