"""POST /v1/leads"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads.models import Contact, Lead, Stage
from leads.tallies import stage_totals
from tests.api.caller import Caller

type Refusal = tuple[int, list[tuple[str, str]]]


@pytest.fixture
def created(api: Caller) -> Callable[..., dict[str, Any]]:
    """The attributes of a lead made with these fields."""

    def create(**fields: Any) -> dict[str, Any]:
        answer = api.post("", fields)
        assert answer.status_code == 201, answer.content
        return dict(answer.json()["data"]["attributes"])

    return create


def refused(answer: Any) -> Refusal:
    """The status, and (field, message) of each entry."""
    entries = answer.json()["errors"]
    assert {entry["code"] for entry in entries} == {"VALIDATION_ERROR"}
    return answer.status_code, [(entry["detail"]["field"], entry["message"]) for entry in entries]


def test_it_works(api: Caller) -> None:
    answer = api.post("", {"businessName": "Acme Corp", "phone": "555-0100"})
    assert answer.status_code == 201
    assert answer.json().keys() == {"data", "meta"}
    lead = answer.json()["data"]
    assert lead == api.get(f"/{lead['id']}").json()["data"]


def test_every_field_is_optional(created: Callable[..., dict[str, Any]]) -> None:
    shown = created()
    assert (shown["source"], shown["priority"]) == ("manual", "normal")
    assert shown["stage"]["stageKey"] == "new_lead"
    assert (shown["tags"], shown["customFields"], shown["externalIds"]) == ([], {}, {})
    assert shown["businessName"] is shown["phone"] is shown["monthlyRevenue"] is None


def test_null_is_the_same_as_left_out(created: Callable[..., dict[str, Any]]) -> None:
    fields = (
        "businessName contactFirstName contactLastName email phone industry monthlyRevenue requestedAmount source"
        " priority stageId tags customFields assignToAdvisorId contactId"
    )
    shown = created(**dict.fromkeys(fields.split()))
    assert (shown["source"], shown["priority"], shown["tags"]) == ("manual", "normal", [])


def test_everything_comes_back_as_it_was_given(created: Callable[..., dict[str, Any]]) -> None:
    given = {
        "businessName": "  Smith & Söhne <3 “GmbH” 😀 ",
        "contactFirstName": "Mary Ann",
        "contactLastName": "van Dyke",
        "email": "Mary@Example.COM",
        "phone": "call me: 555-0100",
        "industry": "Retail",
        "monthlyRevenue": "085000.5",
        "requestedAmount": "999999999999.99",
        "source": "referral",
        "priority": "urgent",
        "tags": ["z", "a", "Ünïcode, and a comma"],
        "customFields": {"a": [1, 2.5, None, {"b": "c"}], "": True},
    }
    shown = created(**given)
    assert {key: shown[key] for key in given} == given


def test_money_is_kept_as_a_number_too(created: Callable[..., dict[str, Any]], organization: Organization) -> None:
    created(requestedAmount="250000", monthlyRevenue="85000.5")
    lead = Lead.objects.get(organization=organization)
    assert (lead.requested_amount, lead.monthly_revenue) == (Decimal(250000), Decimal("85000.50"))
    assert sum(totals.requested for totals in stage_totals(organization).values()) == 250000


def test_a_number_that_nobody_can_dial_is_kept_as_given(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    assert created(phone="555-0100")["phone"] == "555-0100"
    assert Lead.objects.get(organization=organization).phone_e164 is None


def test_a_second_lead_with_one_phone_is_a_lead_of_its_own(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    for name in ("First", "Second", "Third"):
        assert created(businessName=name, phone="(415) 555-1234")["businessName"] == name
    first, *others = Lead.objects.filter(organization=organization).order_by("pk")
    assert first.duplicate_of is None
    assert [lead.duplicate_of for lead in others] == [first, first]


def test_a_tag_given_twice_is_one_tag(created: Callable[..., dict[str, Any]]) -> None:
    assert created(tags=["a", "b", "a"])["tags"] == ["a", "b"]


def test_unknown_keys_are_ignored(created: Callable[..., dict[str, Any]]) -> None:
    shown = created(businessName="Acme", id="x", isDoNotCall=True, leadScore=99, external_id="x", nonsense=[1])
    assert (shown["isDoNotCall"], shown["leadScore"], shown["externalIds"]) == (False, None, {})


@pytest.mark.parametrize("source", ["manual", "csv_import", "api", "web_form", "referral", "dialer"])
def test_it_takes_every_documented_source(created: Callable[..., dict[str, Any]], source: str) -> None:
    assert created(source=source)["source"] == source


@pytest.mark.parametrize("priority", ["low", "normal", "high", "urgent"])
def test_it_takes_every_documented_priority(created: Callable[..., dict[str, Any]], priority: str) -> None:
    assert created(priority=priority)["priority"] == priority


def test_it_goes_to_the_stage_advisor_and_contact_that_are_named(
    created: Callable[..., dict[str, Any]], organization: Organization, stages: dict[str, Stage], bob: Advisor
) -> None:
    contact = Contact.objects.create(organization=organization, first_name="Jane")
    shown = created(
        stageId=str(stages["qualified"].uuid), assignToAdvisorId=str(bob.uuid).upper(), contactId=str(contact.uuid)
    )
    assert shown["stage"] == {
        "id": str(stages["qualified"].uuid),
        "stageKey": "qualified",
        "stageLabel": "Qualified",
        "color": "#14b8a6",
        "semanticSlot": "qualified",
    }
    assert (shown["primaryAdvisorId"], shown["primaryAdvisorName"]) == (str(bob.uuid), "Bob Baker")
    assert Lead.objects.get(organization=organization).contact == contact


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


def test_a_lone_angle_bracket_is_no_html(created: Callable[..., dict[str, Any]]) -> None:
    for name in ("A < B", "I <3 U", "a > b", "<", "1<2>1"):
        assert created(businessName=name)["businessName"] == name


def test_the_longest_texts_fit(created: Callable[..., dict[str, Any]]) -> None:
    long = {
        "businessName": "x" * 255,
        "contactFirstName": "é" * 100,
        "contactLastName": "😀" * 100,
        "phone": "5" * 20,
        "industry": "x" * 100,
        "tags": [f"{number:0100d}" for number in range(100)],
        "email": f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'w' * 60}.com",
    }
    shown = created(**long)
    assert {key: shown[key] for key in long} == long


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


def test_json_is_read_whatever_the_header_says(api: Caller) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/vnd.api+json", ""):
        assert api.post("", {"businessName": "Acme"}, Content_Type=kind).status_code == 201


def test_it_is_recorded_with_its_key_and_consent(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    created(businessName="Acme")
    lead = Lead.objects.get(organization=organization)
    assert (lead.consent_basis, bool(lead.consent_at)) == ("partner_attested", True)
    event = Event.objects.get(organization=organization, lead_id=lead.pk)
    assert (event.name, event.actor_kind) == ("lead.created", "credential")
    assert abs(event.happened_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_charlie_makes_leads_only_where_he_is(as_charlie: Caller, other_organization: Organization) -> None:
    as_charlie.post("", {"businessName": "Rival's"})
    assert Lead.objects.get().organization == other_organization
