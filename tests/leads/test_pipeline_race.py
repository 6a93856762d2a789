"""Many moves of one lead at the same moment."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from crm.models import Actor, Event, Organization
from leads import pipeline, tallies
from leads.models import Lead, Stage
from tests.conftest import MakeLead

THREADS = 12
pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_waits_for_a_lead_finds_it_in_the_stage_where_the_others_put_it(
    make_lead: MakeLead, stages: dict[str, Stage], organization: Organization, now: dt.datetime
) -> None:
    lead, gate, places = make_lead(), Barrier(THREADS), list(stages.values())

    def move(number: int) -> bool:
        try:
            own = Lead.objects.select_related("stage").get(pk=lead.pk)
            gate.wait()
            return pipeline.move_to(own, places[1 + number % 4], by=Actor.system(), now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        moved = sum(pool.map(move, range(THREADS)))
    lead.refresh_from_db()
    facts = Event.objects.filter(name="lead.stage_changed").count()
    assert facts == moved == lead.version - 1
    assert {stage: total.leads for stage, total in tallies.stage_totals(organization).items() if total.leads} == {
        lead.stage_id: 1
    }
