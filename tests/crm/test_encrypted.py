"""Columns that lie encrypted."""

from __future__ import annotations

import base64
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from crm.encrypted_columns import encrypted_fields
from crm.encryption import Unreadable, decrypt, encrypt
from crm.models.encrypted import closed, opened
from leads.models import Lead
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
BORN = "1980-01-05"


def stored(lead: Lead, column: str = "date_of_birth") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM leads_lead WHERE id = %s", [lead.pk])
        return str(cursor.fetchone()[0])


def born(when: str) -> list[int]:
    return list(Lead.objects.filter(date_of_birth=when).values_list("pk", flat=True))


def test_it_works(make_lead: MakeLead) -> None:
    lead = make_lead(date_of_birth=BORN, std_account_number="A 4711")
    assert (BORN in stored(lead), "4711" in stored(lead, "std_account_number")) == (False, False)
    read = Lead.objects.get()
    assert (read.date_of_birth, read.std_account_number) == (BORN, "A 4711")
    assert list(Lead.objects.values_list("date_of_birth", "std_account_number")) == [(BORN, "A 4711")]


def test_the_columns_that_are_meant() -> None:
    assert {f"{field.model.__name__}.{field.name}" for field in encrypted_fields()} == {
        "Lead.date_of_birth",
        "Lead.std_account_number",
        "WebhookEndpoint.secret",
        "WebhookEndpoint.previous_secret",
    }


def test_exactly_this_text_is_found_whatever_its_capitals(make_lead: MakeLead) -> None:
    lead = make_lead(std_account_number="ab-12")
    make_lead(std_account_number="ab-13", phone="+14155550177")
    found = Lead.objects.filter(std_account_number="AB-12")
    assert list(found.values_list("pk", flat=True)) == [lead.pk]
    assert not Lead.objects.filter(std_account_number="ab-1").exists()


def test_nothing_stays_nothing(make_lead: MakeLead) -> None:
    lead = make_lead()
    assert stored(lead) == ""
    assert born("") == [lead.pk]


def test_the_same_text_never_lies_the_same_way_twice_but_for_its_mark() -> None:
    one, other = closed(BORN, "leads.lead.date_of_birth"), closed(BORN, "leads.lead.date_of_birth")
    assert one != other
    assert one[:17] == other[:17]
    assert closed(BORN, "leads.lead.std_account_number")[:16] != one[:16]


def test_a_new_key_finds_and_opens_what_the_old_one_closed(make_lead: MakeLead, settings: Settings) -> None:
    lead = make_lead(date_of_birth=BORN)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert born(BORN) == [lead.pk]
    assert Lead.objects.get().date_of_birth == BORN


def test_rotating_closes_with_the_new_key_and_the_old_one_can_go(make_lead: MakeLead, settings: Settings) -> None:
    lead = make_lead(date_of_birth=BORN)
    before = stored(lead)
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().strip() == "1"
    assert stored(lead) != before
    settings.ENCRYPTION_KEYS = [new]
    assert (Lead.objects.get().date_of_birth, born(BORN)) == (BORN, [lead.pk])


def test_what_no_key_opens_is_an_error_and_not_nothing(make_lead: MakeLead, settings: Settings) -> None:
    make_lead(date_of_birth=BORN)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Unreadable):
        Lead.objects.get()


@pytest.mark.parametrize("plain", ["1980-01-05", "in May", "a.b", "0123456789abcdef.plain", ""])
def test_what_was_never_closed_is_read_as_it_is(plain: str) -> None:
    assert opened(plain) == plain


def test_an_earlier_release_s_row_is_closed_by_rotating(make_lead: MakeLead) -> None:
    lead = make_lead()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET date_of_birth = %s WHERE id = %s", [BORN, lead.pk])
    assert Lead.objects.get().date_of_birth == BORN
    call_command("rotate_secrets", stdout=StringIO())
    assert (BORN in stored(lead), born(BORN)) == (False, [lead.pk])


def test_an_earlier_release_s_cipher_is_read_and_rotated_into_aes_256_gcm(
    make_lead: MakeLead, settings: Settings
) -> None:
    settings.CLOSE_AS_BEFORE = True  # as Fernet, which that release reads while it still runs
    lead = make_lead(date_of_birth=BORN)
    before = stored(lead)
    assert before.partition(":")[2].startswith("gAAAA")
    settings.CLOSE_AS_BEFORE = False
    assert (Lead.objects.get().date_of_birth, born(BORN)) == (BORN, [lead.pk])
    for expected in ("1", "0"):
        out = StringIO()
        call_command("rotate_secrets", stdout=out)
        assert out.getvalue().strip() == expected
    after = stored(lead)
    assert after.partition(":")[0] == before.partition(":")[0]
    assert after.partition(":")[2].startswith("2.")
    assert (Lead.objects.get().date_of_birth, born(BORN)) == (BORN, [lead.pk])


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_secret_is_an_error(place: int) -> None:
    name, _, token = encrypt("a secret").partition(":2.")
    raw = bytearray(base64.urlsafe_b64decode(token))
    assert decrypt(f"{name}:2.{base64.urlsafe_b64encode(raw).decode()}") == "a secret"
    raw[place] ^= 1
    for damaged in (
        f"{name}:2.{base64.urlsafe_b64encode(raw).decode()}",
        f"{name}:2.",
        f"{name}:2.é",
        "00000000:2." + token,
    ):
        with pytest.raises(Unreadable):
            decrypt(damaged)
