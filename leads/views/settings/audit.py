"""The audit log: who did what, and whether anybody has changed the record of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.costly import at_most
from crm.models import Advisor, AuditChain, AuditEntry
from crm.replica.reading import reads_from_replica
from crm.stepping_up import freshly_known
from crm.views.settings.door import manager_required, page
from leads import audit_log
from leads.audit_log import KINDS, PAGE, Wanted
from leads.models import Lead

_TAB = "leads:settings-audit"


@manager_required
@at_most(60, of="reports")
@require_safe
@reads_from_replica()
def listing(request: AdvisorRequest) -> HttpResponse:
    """?who ?kind ?lead ?since ?until choose; ?before=<number> goes on."""
    organization = request.advisor.organization
    chain = AuditChain.objects.filter(pk=organization.pk).first()
    wanted, names = Wanted.read(request.GET), chain.names if chain else []
    found = audit_log.entries(organization.pk, wanted, names)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(number__lt=int(before))
    rows = list(found[: PAGE + 1])
    context = {
        "chain": chain,
        "wanted": wanted,
        "team": sorted(_team(request), key=lambda each: each.name.casefold()),
        "kinds": [
            (kind, label) for kind, label in KINDS.items() if any(audit_log.is_kind(name, kind) for name in names)
        ],
        "rows": _rows(rows[:PAGE], organization.pk),
        "query": _query(wanted),
        "older": _query(wanted, before=rows[PAGE - 1].number) if len(rows) > PAGE else "",
    }
    return page(request, _TAB, "leads/settings/audit", context)


@manager_required
@at_most(30, of="exports")
@require_POST
@freshly_known
@reads_from_replica()
def export(request: AdvisorRequest) -> HttpResponseBase:
    """All that the filters of the address let through, as CSV."""
    now = timezone.now()
    lines = audit_log.lines(request.advisor.organization_id, Wanted.read(request.GET), by=request.advisor, now=now)
    name = f"audit-{timezone.localtime(now):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _team(request: AdvisorRequest) -> list[Advisor]:
    return list(Advisor.objects.filter(organization=request.advisor.organization).select_related("user"))


def _query(wanted: Wanted, **more: Any) -> str:
    asked = {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__} | more
    return urlencode({name: value for name, value in asked.items() if value})


def _rows(entries: list[AuditEntry], organization_id: int) -> list[dict[str, Any]]:
    """Each entry with its name in plain words and its lead, as far as that is still there. One statement more."""
    ids = {entry.lead_id for entry in entries if entry.lead_id}
    leads = {lead.pk: lead for lead in Lead.objects.filter(organization_id=organization_id, pk__in=ids)}
    return [
        {
            "entry": entry,
            "what": entry.name.replace(".", " ").replace("_", " "),
            "lead": leads.get(entry.lead_id) if entry.lead_id else None,
        }
        for entry in entries
    ]
