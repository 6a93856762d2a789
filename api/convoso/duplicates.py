"""Which leads count as duplicates of a phone number that comes in, and which one an insert updates instead."""

from __future__ import annotations

from django.db.models import F, OrderBy, Q

from api.convoso import filters, phones
from api.convoso.parameters import Parameters, row_id
from api.convoso.phones import Phone
from crm.models import Organization
from leads.models import DialList, Lead, LeadQuerySet

NOBODY, THIS_LIST, ALL_LISTS, WITH_ARCHIVE, COMPLETE = range(5)


def check_level(given: Parameters) -> int:
    """check_dup, drawn into 0-4; true and false count as 1 and 0."""
    level = given.number_within("check_dup", NOBODY, COMPLETE)
    return int(given.flag("check_dup")) if level is None else level


def is_checked(given: Parameters) -> bool:
    return check_level(given) > NOBODY or given.flag("check_dup_list") or given.flag("check_dup_archive")


def duplicates(organization: Organization, phone: Phone, dial_list: DialList, given: Parameters) -> LeadQuerySet:
    """
    The leads that make the number a duplicate.

    check_dup: 1 this list, 2 every live lead, 3 with the archive, 4 with alternate numbers and deleted leads too.
    check_dup_list adds this list and check_dup_archive the archive, whatever the level.
    """
    level = check_level(given)
    leads = Lead.objects.filter(organization=organization)
    if level == COMPLETE:
        digits = phones.digits_meant(phone.e164)
        return leads.filter(
            Q(phone_e164=phone.e164)
            | filters.alt_phone("alt_phone_1", digits)
            | filters.alt_phone("alt_phone_2", digits)
        )
    counted = Q(pk=None)  # none of them
    if level >= ALL_LISTS:
        counted |= Q(archived_at=None)
    if level == THIS_LIST or given.flag("check_dup_list"):
        counted |= Q(archived_at=None, dial_list=dial_list)
    if level >= WITH_ARCHIVE or given.flag("check_dup_archive"):
        counted |= Q(archived_at__isnull=False)
    return leads.live().filter(counted, phone_e164=phone.e164)


def lead_to_update(organization: Organization, phone: Phone, given: Parameters) -> Lead | None:
    """
    The lead that update_if_found means: the one with lead_id, else one with the phone number, locked.

    Both are looked for in search_list_id, else in search_campaign_id, else everywhere. Of several with the number,
    update_order_by_last_called_time decides (never called counts as longest ago), else the oldest lead is taken.
    """
    leads = _scope(organization, given).select_related("organization", "stage")
    leads = leads.select_for_update(of=("self",), no_key=True)
    number = row_id(given.text("lead_id"))
    named = leads.filter(pk=number).first() if number else None
    return named or leads.filter(phone_e164=phone.e164).order_by(*_order(given), "pk").first()


def _scope(organization: Organization, given: Parameters) -> LeadQuerySet:
    leads = Lead.objects.of(organization).filter(archived_at=None)
    for name, column in (("search_list_id", "dial_list_id"), ("search_campaign_id", "dial_list__campaign_id")):
        if given.text(name).strip("0"):
            number = row_id(given[name])
            return leads.filter(**{column: number}) if number else leads.none()
    return leads


def _order(given: Parameters) -> list[OrderBy]:
    match given.text("update_order_by_last_called_time").upper():
        case "ASC":
            return [F("last_called_at").asc(nulls_first=True)]
        case "DESC":
            return [F("last_called_at").desc(nulls_last=True)]
    return []
