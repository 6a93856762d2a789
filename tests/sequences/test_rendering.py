"""Blanks filled by plain substitution, whatever a borrower typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Organization
from leads.models import Lead
from sequences.rendering import VARIABLES, render, values_for

_NO_BLANK = "100% {first_name} {{ }} {{first name}}"
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@pytest.mark.parametrize(
    ("template", "filled", "empty"),
    [
        ("Hi {{first_name}}, this is {{company}}.", "Hi Jane, this is Acme.", "Hi, this is."),
        ("Checking in, {{first_name}}. Open?", "Checking in, Jane. Open?", "Checking in. Open?"),
        ("{{first_name}}, your file is ready", "Jane, your file is ready", "Your file is ready"),
        ("Hi {{ first_name }} {{last_name}}!", "Hi Jane Doe!", "Hi!"),
        ("Dear {{name}} we write", "Dear Jane Doe we write", "Dear we write"),
        ("About {{property_address}}:\n\nhello", "About 1 Main St:\n\nhello", "About:\n\nhello"),
        ("{{unknown}}Hello {{unknown}} there", "Hello there", "Hello there"),
        ("Write to {{email}}", "Write to jane@example.com", "Write to"),
        (_NO_BLANK, _NO_BLANK, _NO_BLANK),
    ],
)  # fmt: skip
def test_it_fills_and_tidies(template: str, filled: str, empty: str) -> None:
    values = {
        "first_name": "Jane",
        "last_name": "Doe",
        "name": "Jane Doe",
        "company": "Acme",
        "email": "jane@example.com",
        "property_address": "1 Main St",
    }
    assert render(template, values) == filled
    assert render(template, {}) == empty


@given(WORDS, WORDS)
def test_what_a_borrower_typed_is_never_filled_in_again(first: str, address: str) -> None:
    values = {"first_name": first + "{{company}}", "property_address": address + "{{email}}", "company": "SECRET"}
    text = render("Hi {{first_name}} at {{property_address}}", values | {"email": "SECRET"})
    assert "SECRET" not in text.replace(first, "").replace(address, "")
    assert "{{company}}" in text


@given(st.lists(st.one_of(WORDS, st.sampled_from([f"{{{{{name}}}}}" for name in VARIABLES])), max_size=12), WORDS)
def test_no_documented_blank_is_left_in_any_text(parts: list[str], value: str) -> None:
    template = "".join(parts)
    text = render(template, dict.fromkeys(VARIABLES, value.replace("{", "").replace("}", "")))
    assert not re.search(r"\{\{\s*(first_name|last_name|name|company|email|property_address)\s*\}\}", text)


@given(WORDS)
def test_a_text_without_blanks_stays_as_it_is(template: str) -> None:
    if "{{" not in template:
        assert render(template, {}) == template.strip()


def test_a_long_run_of_spaces_costs_no_time() -> None:
    assert render("x" + " " * 200_000 + "y", {}).endswith("y")


def test_a_name_in_one_piece_is_taken_apart() -> None:
    values = values_for(Lead(name="Jane van der Berg"), company="Acme")
    assert (values["first_name"], values["last_name"]) == ("Jane", "van der Berg")
    values = values_for(Lead(first_name="Jane", last_name="Doe"), company="Acme")
    assert values["name"] == "Jane Doe"
    assert values_for(Lead(), company=Organization(name="Acme").name)["name"].strip() == ""
