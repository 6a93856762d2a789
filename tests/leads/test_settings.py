"""Settings of the pipeline: stages, tags, the checklist, who sees what; for managers of the organisation alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event, LeadVisibility, Organization
from leads import pipeline, requirements, tagging
from leads.models import Lead, LeadTag, Requirement, Stage, StageRule, Tag
from tests.conftest import ClientOf, MakeLead

BY = Actor.system()
A_STAGE = {"label": "Underwriting", "color": "#22c55e", "slot": "qualified", "asks_for": "documents"}


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def labels(organization: Organization) -> list[str]:
    return list(Stage.objects.filter(organization=organization).order_by("position").values_list("label", flat=True))


class TestStages:
    def test_it_works(self, client: Client, organization: Organization) -> None:
        assert client.post("/settings/stages/new", A_STAGE).status_code == 302
        stage = Stage.objects.get(organization=organization, label="Underwriting")
        assert (stage.key, stage.asks_for, stage.is_terminal) == ("underwriting", StageRule.DOCUMENTS, False)
        assert labels(organization)[-1] == "Underwriting"
        text = client.get("/settings/stages").content.decode()
        assert "A finished checklist" in text
        assert "New leads come in here" in text
        assert client.post(f"/settings/stages/{stage.uuid}", {**A_STAGE, "label": "Review"}).status_code == 302
        stage.refresh_from_db()
        assert (stage.label, stage.key) == ("Review", "underwriting")
        assert "Review" in client.get("/board").content.decode()
        assert [event.name for event in Event.objects.filter(name__startswith="stage.").order_by("pk")] == [
            "stage.added",
            "stage.changed",
        ]

    def test_two_of_one_name_have_keys_of_their_own(self, client: Client, organization: Organization) -> None:
        for _ in range(2):
            client.post("/settings/stages/new", A_STAGE)
        client.post("/settings/stages/new", {**A_STAGE, "label": "批准"})
        keys = set(Stage.objects.filter(organization=organization).values_list("key", flat=True))
        assert {"underwriting", "underwriting_2", "stage"} <= keys

    def test_they_change_places(self, client: Client, organization: Organization, stages: dict[str, Stage]) -> None:
        before = labels(organization)
        client.post(f"/settings/stages/{stages['contacted'].uuid}/shift", {"to": "left"})
        assert labels(organization) == [before[1], before[0], *before[2:]]
        client.post(f"/settings/stages/{stages['contacted'].uuid}/shift", {"to": "left"})
        client.post(f"/settings/stages/{stages['contacted'].uuid}/shift", {"to": "right"})
        assert labels(organization) == before

    def test_one_with_leads_stays_and_deleted_leads_hold_nothing(
        self, client: Client, make_lead: MakeLead, organization: Organization, stages: dict[str, Stage]
    ) -> None:
        lead = make_lead(stage=stages["approved"])
        address = f"/settings/stages/{stages['approved'].uuid}/deletion"
        assert "1 lead stands in it." in client.post(address, follow=True).content.decode()
        pipeline.delete_lead(lead, by=BY, now=lead.created_at)
        assert client.post(address).status_code == 302
        assert "Approved" not in labels(organization)
        lead.refresh_from_db()
        assert lead.stage == stages["new_lead"]

    def test_the_last_one_stays(self, client: Client, organization: Organization, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(organization=organization).exclude(key="lost").delete()
        answer = client.post(f"/settings/stages/{stages['lost'].uuid}/deletion", follow=True)
        assert "at least one stage" in answer.content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"label": " "}, {"color": "red"}, {"color": "#12345g"}, {"slot": "x"}, {"asks_for": "x"}]
    )
    def test_what_is_wrong_is_said(self, client: Client, wrong: dict[str, str]) -> None:
        answer = client.post("/settings/stages/new", A_STAGE | wrong)
        assert answer.status_code == 422
        assert b"field__error" in answer.content

    def test_there_is_an_end_to_them(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("leads.stages.MOST", 8)
        assert b"At most 8 stages" in client.post("/settings/stages/new", A_STAGE).content


class TestTags:
    def test_a_tag_gets_another_name(self, client: Client, make_lead: MakeLead) -> None:
        lead = make_lead(tags=["SBA"])
        tag = Tag.objects.get(name="SBA")
        assert "SBA" in client.get("/settings/tags").content.decode()
        assert client.post(f"/settings/tags/{tag.pk}", {"name": " SBA   7(a) "}).status_code == 302
        assert tagging.names_of([lead.pk]) == {lead.pk: ["SBA 7(a)"]}

    def test_two_become_one(self, client: Client, make_lead: MakeLead) -> None:
        both, one, other = make_lead(tags=["A", "B"]), make_lead(tags=["A"]), make_lead(tags=["B"])
        client.post(f"/settings/tags/{Tag.objects.get(name='A').pk}", {"name": "B"})
        assert set(LeadTag.objects.values_list("lead", "tag__name")) == {(each.pk, "B") for each in (both, one, other)}
        assert not Tag.objects.filter(name="A").exists()

    def test_it_goes_from_all_leads(self, client: Client, make_lead: MakeLead) -> None:
        make_lead(tags=["A"])
        answer = client.post(f"/settings/tags/{Tag.objects.get(name='A').pk}/deletion", follow=True)
        assert "from 1 lead" in answer.content.decode()
        assert not Tag.objects.exists()

    @pytest.mark.parametrize("name", ["", "  ", "a,b", "x" * 101])
    def test_what_is_wrong_is_said(self, client: Client, make_lead: MakeLead, name: str) -> None:
        make_lead(tags=["A"])
        assert client.post(f"/settings/tags/{Tag.objects.get().pk}", {"name": name}).status_code == 422

    def test_it_costs_one_statement_however_many(self, client: Client, make_lead: MakeLead) -> None:
        make_lead(tags=[f"tag {number}" for number in range(30)])
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/settings/tags").status_code == 200
        assert len(queries) <= 4, [query["sql"] for query in queries]  # session, user, advisor; tags


class TestChecklist:
    def test_it_works(self, client: Client, organization: Organization) -> None:
        for name in ("Tax return", "Bank statements"):
            answer = client.post("/settings/checklist/new", {"name": name, "kind": "document", "is_active": "1"})
            assert answer.status_code == 302
        first, second = requirements.requirements_of(organization)
        client.post(f"/settings/checklist/{second.public_id}/shift", {"to": "up"})
        assert [each.name for each in requirements.requirements_of(organization)] == ["Bank statements", "Tax return"]
        client.post(f"/settings/checklist/{first.public_id}", {"name": "Tax returns", "kind": "text"})
        first.refresh_from_db()
        assert (first.name, first.kind, first.is_active) == ("Tax returns", "text", False)
        client.post(f"/settings/checklist/{first.public_id}/deletion", follow=True)
        assert "Tax returns" not in client.get("/settings/checklist").content.decode()
        assert Requirement.objects.filter(pk=first.pk).exists()

    def test_what_is_wrong_is_said(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        assert b"Say what you need." in client.post("/settings/checklist/new", {"kind": "document"}).content
        monkeypatch.setattr("leads.views.settings.checklist.MOST", 0)
        full = client.post("/settings/checklist/new", {"name": "Deed", "kind": "document"})
        assert b"At most 0 items" in full.content


def test_the_organization_decides_what_advisors_see_and_take(
    client: Client, client_of: ClientOf, organization: Organization, bob: Advisor
) -> None:
    assert client.post("/settings/access", {"advisors_see": "own", "advisors_may_export": "1"}).status_code == 302
    organization.refresh_from_db()
    assert (organization.advisors_see, organization.advisors_may_export) == (LeadVisibility.OWN, True)
    assert Event.objects.get(name="organization.changed").data["changes"]["advisors_see"] == ["all", "own"]
    assert client.post("/settings/access", {"advisors_see": "nonsense"}).status_code == 422


ADDRESSES = ("stages", "stages/new", "tags", "checklist", "checklist/new", "access")


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_are_for_managers(client_of: ClientOf, bob: Advisor, client: Client, address: str) -> None:
    assert client.get(f"/settings/{address}").status_code == 200
    assert client_of(bob).get(f"/settings/{address}").status_code == 403
    assert Client().get(f"/settings/{address}").status_code == 302


def test_others_have_nothing_here(
    client_of: ClientOf, charlie: Advisor, make_lead: MakeLead, organization: Organization, stages: dict[str, Stage]
) -> None:
    make_lead(tags=["A"])
    item = requirements.add(organization=organization, name="Deed", by=BY, now=make_lead().created_at)
    theirs = client_of(charlie)
    tag, stage = Tag.objects.get().pk, stages["lost"].uuid
    for address in (f"stages/{stage}", f"tags/{tag}", f"checklist/{item.public_id}", f"tags/{2**70}"):
        assert theirs.get(f"/settings/{address}").status_code == 404
        assert theirs.post(f"/settings/{address}", {"name": "Mine", **A_STAGE}).status_code == 404
        assert theirs.post(f"/settings/{address}/deletion").status_code == 404
    for address in (f"stages/{stage}", f"checklist/{item.public_id}"):
        assert theirs.post(f"/settings/{address}/shift", {"to": "up"}).status_code == 404
    assert Lead.objects.filter(organization=organization).count() == 2
