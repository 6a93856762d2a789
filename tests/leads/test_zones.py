"""Where a lead may be: all possible zones and states."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from leads.models import Lead
from leads.zones import _area_codes, state_code, states_of, zones_of
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("given", "code"), [("fl", "FL"), ("Florida", "FL"), (" new york ", "NY"), ("Bavaria", "")])
def test_a_state_is_known_by_its_letters_and_its_name(given: str, code: str) -> None:
    assert state_code(given) == code


def test_the_address_and_the_area_code_both_count(make_lead: MakeLead) -> None:
    assert states_of(make_lead(phone="+13055551234", state="NY")) == {"FL", "NY"}
    assert states_of(make_lead(phone="+14155551234")) == {"CA"}


def test_a_toll_free_number_may_be_anywhere(make_lead: MakeLead) -> None:
    anywhere = states_of(make_lead(phone="+18005551234"))
    assert {"FL", "RI", "HI"} <= anywhere
    assert states_of(make_lead(phone="+18885551234", state="Florida")) == {"FL"}
    assert states_of(make_lead(phone="+18775551234", time_zone="Pacific/Honolulu")) == {"HI"}


def test_a_number_from_elsewhere_lies_in_no_state(make_lead: MakeLead) -> None:
    assert states_of(make_lead(phone="+442071234567")) == frozenset()
    assert states_of(make_lead(phone="+14165551234")) == frozenset()  # Toronto


def test_a_state_between_two_zones_has_both() -> None:
    assert len(zones_of(Lead(state="Tennessee"))) == 2


def test_the_area_codes_are_those_of_the_geocoder() -> None:
    from phonenumbers.geodata import GEOCODE_DATA

    found: dict[str, Counter[str]] = defaultdict(Counter)
    for prefix, names in GEOCODE_DATA.items():
        if prefix.startswith("1") and len(prefix) > 3 and (match := re.search(r", ([A-Z]{2})$", names.get("en", ""))):
            found[prefix[1:4]][match[1]] += 1
    ours = _area_codes()
    different = {code: states for code, states in found.items() if code in ours and ours[code] not in states}
    assert not different
    assert len(ours) > 350
