"""The running totals of an organisation's stages."""

from __future__ import annotations

from crm.models import Organization
from leads import tallies


def assert_totals_are_right(organization: Organization) -> None:
    """They are what counting the leads anew gives; a stage that is not there has none."""
    kept = tallies.stage_totals(organization)
    tallies.recount(organization)
    counted = tallies.stage_totals(organization)
    for stage in kept.keys() | counted.keys():
        assert kept.get(stage, tallies.Totals()) == counted.get(stage, tallies.Totals())
