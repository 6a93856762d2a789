"""What is known about a lead, grouped for reading, and which of it can be changed on the spot."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.look import money
from crm.wording import spoken
from leads import consents, contact
from leads.models import Consent, Lead
from leads.models.lead import USUAL_STATUS_CODE


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the panel. columns are what its form changes, in order; none: it can only be read."""

    key: str
    label: str | Promise
    read: Callable[[Lead], str]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    label: str | Promise
    value: str
    is_editable: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    rows: list[Row]


def _phone(lead: Lead) -> str:
    if lead.phone_e164:
        return contact.national(lead.phone_e164)
    return _("%(phone)s (can't be dialled as it stands)") % {"phone": lead.phone} if lead.phone else ""


def _address(lead: Lead) -> str:
    town = " ".join(filter(None, (lead.city, lead.state or lead.province, lead.postal_code)))
    return ", ".join(filter(None, (lead.address1, lead.address2, town, lead.country)))


def _source(lead: Lead) -> str:
    return _sentence(lead.get_source_display(), lead.source_label, lead.source_id)


def _consent(lead: Lead) -> str:
    return "\n".join(map(_consent_told, consents.of_lead(lead))) or _("None recorded")


def _consent_told(consent: Consent) -> str:
    revoked = _("revoked %(day)s") % {"day": _day(consent.revoked_at)} if consent.revoked_at else ""
    since = _day(consent.recorded_at)
    return _sentence(
        consent.get_basis_display(),
        spoken(consent.source),
        _(" and ").join(consent.channels.split(",")),
        since,
        revoked,
    )


def _day(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y")


def _did_not_call(lead: Lead) -> str:
    if not lead.is_do_not_call:
        return ""
    since = (
        _("since %(day)s") % {"day": date_format(timezone.localtime(lead.dnc_at), "j M Y")} if lead.dnc_at else _("yes")
    )
    return _sentence(since, spoken(lead.dnc_reason))


def _sentence(*parts: str) -> str:
    words = ", ".join(filter(None, parts))
    return words[:1].upper() + words[1:]


def _came(lead: Lead) -> str:
    return date_format(timezone.localtime(lead.created_at), "j M Y, H:i")


def _text(column: str) -> Callable[[Lead], str]:
    return lambda lead: str(getattr(lead, column) or "")


def _dollars(column: str) -> Callable[[Lead], str]:
    return lambda lead: money(getattr(lead, column)) or str(getattr(lead, f"{column}_given", ""))


def _text_fact(column: str, label: str | Promise) -> Fact:
    return Fact(column, label, _text(column), (column,))


_ADDRESS = ("address1", "address2", "city", "state", "province", "postal_code", "country")
GROUPS: tuple[tuple[str | Promise, tuple[Fact, ...]], ...] = (
    (
        gettext_lazy("Contact"),
        (
            _text_fact("name", gettext_lazy("Name")),
            _text_fact("title", gettext_lazy("Title")),
            Fact("phone", gettext_lazy("Phone"), _phone, ("phone",)),
            Fact(
                "other_phones",
                gettext_lazy("Other phones"),
                lambda lead: ", ".join(filter(None, (lead.alt_phone_1, lead.alt_phone_2))),
                ("alt_phone_1", "alt_phone_2"),
            ),
            _text_fact("email", gettext_lazy("E-mail")),
            Fact("address", gettext_lazy("Address"), _address, _ADDRESS),
            _text_fact("time_zone", gettext_lazy("Time zone")),
            _text_fact("date_of_birth", gettext_lazy("Date of birth")),
            _text_fact("gender", gettext_lazy("Gender")),
            Fact(
                "carrier",
                gettext_lazy("Carrier"),
                lambda lead: " ".join(filter(None, (lead.carrier_name, lead.carrier_type))),
                ("carrier_name", "carrier_type"),
            ),
            Fact("do_not_call", gettext_lazy("Do not call"), _did_not_call),
            Fact("consent", gettext_lazy("Consent"), _consent),
        ),
    ),
    (
        gettext_lazy("Loan"),
        (
            Fact("amount", gettext_lazy("Amount"), _dollars("requested_amount"), ("requested_amount_given",)),
            Fact("funded", gettext_lazy("Funded"), _dollars("funded_amount")),
            _text_fact("property_address", gettext_lazy("Property")),
            Fact("priority", gettext_lazy("Priority"), lambda lead: lead.get_priority_display(), ("priority",)),
            Fact(
                "score",
                gettext_lazy("Score"),
                lambda lead: "" if lead.score is None else _("%(score)s of 100") % {"score": lead.score},
            ),
            _text_fact("lost_reason", gettext_lazy("Lost because")),
        ),
    ),
    (
        gettext_lazy("Business"),
        (
            _text_fact("business_name", gettext_lazy("Business")),
            _text_fact("dba", gettext_lazy("Doing business as")),
            Fact("company", gettext_lazy("Company"), lambda lead: lead.company.name if lead.company else ""),
            _text_fact("industry", gettext_lazy("Industry")),
            _text_fact("start_date", gettext_lazy("Since")),
            Fact(
                "monthly_revenue",
                gettext_lazy("Monthly revenue"),
                _dollars("monthly_revenue"),
                ("monthly_revenue_given",),
            ),
            Fact(
                "annual_revenue", gettext_lazy("Annual revenue"), _dollars("annual_revenue"), ("annual_revenue_given",)
            ),
        ),
    ),
    (
        gettext_lazy("Source"),
        (
            Fact("source", gettext_lazy("Came by"), _source, ("source", "source_label", "source_id")),
            Fact("created", gettext_lazy("Came"), _came),
            Fact("created_by", gettext_lazy("Brought by"), _text("created_by_label")),
            _text_fact("external_id", gettext_lazy("External id")),
            Fact("dial_list", gettext_lazy("Dial list"), lambda lead: lead.dial_list.name if lead.dial_list else ""),
            Fact(
                "status_code",
                gettext_lazy("Dialler's code"),
                lambda lead: "" if lead.status_code == USUAL_STATUS_CODE else lead.status_code,
                ("status_code",),
            ),
            _text_fact("std_company_name", gettext_lazy("Creditor")),
            _text_fact("std_consumer_number", gettext_lazy("Consumer no.")),
            _text_fact("std_account_number", gettext_lazy("Account no.")),
            _text_fact("notes", gettext_lazy("They said")),
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
    own = Group(_("Custom fields"), custom_rows(lead))
    given = Group(_("Given by the source"), [*_given(lead.metadata), *_given(lead.external_ids)])
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
