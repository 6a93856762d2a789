"""Many values as one parameter: what PostgreSQL reads is what was meant."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm.models import Role
from crm.postgresql.arrays import array

BIG = 2**63 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ZONES = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7)), dt.timezone(dt.timedelta(hours=5, minutes=45))])
MOMENTS = st.builds(dt.datetime.fromtimestamp, st.floats(-2_000_000_000, 7_000_000_000), ZONES)


def read(values: list[Any], kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT each FROM unnest(CAST(%s AS {kind}[])) WITH ORDINALITY AS a(each, place) ORDER BY place",
            [array(values)],
        )
        return [each for (each,) in cursor.fetchall()]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="arrays are PostgreSQL's")
class TestArrays(TestCase):
    @given(st.lists(st.none() | TEXTS))
    def test_texts(self, values: list[str | None]) -> None:
        assert read(values, "text") == values

    @given(st.lists(st.none() | st.integers(-BIG, BIG)))
    def test_whole_numbers(self, values: list[int | None]) -> None:
        assert read(values, "bigint") == values

    @given(st.lists(st.none() | MOMENTS))
    def test_moments(self, values: list[dt.datetime | None]) -> None:
        assert read(values, "timestamptz") == values

    @given(st.lists(st.none() | st.uuids()))
    def test_ids(self, values: list[uuid.UUID | None]) -> None:
        assert read(values, "uuid") == values

    @given(st.lists(st.none() | st.booleans()))
    def test_yes_and_no(self, values: list[bool | None]) -> None:
        assert read(values, "boolean") == values

    def test_words_that_mean_something_to_the_server(self) -> None:
        words = ["", "NULL", "null", "{}", "{a,b}", '"', '\\"', "\\", "a,b", " a ", "\n", "é", "{{", None]
        assert read(words, "text") == words

    def test_a_choice_is_its_value(self) -> None:
        assert read([Role.MANAGER, "plain", Role.ADVISOR], "varchar") == ["manager", "plain", "advisor"]

    def test_what_it_can_not_write_is_left_to_the_driver(self) -> None:
        amounts = [Decimal("1.50"), None, Decimal("-2")]
        assert array(amounts) == amounts
        assert read(amounts, "numeric") == amounts

    def test_text_that_the_server_can_not_hold_is_refused(self) -> None:
        with pytest.raises((DataError, ValueError)), transaction.atomic():
            read(["a\0b"], "text")


def test_an_array_of_nothing() -> None:
    assert (array([]), array([None])) == ("{}", "{NULL}")
