"""What a column of a file may become, and how headings of common programs are understood."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Left out; and, before a name, a field of the organisation's own.
NOTHING, OWN = "", "own:"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Target:
    """kind names how a cell is read (leads/importing/rows.py); words are headings that mean it, letters and digits."""

    name: str
    label: Any
    kind: str = "plain"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    label: Any
    targets: tuple[Target, ...]


GROUPS = (
    Group(_("Who it is"), (
        Target("business_name", _("Business"), words=(
            "business", "company", "companyname", "businessname", "legalname", "account", "accountname",
            "organization", "organizationname", "merchant", "merchantname", "empresa",
        )),
        Target("name", _("Name"), words=(
            "name", "fullname", "contact", "contactname", "owner", "ownername", "borrower", "lead", "leadname",
            "customername", "client", "clientname", "nombre",
        )),
        Target("first_name", _("First name"), words=(
            "firstname", "fname", "first", "givenname", "ownerfirstname", "contactfirstname",
        )),
        Target("last_name", _("Last name"), words=(
            "lastname", "lname", "last", "surname", "familyname", "ownerlastname", "contactlastname", "apellido",
        )),
        Target("title", _("Title"), words=("title", "jobtitle", "position", "role")),
        Target("dba", _("Doing business as"), words=("dba", "doingbusinessas", "tradename")),
        Target("date_of_birth", _("Date of birth"), "date", ("dateofbirth", "dob", "birthdate", "birthday")),
    )),
    Group(_("How to reach them"), (
        Target("phone", _("Phone"), "phone", (
            "phone", "phonenumber", "mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "telephone", "tel",
            "primaryphone", "phone1", "contactphone", "mainphone", "telefono",
        )),
        Target("alt_phone_1", _("Other phone"), "other_phone", (
            "altphone", "altphone1", "otherphone", "workphone", "businessphone", "officephone", "homephone", "phone2",
            "secondaryphone", "landline",
        )),
        Target("alt_phone_2", _("Third phone"), "other_phone", ("altphone2", "phone3", "thirdphone")),
        Target("email", _("E-mail"), "email", (
            "email", "emailaddress", "mail", "primaryemail", "contactemail", "email1", "correo",
        )),
        Target("address1", _("Street"), words=(
            "street", "address", "address1", "addressline1", "streetaddress", "mailingstreet", "billingstreet",
        )),
        Target("address2", _("Address, line 2"), words=("address2", "addressline2", "suite", "unit")),
        Target("city", _("City"), words=("city", "town", "mailingcity", "billingcity")),
        Target("state", _("State"), words=("state", "stateregion", "stateprovince", "mailingstate", "billingstate")),
        Target("postal_code", _("Postal code"), "postal_code", (
            "zip", "zipcode", "postalcode", "postcode", "mailingzip", "billingzip",
        )),
        Target("country", _("Country"), words=("country", "countryregion")),
        Target("time_zone", _("Time zone"), "zone", ("timezone",)),
        Target("do_not_call", _("Do not call"), "is_yes", (
            "donotcall", "dnc", "donotcontact", "optedout", "optout", "unsubscribed",
        )),
    )),
    Group(_("What they want"), (
        Target("requested_amount_given", _("Amount"), "amount", (
            "amount", "requestedamount", "amountrequested", "loanamount", "fundingamount", "dealamount", "dealvalue",
            "amountneeded", "desiredamount",
        )),
        Target("product", _("Product"), words=("product", "loantype", "loanproduct", "producttype", "program")),
        Target("monthly_revenue_given", _("Monthly revenue"), "amount", (
            "monthlyrevenue", "monthlysales", "avgmonthlyrevenue", "averagemonthlyrevenue", "monthlydeposits",
        )),
        Target("annual_revenue_given", _("Annual revenue"), "amount", (
            "annualrevenue", "revenue", "yearlyrevenue", "annualsales", "grossannualsales",
        )),
        Target("industry", _("Industry"), words=("industry", "sector", "businesstype")),
        Target("start_date", _("In business since"), "date", (
            "inbusinesssince", "startdate", "businessstartdate", "businessstarted", "dateestablished",
        )),
        Target("property_address", _("Property"), words=("property", "propertyaddress", "subjectproperty")),
        Target("notes", _("Notes"), words=(
            "notes", "note", "comments", "comment", "description", "remarks", "message", "fromthesource",
        )),
    )),
    Group(_("Where it stands"), (
        Target("stage", _("Stage"), "stage", ("stage", "pipelinestage", "dealstage", "leadstage", "etapa")),
        Target("advisor", _("Advisor"), "advisor", (
            "advisor", "assignedto", "salesrep", "rep", "loanofficer", "leadowner", "accountowner", "agent", "asesor",
        )),
        Target("tags", _("Tags"), "tags", ("tags", "tag", "labels", "label", "etiquetas")),
        Target("priority", _("Priority"), "priority", ("priority", "rating")),
        Target("source_label", _("Source"), words=("source", "leadsource", "origin", "campaign", "channel", "fuente")),
        Target("external_id", _("External id"), words=(
            "externalid", "leadid", "recordid", "crmid", "contactid", "id", "salesforceid", "hubspotid",
        )),
        Target("lost_reason", _("Lost because"), words=("lostreason", "lostbecause", "reasonlost", "closedlostreason")),
        Target("funded_amount", _("Funded amount"), "amount", ("fundedamount", "amountfunded")),
    )),
)  # fmt: skip
TARGETS = {target.name: target for group in GROUPS for target in group.targets}
#: Columns that may be given to several: their texts are put one below the other, or one after the other.
REPEATABLE = frozenset({"notes", "tags"})
_BY_WORD = {word: target.name for target in TARGETS.values() for word in target.words}
#: What a file of ours says about the row itself.
_OURS = frozenset({"row", "reason", "fila", "motivo"})


def guess(headings: Sequence[str], own: Collection[str]) -> list[str]:
    """A target for each heading: each at most once, fields of the organisation's own where a heading names one."""
    by_key = {_key(name): name for name in own}
    taken: set[str] = set()
    found = []
    for heading in headings:
        target = _one(_key(heading), by_key)
        if target in taken and target not in REPEATABLE:
            target = NOTHING
        taken.add(target)
        found.append(target)
    return found


def _one(key: str, own: dict[str, str]) -> str:
    if key in _OURS:
        return NOTHING
    return _BY_WORD.get(key) or (f"{OWN}{own[key]}" if key in own else NOTHING)


def _key(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading).lower()


def is_known(target: str) -> bool:
    own = target.removeprefix(OWN)
    return target == NOTHING or target in TARGETS or (target.startswith(OWN) and 0 < len(own) <= LONGEST_NAME)


def label_of(target: str) -> str:
    return str(TARGETS[target].label) if target in TARGETS else target.removeprefix(OWN)


def own_name(heading: str) -> str:
    """The name of a field of the organisation's own, as the lead page makes it."""
    return " ".join(heading.split())[:LONGEST_NAME].replace(" ", "_")
