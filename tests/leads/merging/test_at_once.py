"""Merges, and what others do to the same leads meanwhile."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Organization
from leads.errors import Changed
from leads.merging import merge, undo
from leads.models import Lead, Merge, Message
from sequences.engine import tick
from sequences.enrolling import enroll
from sequences.models import Enrollment, EnrollmentStatus, Sequence
from tests.conftest import MakeLead
from tests.leads.merging.conftest import BY
from tests.leads.totals import assert_totals_are_right
from tests.racing import at_once


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_merges_of_the_same_two(
        self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime
    ) -> None:
        pairs = [(kept.pk, other.pk), (other.pk, kept.pk)]

        def work(number: int) -> bool:
            into, gone = pairs[number % 2]
            try:
                merge(Lead.objects.get(pk=into), Lead.objects.get(pk=gone), by=BY, now=now)
            except Changed:
                return False
            return True

        assert sum(at_once(work, 6)) == 1
        assert Lead.objects.live().count() == 1
        assert_totals_are_right(organization)

    def test_a_ring_of_merges(self, make_lead: MakeLead, organization: Organization, now: dt.datetime) -> None:
        """Each into the next: some are too late, nothing hangs, one lead at least is left."""
        leads = [make_lead() for _ in range(4)]

        def work(number: int) -> bool:
            try:
                merge(leads[number], leads[(number + 1) % 4], by=BY, now=now)
            except Changed:
                return False
            return True

        done = sum(at_once(work, 4))
        assert 1 <= done <= 3
        assert Lead.objects.live().count() == 4 - done
        assert_totals_are_right(organization)

    def test_merging_and_undoing(self, kept: Lead, other: Lead, organization: Organization, now: dt.datetime) -> None:
        made = merge(kept, other, by=BY, now=now)

        def work(number: int) -> bool:
            try:
                undo(Merge.objects.get(pk=made.pk), by=BY, now=now)
            except Changed:
                return False
            return True

        assert sum(at_once(work, 4)) == 1
        assert Lead.objects.live().count() == 2
        assert_totals_are_right(organization)

    def test_while_workers_send(
        self, make_lead: MakeLead, organization: Organization, sequence: Sequence, now: dt.datetime
    ) -> None:
        """Whatever the worker was doing: nobody gets a step twice, and nothing waits for a lead that is gone."""
        pairs = [(make_lead(), make_lead()) for _ in range(4)]
        for _kept, gone in pairs:
            enroll(gone, sequence, by=BY, now=now)

        def work(number: int) -> None:
            if number < 2:
                tick(now, seconds=10)
            else:
                merge(*pairs[number - 2], by=BY, now=now)

        at_once(work, 6)
        tick(now)
        said = list(Message.objects.values_list("lead_id", "body", "state"))
        assert len([each for each in said if each[2] == "sent"]) <= 4
        assert len({(lead, body) for lead, body, _state in said}) == len(said)
        assert not Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE).exists()
        assert not Message.objects.exclude(state__in=["sent", "cancelled"]).exists()
        assert_totals_are_right(organization)
