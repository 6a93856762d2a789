"""What can be done to many leads at once: each of them by the function that does it to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from crm.admin.actor import actor_of
from crm.models import Advisor
from leads import pipeline, suppression
from leads.errors import DomainError
from leads.models import Lead, Stage

#: One request handles so many; more is work for an import.
AT_MOST = 1000


@admin.action(description="Move to a stage…", permissions=["change"])
def move(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
    def offer(organization_id: int) -> list[tuple[str, str]]:
        stages = Stage.objects.filter(organization_id=organization_id).order_by("position", "pk")
        return [(str(stage.pk), stage.label) for stage in stages]

    def do(lead: Lead, chosen: str) -> bool:
        stage = Stage.objects.get(pk=chosen, organization_id=lead.organization_id)
        return pipeline.move_to(lead, stage, by=actor_of(request, lead.organization_id), now=timezone.now())

    return _choose_and_do(modeladmin, request, queryset, "Move to a stage", "move", offer, do)


@admin.action(description="Assign to an advisor…", permissions=["change"])
def assign(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
    def offer(organization_id: int) -> list[tuple[str, str]]:
        team = Advisor.objects.filter(organization_id=organization_id, is_active=True).select_related("user")
        return [("nobody", "Nobody"), *((str(advisor.pk), advisor.name) for advisor in team.order_by("pk"))]

    def do(lead: Lead, chosen: str) -> bool:
        team = Advisor.objects.filter(organization_id=lead.organization_id, is_active=True).select_related("user")
        advisor = None if chosen == "nobody" else team.get(pk=chosen)
        return pipeline.assign_to(lead, advisor, by=actor_of(request, lead.organization_id), now=timezone.now())

    return _choose_and_do(modeladmin, request, queryset, "Assign to an advisor", "assign", offer, do)


@admin.action(description="Put on the do-not-call list", permissions=["change"])
def forbid(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
    def do(lead: Lead) -> bool:
        by = actor_of(request, lead.organization_id)
        suppression.set_do_not_call(lead, reason="Set by an administrator", by=by, now=timezone.now())
        return True

    _do_all(modeladmin, request, queryset, do)


@admin.action(description="Take off the do-not-call list (an opt-out stays)", permissions=["change"])
def allow(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
    def do(lead: Lead) -> bool:
        suppression.lift_do_not_call(lead, by=actor_of(request, lead.organization_id), now=timezone.now())
        return True

    _do_all(modeladmin, request, queryset, do)


ACTIONS = (move, assign, forbid, allow)


def _choose_and_do(
    modeladmin: Any,
    request: HttpRequest,
    queryset: QuerySet[Lead],
    title: str,
    action: str,
    offer: Callable[[int], list[tuple[str, str]]],
    do: Callable[[Lead, str], bool],
) -> HttpResponse | None:
    """First a page that asks what to choose, then the same action again with the answer."""
    owners = set(queryset.order_by().values_list("organization_id", flat=True).distinct())
    if len(owners) != 1:
        modeladmin.message_user(request, "Choose leads of one organisation.", messages.ERROR)
        return None
    choices = offer(owners.pop())
    chosen = request.POST.get("chosen")
    if chosen in dict(choices):
        _do_all(modeladmin, request, queryset, lambda lead: do(lead, str(chosen)))
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


def _do_all(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Lead], do: Callable[[Lead], bool]) -> None:
    leads = list(queryset.filter(deleted_at=None).select_related("stage", "organization")[: AT_MOST + 1])
    if len(leads) > AT_MOST:
        modeladmin.message_user(request, f"At most {AT_MOST:,} leads at once.", messages.ERROR)
        return
    done, refused = _outcomes(leads, do)
    modeladmin.message_user(request, f"{done} of {len(leads)} lead(s) changed.", messages.SUCCESS)
    for words in refused[:10]:
        modeladmin.message_user(request, words, messages.WARNING)


def _outcomes(leads: Iterable[Lead], do: Callable[[Lead], bool]) -> tuple[int, list[str]]:
    """How many changed, and what the domain said of those that it refused."""
    done, refused = 0, []
    for lead in leads:
        try:
            done += do(lead)
        except DomainError as error:
            refused.append(f"{lead}: {error.words}")
    return done, refused
