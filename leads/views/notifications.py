"""What an advisor was told of, and how they want to be told by e-mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest, advisor_required
from crm.models import Advisor, MailChoice, Notification, NotificationChoice
from leads import notifying
from leads.models import Lead
from leads.notification_kinds import KINDS
from leads.notification_mail import choices_of, path_of, says

PAGE = 40


@advisor_required
@never_cache
@require_safe
def notifications(request: AdvisorRequest) -> HttpResponse:
    """The newest; ?before= goes on where the page before ended."""
    rows = notifying.of_advisor(request.advisor)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context = {
        "rows": _shown(request.advisor, found[:PAGE]),
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_first": not before,
    }
    return render(request, "leads/notifications.html", context)


def _shown(advisor: Advisor, rows: list[Notification]) -> list[dict[str, Any]]:
    """Of a lead that they may not see any more nothing is shown, not even a name."""
    named = {row.lead_uuid for row in rows if row.lead_uuid}
    leads = {lead.uuid: lead for lead in Lead.objects.visible_to(advisor).filter(uuid__in=named)}
    shown = []
    for row in rows:
        lead = leads.get(row.lead_uuid) if row.lead_uuid else None
        is_hidden = row.lead_uuid is not None and lead is None
        shown.append(
            {
                "row": row,
                "says": _hidden(row) if is_hidden else says(row, lead.display_name if lead else ""),
                "icon": KINDS[row.kind].icon if row.kind in KINDS else "bell",
                "is_hidden": is_hidden,
            }
        )
    return shown


def _hidden(row: Notification) -> str:
    if taker := row.data.get("taken_by"):
        return _("%(name)s claimed a lead that you could have had") % {"name": taker}
    return _("This was about a lead that you do not see any more")


@advisor_required
@never_cache
@require_safe
def notification(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """Read it, and go where something can be done about it."""
    row = get_object_or_404(notifying.of_advisor(request.advisor), uuid=uuid)
    notifying.mark_read(request.advisor, [row.uuid], now=timezone.now())
    if row.lead_uuid and not row.sees_lead:  # type: ignore[attr-defined]
        return redirect("leads:notifications")
    return redirect(path_of(row))


@advisor_required
@require_POST
def read(request: AdvisorRequest) -> HttpResponse:
    """All of them, or the one that uuid names."""
    text = request.POST.get("uuid", "")
    try:
        uuids = [UUID(text)] if text else None
    except ValueError:
        uuids = []
    notifying.mark_read(request.advisor, uuids, now=timezone.now())
    return redirect("leads:notifications")


class ChoicesForm(forms.Form):
    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        super().__init__(data)
        chosen = choices_of({advisor.pk})
        for name, kind in KINDS.items():
            if kind.is_for_managers and not advisor.is_manager:
                continue
            initial = chosen.get((advisor.pk, name), kind.mail)
            self.fields[name] = forms.ChoiceField(
                choices=MailChoice.choices, label=kind.label, initial=initial, required=False
            )


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: AdvisorRequest) -> HttpResponse:
    form = ChoicesForm(request.POST if request.method == "POST" else None, advisor=request.advisor)
    if form.is_bound and form.is_valid():
        rows = [
            NotificationChoice(advisor=request.advisor, kind=kind, mail=mail)
            for kind, mail in form.cleaned_data.items()
            if mail
        ]
        NotificationChoice.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["mail"], unique_fields=["advisor", "kind"]
        )
        messages.success(request, _("Saved"))
        return redirect("leads:notification-choices")
    return render(request, "leads/notification_choices.html", {"form": form}, status=422 if form.errors else 200)
