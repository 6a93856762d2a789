"""What POST /v1/leads refuses, and how it says so"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from crm.models import Advisor, Organization
from leads.models import Contact, Lead, Stage
from tests.api.caller import Caller

type Refusal = tuple[int, list[tuple[str, str]]]


def refused(answer: Any) -> Refusal:
    """The status, and (field, message) of each entry."""
    entries = answer.json()["errors"]
    assert {entry["code"] for entry in entries} == {"VALIDATION_ERROR"}
    return answer.status_code, [(entry["detail"]["field"], entry["message"]) for entry in entries]


@pytest.mark.parametrize("field", ["stageId", "assignToAdvisorId", "contactId"])
@pytest.mark.parametrize("value", ["not-a-uuid", "", 7, [], {}, True, "d290f1ee6c544b0190e6d701748f0851"])
def test_it_refuses_an_id_that_is_no_uuid(api: Caller, field: str, value: Any) -> None:
    assert refused(api.post("", {field: value})) == (422, [(field, f"Field '{field}' must be a UUID")])


@pytest.mark.parametrize("field", ["stageId", "assignToAdvisorId", "contactId"])
def test_it_refuses_an_id_that_nobody_has(api: Caller, field: str) -> None:
    answer = api.post("", {field: str(uuid.uuid4())})
    assert refused(answer) == (422, [(field, f"Field '{field}' is not known in your organization")])


def test_it_refuses_stage_advisor_and_contact_of_another_organization(
    api: Caller, other_organization: Organization, charlie: Advisor
) -> None:
    stage = Stage.objects.filter(organization=other_organization).first()
    contact = Contact.objects.create(organization=other_organization)
    assert stage is not None
    ids = {"stageId": stage.uuid, "assignToAdvisorId": charlie.uuid, "contactId": contact.uuid}
    status, entries = refused(api.post("", {key: str(value) for key, value in ids.items()}))
    assert (status, {field for field, _ in entries}) == (422, ids.keys())
    assert not Lead.objects.exists()


def test_it_refuses_an_advisor_who_has_left(api: Caller, bob: Advisor) -> None:
    Advisor.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(api.post("", {"assignToAdvisorId": str(bob.uuid)}))[0] == 422


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("businessName", "", "must not be empty"),
        ("businessName", "  ", "must not be empty"),
        ("businessName", "x" * 256, "must be at most 255 characters"),
        ("businessName", "<b>Acme</b>", "must not contain HTML"),
        ("businessName", "Acme <script>alert(1)</script>", "must not contain HTML"),
        ("businessName", "Acme</p>", "must not contain HTML"),
        ("businessName", "<!-- Acme -->", "must not contain HTML"),
        ("businessName", "<img src=x onerror=alert(1)", "must not contain HTML"),
        ("businessName", 7, "must be a string"),
        ("businessName", ["Acme"], "must be a string"),
        ("contactFirstName", "x" * 101, "must be at most 100 characters"),
        ("contactLastName", "x" * 101, "must be at most 100 characters"),
        ("contactLastName", True, "must be a string"),
        ("email", "jane", "must be a valid email address"),
        ("email", "", "must be a valid email address"),
        ("email", "jane@@acme.com", "must be a valid email address"),
        ("email", "x" * 250 + "@acme.com", "must be a valid email address"),
        ("email", {"a": 1}, "must be a string"),
        ("phone", "5" * 21, "must be at most 20 characters"),
        ("phone", 4155551234, "must be a string"),
        ("industry", "x" * 101, "must be at most 100 characters"),
        ("industry", 1.5, "must be a string"),
        ("source", "API", "must be one of: manual, csv_import, api, web_form, referral, dialer"),
        ("source", "", "must be one of: manual, csv_import, api, web_form, referral, dialer"),
        ("source", ["api"], "must be one of: manual, csv_import, api, web_form, referral, dialer"),
        ("priority", "highest", "must be one of: low, normal, high, urgent"),
        ("priority", 1, "must be one of: low, normal, high, urgent"),
        ("tags", "a,b", "must be an array of strings"),
        ("tags", {"a": "b"}, "must be an array of strings"),
        ("tags", 7, "must be an array of strings"),
        ("tags", [str(number) for number in range(101)], "must have at most 100 entries"),
        ("customFields", [], "must be an object"),
        ("customFields", "{}", "must be an object"),
        ("customFields", {"a": "x" * 65536}, "must be at most 65536 bytes of JSON"),
    ],
)
def test_it_refuses_and_names_the_field(api: Caller, field: str, value: Any, words: str) -> None:
    assert refused(api.post("", {field: value})) == (422, [(field, f"Field '{field}' {words}")])
    assert not Lead.objects.exists()


@pytest.mark.parametrize("tag", ["", "x" * 101, 7, None, ["a"]])
def test_it_refuses_a_bad_tag_and_says_which(api: Caller, tag: Any) -> None:
    status, [(field, message)] = refused(api.post("", {"tags": ["good", tag]}))
    assert (status, field) == (422, "tags")
    assert message.startswith("Field 'tags[1]' ")


AMOUNTS = [
    "",
    "1,000",
    "$5",
    "-1",
    "+1",
    "1e3",
    "1.",
    ".5",
    "1.234",
    " 1",
    "1 ",
    "１２",
    "NaN",
    "Infinity",
    "0x1",
    "9" * 13,
]


@pytest.mark.parametrize("field", ["monthlyRevenue", "requestedAmount"])
@pytest.mark.parametrize("value", [*AMOUNTS, 85000, 850.5, True, ["1"], {}])
def test_it_refuses_an_amount_that_is_no_numeric_string(api: Caller, field: str, value: Any) -> None:
    words = f'Field \'{field}\' must be a numeric string such as "85000" or "85000.50"'
    assert refused(api.post("", {field: value})) == (422, [(field, words)])


def test_every_failing_field_is_named_at_once_and_only_once(api: Caller) -> None:
    bad = {
        "businessName": "<b>" + "x" * 300,
        "email": "jane",
        "phone": "5" * 21,
        "monthlyRevenue": 85000,
        "tags": [1, 2, 3],
        "stageId": "x",
        "industry": "Retail",
    }
    status, entries = refused(api.post("", bad))
    assert status == 422
    assert sorted(field for field, _ in entries) == sorted(bad.keys() - {"industry"})


@pytest.mark.parametrize("body", ["[]", '"lead"', "7", "null", "true", "[{}]"])
def test_json_that_is_no_object_is_422(api: Caller, body: str) -> None:
    answer = api.post("", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("body", ["", "{", "{'a': 1}", '{"a": NaN}', "businessName=Acme", b"\xff\xfe", "{} {}"])
def test_what_is_no_json_is_400(api: Caller, body: str | bytes) -> None:
    answer = api.post("", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
def test_text_that_no_database_keeps_is_422(api: Caller, text: str) -> None:
    for body in (f'{{"businessName": "a{text}"}}', f'{{"customFields": {{"a{text}": 1}}}}', f'{{"tags": ["{text}"]}}'):
        assert api.post("", body).status_code == 422
