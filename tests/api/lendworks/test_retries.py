"""Idempotency-Key on POST and PATCH"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.models import KeptAnswer
from crm.models import Event, Organization
from leads.models import Lead, LeadTag
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.lendworks.conftest import caller
from tests.conftest import MakeLead

ACME = {"businessName": "Acme Corp", "tags": ["a"]}


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def is_replay(answer: Any) -> bool:
    return answer.headers.get("Idempotency-Key-Replay") == "true"


def test_it_works(api: Caller) -> None:
    first, second = (api.post("", ACME, Idempotency_Key="create-lead-acme-001") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (is_replay(first), is_replay(second)) == (False, True)
    assert second["Content-Type"] == "application/json"
    assert (Lead.objects.count(), LeadTag.objects.count(), Event.objects.filter(name="lead.created").count()) == (
        1,
        1,
        1,
    )


def test_without_a_key_each_request_makes_a_lead(api: Caller) -> None:
    for _ in range(2):
        assert not is_replay(api.post("", ACME))
    assert Lead.objects.count() == 2
    assert not KeptAnswer.objects.exists()


def test_an_update_is_replayed_though_the_lead_has_changed_since(api: Caller, make_lead: MakeLead) -> None:
    one = f"/{make_lead().uuid}"
    first = api.patch(one, {"priority": "urgent"}, Idempotency_Key="k")
    api.patch(one, {"priority": "low"})
    second = api.patch(one, {"priority": "urgent"}, Idempotency_Key="k")
    assert first.content == second.content
    assert is_replay(second)
    assert Lead.objects.get().priority == "low"


def test_the_order_of_the_keys_and_white_space_make_no_other_body(api: Caller) -> None:
    api.post("", '{"businessName": "Acme", "phone": "1"}', Idempotency_Key="k")
    assert is_replay(api.post("", '{ "phone":"1","businessName":"Acme" }', Idempotency_Key="k"))


def test_another_body_is_refused(api: Caller) -> None:
    api.post("", ACME, Idempotency_Key="k")
    for body in ({}, {**ACME, "phone": "1"}, {"businessName": "acme corp", "tags": ["a"]}):
        assert refusal(api.post("", body, Idempotency_Key="k")) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "a.b", "x" * 257, "a/b", "%", "１"])
def test_a_key_of_other_signs_is_refused(api: Caller, key: str) -> None:
    assert refusal(api.post("", ACME, Idempotency_Key=key)) == (422, "INVALID_IDEMPOTENCY_KEY")
    assert not Lead.objects.exists()


@pytest.mark.parametrize("key", ["a", "x" * 256, "A-z_0-9", "-", "0"])
def test_a_key_of_these_signs_is_taken(api: Caller, key: str) -> None:
    assert api.post("", ACME, Idempotency_Key=key).status_code == 201


def test_reading_ignores_the_key(api: Caller) -> None:
    for _ in range(2):
        answer = api.get("", Idempotency_Key="not valid!")
        assert (answer.status_code, is_replay(answer)) == (200, False)
    assert not KeptAnswer.objects.exists()


def test_a_refusal_is_not_kept_and_the_next_request_really_runs(api: Caller, make_lead: MakeLead) -> None:
    assert refusal(api.post("", {"email": "x"}, Idempotency_Key="k")) == (422, "VALIDATION_ERROR")
    assert refusal(api.post("", "{", Idempotency_Key="k")) == (400, "BAD_REQUEST")
    assert api.post("", ACME, Idempotency_Key="k").status_code == 201
    assert Lead.objects.count() == 1


def test_a_crash_is_not_kept_and_leaves_nothing_behind(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    api.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("api.lendworks.statements.of_uuid", crash)  # after the lead was written
        assert refusal(api.post("", ACME, Idempotency_Key="k")) == (500, "INTERNAL_ERROR")
    assert not Lead.objects.exists()
    assert not KeptAnswer.objects.exists()
    answer = api.post("", ACME, Idempotency_Key="k")
    assert (answer.status_code, is_replay(answer)) == (201, False)


def test_one_key_serves_every_method_and_lead_for_itself(api: Caller, make_lead: MakeLead) -> None:
    answers = [api.patch(f"/{make_lead().uuid}", {}, Idempotency_Key="k") for _ in range(2)]
    answers.append(api.post("", {}, Idempotency_Key="k"))
    assert [is_replay(answer) for answer in answers] == [False] * 3


def test_the_prefixed_address_and_another_spelling_of_the_id_are_the_same_lead(
    api: Caller, make_lead: MakeLead
) -> None:
    lead = make_lead()
    api.patch(f"/{lead.uuid}", {}, Idempotency_Key="k")
    assert is_replay(api.patch(f"/{str(lead.uuid).upper()}", {}, Idempotency_Key="k"))
    assert is_replay(Caller("/lendworks", **api.headers).patch(f"/v1/leads/{lead.uuid}", {}, Idempotency_Key="k"))


def test_another_key_of_the_organization_gets_the_replay_too(
    api: Caller, organization: Organization, key_of: KeyOf
) -> None:
    first = api.post("", ACME, Idempotency_Key="k")
    second = caller(key_of(organization, "lendworks")).post("", ACME, Idempotency_Key="k")
    assert is_replay(second)
    assert first.content == second.content


def test_charlie_has_keys_of_his_own(api: Caller, as_charlie: Caller) -> None:
    api.post("", ACME, Idempotency_Key="k")
    answer = as_charlie.post("", {"businessName": "Rival's"}, Idempotency_Key="k")
    assert (answer.status_code, is_replay(answer)) == (201, False)


def test_a_key_that_may_only_read_gets_no_replay(api: Caller, organization: Organization, key_of: KeyOf) -> None:
    api.post("", ACME, Idempotency_Key="k")
    reader = caller(key_of(organization, "lendworks", permission="read"))
    assert refusal(reader.post("", ACME, Idempotency_Key="k")) == (403, "FORBIDDEN")


def test_after_a_day_the_key_is_new(api: Caller) -> None:
    api.post("", ACME, Idempotency_Key="k")
    almost = KeptAnswer.objects.get().kept_at - dt.timedelta(hours=23, minutes=59)
    KeptAnswer.objects.update(kept_at=almost)
    assert is_replay(api.post("", ACME, Idempotency_Key="k"))
    KeptAnswer.objects.update(kept_at=almost - dt.timedelta(minutes=2))
    assert not is_replay(api.post("", {"businessName": "Another"}, Idempotency_Key="k"))
    assert is_replay(api.post("", {"businessName": "Another"}, Idempotency_Key="k"))
    assert Lead.objects.count() == 2


def test_a_replay_carries_the_first_request_id_in_its_body_and_its_own_in_its_head(api: Caller) -> None:
    first, second = (api.post("", ACME, Idempotency_Key="k") for _ in range(2))
    assert second.json()["meta"]["requestId"] == first["X-Request-Id"] != second["X-Request-Id"]
    assert second["LW-API-Version"] == "2025-01-15"
