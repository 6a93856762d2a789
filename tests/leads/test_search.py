"""Found however it is written."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.models import Organization
from leads.models import Lead
from leads.search import search, terms
from tests.conftest import MakeLead


@pytest.mark.parametrize(
    "text",
    [
        "harbor",
        "HARBOR & PINE",
        "jane doe",
        "doe jane",
        "jane@harbor",
        "415.555.1234",
        "(415) 555-12",
        "5551234",
        "app_9",
        "ha",
        "Straße",
    ],
)
def test_it_finds(make_lead: MakeLead, organization: Organization, text: str) -> None:
    make_lead(phone="4155559876", name="Somebody Else", business_name="Elsewhere")
    wanted = make_lead(
        business_name="Harbor & Pine Straße",
        name="Jane Doe",
        email="jane@harbor.example",
        phone="(415) 555-1234",
        external_id="app_98765",
    )
    assert list(search(Lead.objects.of(organization), text)) == [wanted]


@pytest.mark.parametrize("text", ['"', "'", "%", "_x", "a\x00b", '" OR "', "*", "NEAR(", "ü" * 300, "\\"])
def test_it_takes_any_text_as_it_is(make_lead: MakeLead, organization: Organization, text: str) -> None:
    make_lead()
    assert list(search(Lead.objects.of(organization), text)) == []


def test_changed_words_are_found_and_old_ones_not(make_lead: MakeLead, organization: Organization) -> None:
    lead = make_lead(business_name="Oldname")
    Lead.objects.filter(pk=lead.pk).update(business_name="Newname")
    assert not search(Lead.objects.of(organization), "oldname").exists()
    assert search(Lead.objects.of(organization), "newname").get() == lead


_WORDS = st.text(st.sampled_from("0123456789ab@. -+()"), max_size=14)


@given(
    leads=st.lists(st.tuples(_WORDS, _WORDS, _WORDS), min_size=1, max_size=6), text=st.text("01239a@ .-", max_size=12)
)
@example(leads=[("12345", "", ""), ("x1234567y", "", ""), ("", "", "(123) 456-7"), ("1234", "5", "6")], text="123-45")
@example(leads=[("a12345b 67890", "", ""), ("a12345b67890", "", "")], text="12345b67890")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_finds_what_reading_every_lead_would_find(
    make_lead: MakeLead, organization: Organization, leads: list[tuple[str, str, str]], text: str
) -> None:
    """Whatever index is asked: numbers in names, addresses and phones, whole and in part."""
    with transaction.atomic():
        for name, email, phone in leads:
            make_lead(name=name, email=email, phone=phone, phone_e164=None)
        everything = Lead.objects.of(organization)
        wanted = {lead.pk for lead in everything if all(term in lead.search_text for term in terms(text))}
        assert {lead.pk for lead in search(everything, text)} == wanted
        transaction.set_rollback(True)


@pytest.mark.parametrize("text", ["(415) 555-12", "person55512@", "4155551234"])
def test_a_long_number_is_looked_up_in_an_index(organization: Organization, text: str) -> None:
    index = "leads_lead_search VIRTUAL TABLE INDEX"
    if connection.vendor == "postgresql":
        index = "Bitmap Index Scan on lead_digits"
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # what few rows there are would be read at once
            cursor.execute("SET LOCAL enable_indexscan = off")
    assert index in search(Lead.objects.all(), text).explain()


def test_on_postgresql_each_term_has_a_plan_of_its_own(organization: Organization) -> None:
    """A term that were a parameter would sooner or later meet a plan that was made for any term."""
    statement, parameters = search(Lead.objects.of(organization), "o'zzyx").query.sql_with_params()
    is_written = connection.vendor == "postgresql"
    assert ("'o''zzyx'" in statement) == is_written
    assert any("o'zzyx" in str(each) for each in parameters) != is_written
