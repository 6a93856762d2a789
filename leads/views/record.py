"""Everything on record about a lead's number or e-mail address: a page to print, and a file."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm import wording
from crm.access import AdvisorRequest
from crm.costly import at_most
from leads import permissions
from leads.contactability import address_on
from leads.models import Channel, Lead
from leads.record import as_csv, record_of
from leads.views.visible import of_visible_lead


@of_visible_lead
@require_safe
def record(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """?of=email: about the e-mail address; else about the phone when there is one."""
    address, now = _address(request, lead), timezone.now()
    context = {
        "lead": lead,
        "address": address,
        "addresses": _addresses(lead),
        "entries": record_of(lead.organization, address, now),
        "now": now,
    }
    return render(request, "leads/record.html", context)


@of_visible_lead
@at_most(30, of="exports")
@require_safe
def record_csv(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """In English whoever takes it: it is the record, and may lie before a court."""
    address = _address(request, lead)
    with wording.english():
        text = as_csv(record_of(lead.organization, address, timezone.now()))
    name = "".join(letter if letter.isalnum() else "-" for letter in address).strip("-")
    headers = {"Content-Disposition": f'attachment; filename="record-{name}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _addresses(lead: Lead) -> dict[str, str]:
    found = {"phone": address_on(lead, Channel.SMS), "email": address_on(lead, Channel.EMAIL)}
    return {kind: address for kind, address in found.items() if address}


def _address(request: AdvisorRequest, lead: Lead) -> str:
    if not permissions.may_see_the_record(request.advisor):
        raise PermissionDenied(_("Only a manager sees everything on record."))
    addresses = _addresses(lead)
    address = addresses.get(request.GET.get("of", "phone"), next(iter(addresses.values()), ""))
    if not address:
        raise Http404("This lead has no address.")
    return address
