"""What can be done to many leads at once: by the functions that do it to thousands, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.admin.actor import actor_of
from crm.models import Actor, Advisor, Organization
from leads import bulk_pipeline, pipeline, suppression
from leads.models import Lead, Stage

#: One request handles so many; more is work for a job, which the list of the workspace starts.
AT_MOST = 1000

#: Does it to leads of one organisation, which are held; how many changed, and in words what was refused.
type Deed = Callable[[Sequence[Lead], Actor], tuple[int, list[str]]]
type Choices = list[tuple[str, str]]


@admin.action(description=gettext_lazy("Move to a stage…"), permissions=["change"])
def move(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
    def offer(organization: int) -> Choices:
        stages = Stage.objects.filter(organization_id=organization).order_by("position", "pk")
        return [(str(stage.pk), stage.label) for stage in stages]

    def do(chosen: str, leads: Sequence[Lead], by: Actor) -> tuple[int, list[str]]:
        stage = Stage.objects.get(pk=chosen, organization_id=leads[0].organization_id)
        moved = bulk_pipeline.move_all(leads, stage, by=by, now=timezone.now())
        return len(moved.from_stage), [
            f"{lead}: {moved.refused[lead.pk].words}" for lead in leads if lead.pk in moved.refused
        ]

    return _ask(modeladmin, request, queryset, _("Move to a stage"), "move", offer, do)


@admin.action(description=gettext_lazy("Assign to an advisor…"), permissions=["change"])
def assign(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
    def offer(organization: int) -> Choices:
        team = Advisor.objects.filter(organization_id=organization, is_active=True).select_related("user")
        return [("nobody", _("Nobody")), *((str(advisor.pk), advisor.name) for advisor in team.order_by("pk"))]

    def do(chosen: str, leads: Sequence[Lead], by: Actor) -> tuple[int, list[str]]:
        team = Advisor.objects.filter(organization_id=leads[0].organization_id, is_active=True).select_related("user")
        advisor = None if chosen == "nobody" else team.get(pk=chosen)
        wanted = {lead.pk: advisor for lead in leads}
        return len(bulk_pipeline.assign_all(wanted, leads, by=by, now=timezone.now())), []

    return _ask(modeladmin, request, queryset, _("Assign to an advisor"), "assign", offer, do)


@admin.action(description=gettext_lazy("Put on the do-not-call list"), permissions=["change"])
def forbid(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
    def do(leads: Sequence[Lead], by: Actor) -> tuple[int, list[str]]:
        suppression.set_do_not_call_all(leads, reason=_("Set by an administrator"), by=by, now=timezone.now())
        return len(leads), []

    _do_all(modeladmin, request, queryset, do)


@admin.action(description=gettext_lazy("Take off the do-not-call list (an opt-out stays)"), permissions=["change"])
def allow(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
    def do(leads: Sequence[Lead], by: Actor) -> tuple[int, list[str]]:
        suppression.lift_do_not_call_all(leads, by=by, now=timezone.now())
        return len(leads), []

    _do_all(modeladmin, request, queryset, do)


ACTIONS = (move, assign, forbid, allow)


def delete_all(request: HttpRequest, queryset: QuerySet[Lead]) -> None:
    """Hidden at every door, their papers gone, as when a single one is deleted."""
    now = timezone.now()
    with transaction.atomic():
        for organization, leads in _held(queryset).items():
            pipeline.discard_papers(leads, now=now)
            bulk_pipeline.hide_all(leads, by=actor_of(request, organization), now=now)


def _ask(
    modeladmin: Any,
    request: HttpRequest,
    queryset: QuerySet[Lead],
    title: str,
    action: str,
    offer: Callable[[int], Choices],
    do: Callable[[str, Sequence[Lead], Actor], tuple[int, list[str]]],
) -> HttpResponse | None:
    """First a page that asks what to choose, then the same action again with the answer."""
    owners = set(queryset.order_by().values_list("organization_id", flat=True).distinct())
    if len(owners) != 1:
        modeladmin.message_user(request, _("Choose leads of one organisation."), messages.ERROR)
        return None
    choices, chosen = offer(owners.pop()), request.POST.get("chosen", "")
    if chosen in dict(choices):
        _do_all(modeladmin, request, queryset, lambda leads, by: do(chosen, leads, by))
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "opts": modeladmin.opts,
        "title": title,
        "action": action,
        "choices": choices,
        "leads": queryset[:AT_MOST],
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/leads/lead/choose.html", context)


def _do_all(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead], do: Deed) -> None:
    if len(queryset.order_by().values("pk")[: AT_MOST + 1]) > AT_MOST:
        words = _("At most %(number)s leads at once: the list of the workspace takes more, in the background.")
        modeladmin.message_user(request, words % {"number": f"{AT_MOST:,}"}, messages.ERROR)
        return
    done, total = 0, 0
    refused: list[Any] = []
    with transaction.atomic():
        for organization, leads in _held(queryset).items():
            changed, words_of = do(leads, actor_of(request, organization))
            done, total, refused = done + changed, total + len(leads), [*refused, *words_of]
    words = _("%(done)d of %(total)d lead(s) changed.") % {"done": done, "total": total}
    modeladmin.message_user(request, words, messages.SUCCESS)
    for why in refused[:10]:
        modeladmin.message_user(request, why, messages.WARNING)


def _held(queryset: QuerySet[Lead]) -> dict[Organization, list[Lead]]:
    """By organisation and locked in the order of their ids, so that nobody waits for anybody in a ring."""
    chosen = Lead.objects.live().filter(pk__in=queryset.order_by().values("pk")).order_by("pk")
    held: dict[Organization, list[Lead]] = defaultdict(list)
    rows = chosen.select_related("organization").prefetch_related("stage")
    for lead in rows.select_for_update(no_key=True, of=("self",)):
        held[lead.organization].append(lead)
    return held
