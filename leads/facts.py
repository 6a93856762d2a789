"""What is known about a lead, grouped for reading, and which of it can be changed on the spot."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from crm.templatetags.look import money
from leads import consents, contact
from leads.models import Consent, Lead
from leads.models.lead import USUAL_STATUS_CODE


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the panel. columns are what its form changes, in order; none: it can only be read."""

    key: str
    label: str
    read: Callable[[Lead], str]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    label: str
    value: str
    is_editable: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    rows: list[Row]


def _phone(lead: Lead) -> str:
    if lead.phone_e164:
        return contact.national(lead.phone_e164)
    return f"{lead.phone} (can't be dialled as it stands)" if lead.phone else ""


def _address(lead: Lead) -> str:
    town = " ".join(filter(None, (lead.city, lead.state or lead.province, lead.postal_code)))
    return ", ".join(filter(None, (lead.address1, lead.address2, town, lead.country)))


def _source(lead: Lead) -> str:
    return _sentence(lead.get_source_display(), lead.source_label, lead.source_id)


def _consent(lead: Lead) -> str:
    return "\n".join(map(_consent_told, consents.of_lead(lead))) or "None recorded"


def _consent_told(consent: Consent) -> str:
    revoked = f"revoked {_day(consent.revoked_at)}" if consent.revoked_at else ""
    since = _day(consent.recorded_at)
    return _sentence(
        consent.get_basis_display(), consent.source, consent.channels.replace(",", " and "), since, revoked
    )


def _day(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%-d %b %Y}"


def _did_not_call(lead: Lead) -> str:
    if not lead.is_do_not_call:
        return ""
    since = f"since {timezone.localtime(lead.dnc_at):%-d %b %Y}" if lead.dnc_at else "yes"
    return _sentence(since, lead.dnc_reason)


def _sentence(*parts: str) -> str:
    words = ", ".join(filter(None, parts))
    return words[:1].upper() + words[1:]


def _came(lead: Lead) -> str:
    return f"{timezone.localtime(lead.created_at):%-d %b %Y, %H:%M}"


def _text(column: str) -> Callable[[Lead], str]:
    return lambda lead: str(getattr(lead, column) or "")


def _dollars(column: str) -> Callable[[Lead], str]:
    return lambda lead: money(getattr(lead, column)) or str(getattr(lead, f"{column}_given", ""))


def _text_fact(column: str, label: str) -> Fact:
    return Fact(column, label, _text(column), (column,))


_ADDRESS = ("address1", "address2", "city", "state", "province", "postal_code", "country")
GROUPS: tuple[tuple[str, tuple[Fact, ...]], ...] = (
    (
        "Contact",
        (
            _text_fact("name", "Name"),
            _text_fact("title", "Title"),
            Fact("phone", "Phone", _phone, ("phone",)),
            Fact(
                "other_phones",
                "Other phones",
                lambda lead: ", ".join(filter(None, (lead.alt_phone_1, lead.alt_phone_2))),
                ("alt_phone_1", "alt_phone_2"),
            ),
            _text_fact("email", "E-mail"),
            Fact("address", "Address", _address, _ADDRESS),
            _text_fact("time_zone", "Time zone"),
            _text_fact("date_of_birth", "Date of birth"),
            _text_fact("gender", "Gender"),
            Fact(
                "carrier",
                "Carrier",
                lambda lead: " ".join(filter(None, (lead.carrier_name, lead.carrier_type))),
                ("carrier_name", "carrier_type"),
            ),
            Fact("do_not_call", "Do not call", _did_not_call),
            Fact("consent", "Consent", _consent),
        ),
    ),
    (
        "Loan",
        (
            Fact("amount", "Amount", _dollars("requested_amount"), ("requested_amount_given",)),
            Fact("funded", "Funded", _dollars("funded_amount")),
            _text_fact("property_address", "Property"),
            Fact("priority", "Priority", lambda lead: lead.get_priority_display(), ("priority",)),
            Fact("score", "Score", lambda lead: "" if lead.score is None else f"{lead.score} of 100"),
            _text_fact("lost_reason", "Lost because"),
        ),
    ),
    (
        "Business",
        (
            _text_fact("business_name", "Business"),
            _text_fact("dba", "Doing business as"),
            Fact("company", "Company", lambda lead: lead.company.name if lead.company else ""),
            _text_fact("industry", "Industry"),
            _text_fact("start_date", "Since"),
            Fact("monthly_revenue", "Monthly revenue", _dollars("monthly_revenue"), ("monthly_revenue_given",)),
            Fact("annual_revenue", "Annual revenue", _dollars("annual_revenue"), ("annual_revenue_given",)),
        ),
    ),
    (
        "Source",
        (
            Fact("source", "Came by", _source, ("source", "source_label", "source_id")),
            Fact("created", "Came", _came),
            Fact("created_by", "Brought by", _text("created_by_label")),
            _text_fact("external_id", "External id"),
            Fact("dial_list", "Dial list", lambda lead: lead.dial_list.name if lead.dial_list else ""),
            Fact(
                "status_code",
                "Dialler's code",
                lambda lead: "" if lead.status_code == USUAL_STATUS_CODE else lead.status_code,
                ("status_code",),
            ),
            _text_fact("std_company_name", "Creditor"),
            _text_fact("std_consumer_number", "Consumer no."),
            _text_fact("std_account_number", "Account no."),
            _text_fact("notes", "They said"),
        ),
    ),
)
FACTS = {fact.key: fact for _, facts in GROUPS for fact in facts}
EDITABLE = {key: fact for key, fact in FACTS.items() if fact.columns}
#: How the key of a custom field's row begins; alone it stands for one that is to be added.
CUSTOM = "custom:"
_MOST_CUSTOM = 40


def groups_of(lead: Lead, *, editing: str = "") -> list[Group]:
    """What is known, in groups; what is empty is left out, but for the one that is being edited."""
    groups = [Group(label, _rows(facts, lead, editing)) for label, facts in GROUPS]
    own = Group("Custom fields", custom_rows(lead))
    given = Group("Given by the source", [*_given(lead.metadata), *_given(lead.external_ids)])
    return [group for group in [*groups, own, given] if group.rows]


def custom_rows(lead: Lead) -> list[Row]:
    """The organisation's own fields. What is more than a text or number can only be read."""
    values = lead.custom_fields if isinstance(lead.custom_fields, dict) else {}
    return [
        Row(f"{CUSTOM}{key}", str(key).replace("_", " "), _one_line(value), not isinstance(value, dict | list))
        for key, value in list(values.items())[:_MOST_CUSTOM]
    ]


def missing_from(lead: Lead, *, editing: str = "") -> list[Fact]:
    """What nobody has filled in yet, and somebody could."""
    return [fact for key, fact in EDITABLE.items() if not fact.read(lead) and key != editing]


def _rows(facts: Iterable[Fact], lead: Lead, editing: str) -> list[Row]:
    rows = (Row(fact.key, fact.label, fact.read(lead), bool(fact.columns)) for fact in facts)
    return [row for row in rows if row.value or row.key == editing]


def _given(values: object) -> Sequence[Row]:
    if not isinstance(values, dict):
        return []
    return [
        Row("", str(key).replace("_", " "), _one_line(value), False)
        for key, value in list(values.items())[:_MOST_CUSTOM]
    ]


def _one_line(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
