"""A move of a card: who may, what it changes, and how it is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor
from leads.models import Lead, Requirement, Stage, StageRule
from tests.conftest import ClientOf, MakeLead

PART = {"HX-Request": "true"}


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def drop(client: Client, lead: Lead, stage: Stage, **form: Any) -> Any:
    return client.post(f"/leads/{lead.uuid}/moves", {"stage": stage.uuid, **form}, headers=PART)


def order(stage: Stage) -> list[str]:
    return list(Lead.objects.filter(stage=stage).order_by("-position", "-pk").values_list("name", flat=True))


def test_it_works(client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    lead = make_lead(business_name="Harbor & Pine")
    answer = drop(client, lead, stages["contacted"], version=lead.version)
    assert answer.status_code == 200
    lead.refresh_from_db()
    assert lead.stage == stages["contacted"]
    text = answer.content.decode()
    for part in ('id="head-new_lead"', 'id="head-contacted"', f'data-lead="{lead.uuid}"', "data-undo"):
        assert part in text
    assert "Harbor &amp; Pine moved to Contacted" in text
    assert f'data-version="{lead.version}"' in text


def test_it_keeps_the_place_between_two_cards(client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    low, high = (make_lead(name=name, stage=stages["contacted"]) for name in ("low", "high"))
    lead = make_lead(name="between")
    drop(client, lead, stages["contacted"], above=high.uuid, below=low.uuid)
    assert order(stages["contacted"]) == ["high", "between", "low"]


def test_it_changes_the_order_within_a_column(client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    c, b, a = (make_lead(name=name) for name in "cba")
    drop(client, a, stages["new_lead"], above=c.uuid)
    assert order(stages["new_lead"]) == ["b", "c", "a"]
    assert b.stage == stages["new_lead"]


def test_it_costs_no_more_with_many_cards(client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    first, second = make_lead(), make_lead()
    with CaptureQueriesContext(connection) as few:
        drop(client, first, stages["contacted"])
    for _ in range(20):
        make_lead(stage=stages["contacted"])
        make_lead()
    with CaptureQueriesContext(connection) as many:
        drop(client, second, stages["contacted"])
    assert len(many) <= len(few)


def test_without_script_it_goes_back_to_the_board(
    client: Client, make_lead: MakeLead, stages: dict[str, Stage]
) -> None:
    lead = make_lead()
    menu = client.get(f"/leads/{lead.uuid}/moves").content.decode()
    assert str(stages["approved"].uuid) in menu
    answer = client.post(f"/leads/{lead.uuid}/moves", {"stage": stages["approved"].uuid}, follow=True)
    assert answer.redirect_chain == [("/board", 302)]
    assert "moved to Approved" in answer.content.decode()


class TestRefusals:
    def test_somebody_else_was_faster(self, client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
        lead = make_lead(business_name="Harbor")
        seen = lead.version
        drop(client, lead, stages["approved"], version=seen)
        answer = drop(client, lead, stages["contacted"], version=seen, **{"from": stages["new_lead"].uuid})
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "Not moved." in text
        for key in ("new_lead", "contacted", "approved"):
            assert f'id="stage-{key}"' in text
        assert f'data-lead="{lead.uuid}"' in text
        lead.refresh_from_db()
        assert lead.stage == stages["approved"]

    def test_the_stage_asks_for_a_reason(self, client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
        ask(stages["lost"], StageRule.LOST_REASON)
        lead = make_lead()
        answer = drop(client, lead, stages["lost"], version=lead.version)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "Cancel leaves the lead in New Lead" in text
        assert "data-question" in text
        answer = drop(client, lead, stages["lost"], version=lead.version, lost_reason="Rate too high")
        assert answer.status_code == 200
        lead.refresh_from_db()
        assert (lead.stage, lead.lost_reason) == (stages["lost"], "Rate too high")

    def test_an_answer_that_does_not_do_is_asked_for_again(
        self, client: Client, make_lead: MakeLead, stages: dict[str, Stage]
    ) -> None:
        ask(stages["converted"], StageRule.FUNDED_AMOUNT)
        lead = make_lead(requested_amount_given="85000")
        answer = drop(client, lead, stages["converted"], funded_amount="lots")
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "must be a number" in text
        assert "Asked for $85,000" in text

    def test_the_stage_wants_the_checklist_done(
        self, client: Client, make_lead: MakeLead, stages: dict[str, Stage]
    ) -> None:
        ask(stages["submitted"], StageRule.DOCUMENTS)
        lead = make_lead()
        Requirement.objects.create(organization=lead.organization, name="Tax return")
        answer = drop(client, lead, stages["submitted"])
        assert answer.status_code == 422
        assert "Missing on the checklist: Tax return." in answer.content.decode()
        menu = client.get(f"/leads/{lead.uuid}/moves", headers=PART).content.decode()
        assert "1 missing" in menu

    def test_the_stage_is_gone(self, client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
        lead = make_lead()
        answer = client.post(f"/leads/{lead.uuid}/moves", {"stage": uuid.uuid4()}, headers=PART)
        assert answer.status_code == 409
        assert client.post(f"/leads/{lead.uuid}/moves", {"stage": "x"}, headers=PART).status_code == 409

    def test_another_organizations_stage_is_no_stage(
        self, client: Client, make_lead: MakeLead, charlie: Advisor
    ) -> None:
        lead = make_lead()
        theirs = Stage.objects.filter(organization=charlie.organization).last()
        assert theirs is not None
        assert drop(client, lead, theirs).status_code == 409

    def test_charlie_finds_no_such_lead(
        self, make_lead: MakeLead, charlie: Advisor, client_of: ClientOf, stages: dict[str, Stage]
    ) -> None:
        lead = make_lead()
        assert client_of(charlie).get(f"/leads/{lead.uuid}/moves").status_code == 404
        assert drop(client_of(charlie), lead, stages["contacted"]).status_code == 404

    def test_it_needs_the_token_against_forged_requests(
        self, make_lead: MakeLead, alice: Advisor, stages: dict[str, Stage]
    ) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice.user)
        assert drop(client, make_lead(), stages["contacted"]).status_code == 403

    @pytest.mark.parametrize("junk", [{"version": "x"}, {"above": "x"}, {"below": "x", "shown": "lost"}])
    def test_junk_in_the_form_breaks_nothing(
        self, client: Client, make_lead: MakeLead, stages: dict[str, Stage], junk: dict[str, str]
    ) -> None:
        assert drop(client, make_lead(), stages["contacted"], **junk).status_code == 200


def ask(stage: Stage, rule: StageRule) -> None:
    Stage.objects.filter(pk=stage.pk).update(asks_for=rule)
