"""The page that shows one lead as each contract renders it: the very answers, what they can't say, and who may look."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from api.renderings import NAMES, known_of, renderings_of
from crm.models import Advisor, CredentialKind, LeadVisibility, Organization
from leads.models import Company, DialList, Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.conftest import ClientOf, MakeLead

PHONE = "+14155551234"


@pytest.fixture
def lead(organization: Organization, bob: Advisor, make_lead: MakeLead, now: dt.datetime) -> Lead:
    """Bob's, with something to read in every column that a page has a name for."""
    made = make_lead(
        phone=PHONE,
        advisor=bob,
        company=Company.objects.create(organization=organization, name="Canary Works"),
        dial_list=DialList.objects.create(organization=organization, name="Canary list"),
        first_name="Mary", last_name="Canary", email="mary@canary.example", business_name="Canary Bakery",
        requested_amount_given="85001", monthly_revenue_given="85002", annual_revenue_given="85003",
        metadata={"m": "in-metadata"}, custom_fields={"c": "in-custom"}, external_ids={"e": "in-ids"},
        tags=["in-tags"], start_date="2015-02-03", date_of_birth="1980-02-03", alt_phone_1="2125550001",
        alt_phone_2="2125550002", gender="F", priority="urgent", status_code="CALLBK",
        **{column: f"in-{column}" for column in (
            "dba", "title", "industry", "property_address", "address1", "address2", "city", "state", "province",
            "postal_code", "country", "notes", "source_label", "external_id", "carrier_name", "carrier_type",
            "std_company_name", "std_consumer_number", "std_account_number",
        )},
    )  # fmt: skip
    about = {"last_called_at": now, "is_do_not_call": True, "dnc_reason": "asked", "last_contacted_at": now}
    Lead.objects.filter(pk=made.pk).update(
        **about, funded_amount=85004, time_zone="America/Boise", lost_reason="in-lost"
    )
    return Lead.objects.get(pk=made.pk)


def answers(lead: Lead, key_of: KeyOf) -> dict[str, Any]:
    """What each contract answers over HTTP."""
    owner = lead.organization
    bearer = {kind: f"Bearer {key_of(owner, kind, advisor=lead.advisor)}" for kind in ("lendworks", "userleads")}
    return {
        "recoverbiz": Caller(X_Partner_Key=key_of(owner)).get(f"/v1/accounts/{owner.public_id}/leads/{PHONE}"),
        "lendworks": Caller(Authorization=bearer["lendworks"]).get(f"/v1/leads/{lead.uuid}"),
        "userleads": Caller(Authorization=bearer["userleads"]).get(f"/v1/leads/{lead.pk}"),
        "convoso": Caller().get(f"/v1/leads/search?lead_id={lead.pk}&auth_token={key_of(owner, 'convoso')}"),
    }


def shown(page: str) -> list[Any]:
    return [json.loads(html.unescape(text)) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)]


def test_it_shows_the_very_answers(lead: Lead, bob: Advisor, client_of: ClientOf, key_of: KeyOf) -> None:
    page = client_of(bob).get(f"/leads/{lead.uuid}/contracts").content.decode()
    expected = [answer.json() for answer in answers(lead, key_of).values()]
    for seen, told in zip(shown(page), expected, strict=True):
        if "meta" in told:  # each answer has a request id of its own
            assert seen["meta"].keys() == told["meta"].keys()
            seen, told = seen["data"], told["data"]
        assert seen == told


def test_the_lead_page_leads_there(lead: Lead, bob: Advisor, client_of: ClientOf) -> None:
    assert f"/leads/{lead.uuid}/contracts" in client_of(bob).get(f"/leads/{lead.uuid}").content.decode()


#: What would be read in an answer if the contract had a word for the column; by default "in-<column>".
MARKS = {
    "name": '"Mary"', "business_name": "Canary Bakery", "email": "mary@canary.example", "phone": "4155551234",
    "requested_amount_given": "85001", "monthly_revenue_given": "85002", "annual_revenue_given": "85003",
    "funded_amount": "85004", "metadata": "in-metadata", "custom_fields": "in-custom", "external_ids": "in-ids",
    "tags": "in-tags", "start_date": "2015-02-03", "date_of_birth": "1980-02-03", "alt_phone_1": "2125550001",
    "alt_phone_2": "2125550002", "gender": '"gender"', "priority": "urgent", "status_code": "CALLBK",
    "time_zone": "America/Boise", "lost_reason": "in-lost", "is_do_not_call": '"isDoNotCall": true', "score": "core",
    "last_called_at": '"last_called_at"', "company": '"company_id"', "dial_list": '"list_id"',
}  # fmt: skip
STAGES = {"recoverbiz": '"status": "new"', "lendworks": '"stage"', "userleads": '"status": "new"', "convoso": '"stage"'}
ADVISORS = {"recoverbiz": "advisor", "lendworks": "primaryAdvisorId", "userleads": "user_id", "convoso": "owner_id"}


def test_what_a_contract_has_no_word_for_is_exactly_what_can_not_be_read_in_its_answer(lead: Lead) -> None:
    known = known_of(lead)
    assert set(known) == set(NAMES)  # or some column would go untried
    for each in renderings_of(lead):
        marks = {column: f"in-{column}" for column in known} | MARKS
        marks |= {"stage": STAGES[each.kind], "advisor": ADVISORS[each.kind]}
        unread = {column for column in known if marks[column] not in each.text}
        said = set(known) - {column for column, label in known.items() if label in each.unsaid}
        assert unread == set(known) - said, each.kind


def test_where_a_contract_has_no_such_lead_the_page_says_why(make_lead: MakeLead, lead: Lead) -> None:
    nobodys = {each.kind: each for each in renderings_of(make_lead(phone="555-0100"))}
    assert "phone number" in nobodys[CredentialKind.RECOVERBIZ].words
    assert "advisor" in nobodys[CredentialKind.USERLEADS].words
    assert {kind for kind, each in nobodys.items() if not each.text} == {"recoverbiz", "userleads"}
    second = {each.kind: each for each in renderings_of(make_lead(phone=PHONE))}
    assert "another lead" in second[CredentialKind.RECOVERBIZ].words


def test_looking_changes_nothing(make_lead: MakeLead, bob: Advisor) -> None:
    lead = make_lead(advisor=bob, business_name="No company yet")
    rendering = next(each for each in renderings_of(lead) if each.kind == CredentialKind.USERLEADS)
    assert json.loads(rendering.text)["company_id"] is None
    assert "company" in rendering.words
    assert not Company.objects.exists()


def test_who_may_not_see_the_lead_sees_none_of_it(
    lead: Lead, organization: Organization, alice: Advisor, bob: Advisor, charlie: Advisor, client_of: ClientOf
) -> None:
    address = f"/leads/{lead.uuid}/contracts"
    assert client_of(charlie).get(address).status_code == 404
    Organization.objects.filter(pk=organization.pk).update(advisors_see=LeadVisibility.OWN)
    Lead.objects.filter(pk=lead.pk).update(advisor=alice)
    assert [client_of(advisor).get(address).status_code for advisor in (alice, bob)] == [200, 404]


def test_it_costs_a_fixed_number_of_statements(
    lead: Lead, bob: Advisor, client_of: ClientOf, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(bob)
    with django_assert_max_num_queries(16):
        client.get(f"/leads/{lead.uuid}/contracts")
