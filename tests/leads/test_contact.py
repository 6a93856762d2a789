"""Phone numbers in their normal form."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import contact

AREA = st.integers(200, 999)


@pytest.mark.parametrize(
    ("given_as", "normal"),
    [
        ("+14155551234", "+14155551234"),
        ("4155551234", "+14155551234"),
        ("14155551234", "+14155551234"),
        ("(415) 555-1234", "+14155551234"),
        ("415.555.1234", "+14155551234"),
        (" +1 415 555 1234 ", "+14155551234"),
        ("+44 20 7946 0958", "+442079460958"),
        ("555-0100", None),
        ("", None),
        (None, None),
        ("call me", None),
        ("415-CALL-NOW", None),
        ("+0123456789", None),
        ("+1234567890123456", None),
        ("0155551234", None),
        ("٤١٥٥٥٥١٢٣٤", None),
    ],
)
def test_it_normalises(given_as: str | None, normal: str | None) -> None:
    assert contact.e164(given_as) == normal


@given(
    AREA, AREA, st.integers(0, 9999), st.sampled_from(["{}{}{:04}", "({}) {}-{:04}", "{}.{}.{:04}", "1-{}-{}-{:04}"])
)
def test_it_agrees_with_phonenumbers_on_north_american_numbers(a: int, b: int, c: int, form: str) -> None:
    written = form.format(a, b, c)
    parsed = phonenumbers.parse(written, "US")
    assert contact.e164(written) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@given(st.text(max_size=40))
def test_whatever_comes_out_is_e164_and_stays_so(text: str) -> None:
    normal = contact.e164(text)
    if normal is not None:
        assert re.fullmatch(r"\+[1-9]\d{7,14}", normal, re.ASCII)
        assert contact.e164(normal) == normal


def test_it_writes_numbers_as_their_country_does() -> None:
    assert contact.national("+14155551234") == "(415) 555-1234"
    assert contact.national("+442079460958") == "+44 20 7946 0958"


def test_it_knows_the_zone_of_a_prefix() -> None:
    assert contact.zones_of_prefix("+1415555") == ("America/Los_Angeles",)
    assert len(contact.zones_of_prefix("+1800555")) > 20


@given(st.text(min_size=1, max_size=50))
def test_a_split_name_joins_to_the_same_words(name: str) -> None:
    assert contact.joined_name(*contact.split_name(name)).split() == name.split()
