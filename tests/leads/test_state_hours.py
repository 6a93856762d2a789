"""The states' own hours: what the data file says, and what it may not say."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Organization
from leads import state_hours
from leads.contactability import CALL, Kind, Rule, check
from leads.models import Channel
from leads.quiet_hours import next_opening
from leads.state_hours import WrongContactHours, contact_hours, hours_for, read
from leads.zones import STATE_ZONES
from tests.conftest import MakeLead

EIGHT, NINE = dt.time(8), dt.time(21)
MIAMI, DALLAS, MOBILE = "+13055551234", "+12145551234", "+12515551234"


@pytest.fixture
def quiet(organization: Organization) -> Organization:
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    organization.quiet_hours = True
    return organization


def at(zone: str, *when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


def test_every_row_has_its_source_and_none_loosens_the_floor() -> None:
    given = contact_hours()
    assert len(given.rules) >= 20
    for rule in given.rules:
        assert rule.citation
        assert rule.read >= dt.date(2026, 11, 1)
        for window in rule.hours.week:
            assert window is None or (window[0] >= EIGHT and window[1] <= NINE)


def test_florida_closes_at_eight_in_the_evening(make_lead: MakeLead, quiet: Organization) -> None:
    verdict = check(make_lead(phone=MIAMI), Channel.SMS, at("America/New_York", 2026, 11, 19, 20, 30))
    assert (verdict.kind, verdict.rule) == (Kind.LATER, Rule.QUIET_HOURS)
    assert verdict.until == at("America/New_York", 2026, 11, 20, 8)
    assert any(law.startswith("FL: Fla. Stat.") for law in verdict.inputs["laws"])


def test_the_area_codes_state_counts_even_when_the_address_is_elsewhere(
    make_lead: MakeLead, quiet: Organization
) -> None:
    evening = at("America/New_York", 2026, 11, 19, 20, 30)
    assert not check(make_lead(phone=MIAMI, state="NY"), Channel.SMS, evening).is_allowed
    assert check(make_lead(phone="+12125551234", state="NY"), Channel.SMS, evening).is_allowed


def test_a_texan_sunday_begins_at_noon(make_lead: MakeLead, quiet: Organization) -> None:
    lead = make_lead(phone=DALLAS, time_zone="America/Chicago")
    assert check(lead, CALL, at("America/Chicago", 2026, 11, 22, 10)).until == at("America/Chicago", 2026, 11, 22, 12)


def test_alabama_rests_on_sundays_and_holidays(make_lead: MakeLead, quiet: Organization) -> None:
    lead = make_lead(phone=MOBILE)
    saturday_night = at("America/Chicago", 2026, 11, 21, 21)
    verdict = check(lead, Channel.SMS, saturday_night)
    assert verdict.until == at("America/Chicago", 2026, 11, 23, 8)
    assert "opens Mon 08:00 their time" in verdict.words
    thanksgiving = at("America/Chicago", 2026, 11, 26, 12)
    assert check(lead, Channel.SMS, thanksgiving).until == at("America/Chicago", 2026, 11, 27, 8)


def test_a_rule_for_calls_leaves_texts_alone(make_lead: MakeLead, quiet: Organization) -> None:
    lead, saturday = (
        make_lead(phone="+16055551234", time_zone="America/Chicago"),
        at("America/Chicago", 2026, 11, 21, 12),
    )
    assert check(lead, Channel.SMS, saturday).is_allowed
    assert check(lead, CALL, saturday).until == at("America/Chicago", 2026, 11, 23, 9)


def test_a_call_needs_a_number_and_an_advisor_is_only_warned(make_lead: MakeLead, quiet: Organization) -> None:
    assert (
        check(make_lead(phone="555-0100", email="a@b.example"), CALL, dt.datetime.now(dt.UTC)).rule is Rule.NO_ADDRESS
    )
    night = at("America/New_York", 2026, 11, 19, 23)
    verdict = check(make_lead(phone=MIAMI), CALL, night, automated=False)
    assert (verdict.kind, verdict.rule) == (Kind.ALLOWED, Rule.QUIET_HOURS)


def test_an_open_verdict_says_when_the_first_zone_closes(make_lead: MakeLead, quiet: Organization) -> None:
    verdict = check(make_lead(phone=MIAMI), Channel.SMS, at("America/New_York", 2026, 11, 19, 12))
    assert verdict.words == "Can be contacted until 20:00, their time."


def test_an_organization_can_only_tighten_the_floor(make_lead: MakeLead, quiet: Organization) -> None:
    quiet.contact_from, quiet.contact_until = dt.time(6), dt.time(23)
    lead = make_lead(phone="+14155551234")
    assert not check(lead, Channel.SMS, at("America/Los_Angeles", 2026, 11, 19, 7)).is_allowed
    quiet.contact_from, quiet.contact_until = dt.time(10), dt.time(16)
    assert not check(lead, Channel.SMS, at("America/Los_Angeles", 2026, 11, 19, 9)).is_allowed


def test_hours_that_never_meet_hold_the_message_and_say_so(make_lead: MakeLead, quiet: Organization) -> None:
    quiet.contact_from, quiet.contact_until = dt.time(20, 15), dt.time(20, 45)
    now = at("America/New_York", 2026, 11, 19, 20, 30)
    verdict = check(make_lead(phone=MIAMI), Channel.SMS, now)
    assert (verdict.kind, verdict.until) == (Kind.LATER, now + dt.timedelta(hours=24))
    assert "no hour is open everywhere" in verdict.words


ROW = 'citation = "x"\nread_in = "y"\nread = 2026-11-21\nchannels = ["call"]\nweekdays = ["09:00", "20:00"]\n'
FEDERAL = '[federal]\nopens = "08:00"\ncloses = "21:00"\n[[rule]]\n'


def test_a_good_row_is_read() -> None:
    [rule] = read(FEDERAL + 'state = "FL"\nmost_in_24_hours = 3\n' + ROW).rules
    assert (rule.state, rule.most_in_24_hours, rule.channels) == ("FL", 3, {"call"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rule", "contact_hours.toml"),
        ("", "federal"),
        (FEDERAL + 'state = "FL"\n', "citation, read, read_in, weekdays is missing"),
        (FEDERAL + 'state = "XX"\n' + ROW, "rule 1 (XX): not a state"),
        (FEDERAL + 'state = "FL"\nmondays = "closed"\n' + ROW, "nobody knows what mondays means"),
        (FEDERAL + 'state = "FL"\nsundays = ["20:00", "08:00"]\n' + ROW, "sundays: it closes before it opens"),
        (FEDERAL + 'state = "FL"\nsundays = "never"\n' + ROW, "neither"),
        (FEDERAL + 'state = "FL"\n' + ROW.replace('"call"', '"fax"'), "channels are"),
        (FEDERAL + 'state = "FL"\n' + ROW.replace("2026-11-21", '"today"'), "read is a date"),
        (FEDERAL + 'state = "FL"\nmost_in_24_hours = 0\n' + ROW, "whole number from 1"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_the_reason(text: str, words: str) -> None:
    with pytest.raises(WrongContactHours) as wrong:
        read(text)
    assert words in str(wrong.value)


PLACES = [(state, zone) for state, zones in STATE_ZONES.items() for zone in zones]
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 3 * 365 * 1440).map(lambda minutes: BEGIN + dt.timedelta(minutes=minutes))
DAYS = [dt.datetime(2026, 3, 8, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, tzinfo=dt.UTC)]
CLOCKS_CHANGE = st.builds(
    lambda day, minutes: day + dt.timedelta(minutes=minutes), st.sampled_from(DAYS), st.integers(-600, 2400)
)
SOMEWHERE = st.lists(st.sampled_from(PLACES), min_size=1, max_size=4)


@given(MOMENTS | CLOCKS_CHANGE, SOMEWHERE, st.sampled_from(["call", "sms"]))
def test_an_opening_is_within_the_hours_of_every_state_by_every_clock(
    now: dt.datetime, places: list[tuple[str, str]], channel: str
) -> None:
    states, zones = frozenset(state for state, _ in places), [zone for _, zone in places]
    opening = next_opening(now, zones, hours_for(states, channel, EIGHT, NINE))
    if opening is None:  # such as Puerto Rico and Adak under Rhode Island's hours
        return
    assert opening[0] >= now
    for rule in [contact_hours().floor, *(rule.hours for rule in contact_hours().of(states, channel))]:
        for zone in zones:
            local = opening[0].astimezone(ZoneInfo(zone))
            window = rule.on(local.date())
            assert window is not None
            assert window[0] <= local.time() < window[1]


def test_the_smallest_cap_counts() -> None:
    assert state_hours.most_in_24_hours({"FL", "CA"}, "sms") == 3
    assert state_hours.most_in_24_hours({"CA"}, "sms") is None
