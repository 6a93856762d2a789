"""Which leads a search means."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from api.convoso import errors, moments, phones, vocabulary
from api.convoso.parameters import Parameters, row_id, whole
from crm.models import Organization
from crm.models.encrypted import EncryptedField
from leads import tallies
from leads.models import Lead, LeadQuerySet
from leads.models.lead import USUAL_STATUS_CODE
from leads.models.search_text import Digits

#: Parameters that name a row by its id.
_LINKS = {
    "lead_id": "pk",
    "list_id": "dial_list_id",
    "owner_id": "advisor__user_id",
    "user_id": "advisor__user_id",
}
_FEW = 2000
_FILTERS = frozenset({*_LINKS, *vocabulary.TEXTS, *vocabulary.DATE_RANGES, *vocabulary.ALT_PHONES, "phone_number"})


@dataclass(frozen=True, slots=True)
class Page:
    offset: int
    limit: int


def page_asked(given: Parameters, longest: int) -> Page:
    """Raises Refused for an offset or limit that is none."""
    offset = whole(given.get("offset", "0"))
    if offset is None or offset < 0:
        raise errors.refused(errors.INVALID_OFFSET)
    limit = whole(given.get("limit", str(vocabulary.DEFAULT_LIMIT)))
    if limit is None or not 0 < limit <= longest:
        raise errors.refused(errors.INVALID_LIMIT)
    return Page(offset, limit)


def leads_meant(organization: Organization, given: Parameters) -> LeadQuerySet:
    """
    The organisation's leads for which every given filter holds.

    Deleted and archived ones are hidden, unless the search is for them. Raises Refused for a date that is none.
    """
    leads = Lead.objects.filter(_visible(given), organization=organization)
    leads = leads.filter(**moments.bounds(given, vocabulary.DATE_RANGES))
    for name in given.keys() & _LINKS.keys():
        number = row_id(given[name])
        leads = leads.filter(**{_LINKS[name]: number}) if number else leads.none()
    for name in given.keys() & vocabulary.TEXTS.keys():
        leads = leads.filter(_same_text(vocabulary.TEXTS[name], given[name]))
    if "phone_number" in given:
        leads = leads.filter(_phone(given["phone_number"]))
    for name in given.keys() & set(vocabulary.ALT_PHONES):
        leads = leads.filter(alt_phone(name, phones.digits_meant(given[name])))
    return leads


def total_of(organization: Organization, given: Parameters, found: LeadQuerySet) -> int:
    """How many leads were found: counted, but for a search without filters, which the running totals answer."""
    if not _FILTERS.isdisjoint(given):
        return found.count()
    live = sum(totals.leads for totals in tallies.stage_totals(organization).values())
    return live - Lead.objects.of(organization).filter(archived_at__isnull=False).count()


def in_order(found: LeadQuerySet, total: int) -> LeadQuerySet:
    """
    By ascending id. Few are found first and sorted then.

    PostgreSQL would otherwise walk through the ids of the whole table in the hope of soon meeting ten that match.
    """
    return found.order_by(F("pk") + 0 if total <= _FEW else "pk")


def _visible(given: Parameters) -> Q:
    is_for_deleted = "deleted_at_start" in given or "deleted_at_end" in given
    is_for_archived = "archived_at_start" in given or "archived_at_end" in given
    if is_for_deleted:
        return Q(deleted_at__isnull=False)
    return Q(deleted_at=None) if is_for_archived else Q(deleted_at=None, archived_at=None)


def _same_text(column: str, text: str) -> Q:
    """
    Equal but for case. The database lowers both, so that the two agree on every letter; what lies encrypted is found by
    its mark.

    What the text is not is said as well, so that the partial indexes (of e-mail, last name, status) can be used.
    """
    if isinstance(Lead._meta.get_field(column), EncryptedField):
        return Q(**{column: text}) & ~Q(**{column: ""})
    same = Q(Exact(Lower(column), Lower(Value(text)))) & ~Q(**{column: ""})
    if column == "status_code" and text.lower() != USUAL_STATUS_CODE.lower():
        same &= ~Q(status_code=USUAL_STATUS_CODE)
    return same


def _phone(text: str) -> Q:
    """By digits. A number that nobody could dial is compared with those that were kept as they were given."""
    meant = Q(phone_e164__in=phones.numbers_meant(text))
    digits = phones.digits_of(text)
    if len(digits) >= 8 or not digits:
        return meant
    return meant | Q(Exact(Digits("phone"), Value(digits)), phone_e164=None)


def alt_phone(column: str, digits: list[str]) -> Q:
    """Whether an alternate number has these digits; worded as the indexes on them."""
    same = Q()
    for number in digits:
        same |= Q(Exact(Digits(column), Value(number)))
    return same & ~Q(**{column: ""})
