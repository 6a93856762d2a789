"""A drop on the board, a choice from "Move to…", an undo: all are a POST to the lead's moves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.access import AdvisorRequest, advisor_required
from crm.models import Actor
from leads import checklists
from leads.columns import one_card, read_board
from leads.errors import Changed, StageRefused
from leads.models import Lead, Stage, StageRule
from leads.pipeline import move_to
from leads.views.board import addresses, sizes_of, view_of

#: What a dialog can ask for; other rules are met elsewhere.
ANSWERABLE = (StageRule.LOST_REASON, StageRule.FUNDED_AMOUNT)
LOST_REASONS = (
    gettext_lazy("Went with another lender"),
    gettext_lazy("Rate too high"),
    gettext_lazy("Does not qualify"),
    gettext_lazy("No longer needs the money"),
    gettext_lazy("Cannot be reached"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: the lead into a stage, between two cards, as it was last seen."""

    lead: Lead
    before: Stage
    stage: Stage
    above: Lead | None
    below: Lead | None
    seen_version: int | None


@advisor_required
@require_http_methods(["GET", "HEAD", "POST"])
def moves(request: AdvisorRequest, uuid: uuid.UUID) -> HttpResponse:
    """GET: where the lead can go. POST: move it (stage, above, below, version and what the stage asks for)."""
    visible = Lead.objects.visible_to(request.advisor)
    lead = get_object_or_404(visible.select_related("stage", "organization"), uuid=uuid)
    if request.method != "POST":
        return _choices(request, lead)
    stage = Stage.objects.filter(
        organization=request.advisor.organization, uuid__in=_uuids(request.POST, "stage")
    ).first()
    if stage is None:
        return _refused(request, lead, lead.stage, _("That stage is gone."), status=409)
    wish = Wish(
        lead=lead,
        before=lead.stage,
        stage=stage,
        above=visible.filter(uuid__in=_uuids(request.POST, "above")).first(),
        below=visible.filter(uuid__in=_uuids(request.POST, "below")).first(),
        seen_version=_number(request.POST.get("version", "")),
    )
    return _move(request, wish)


def _move(request: AdvisorRequest, wish: Wish) -> HttpResponse:
    answers = {name: request.POST[name] for name in ("lost_reason", "funded_amount") if name in request.POST}
    try:
        moved = move_to(
            wish.lead,
            wish.stage,
            by=Actor.advisor(request.advisor),
            now=timezone.now(),
            above=wish.above,
            below=wish.below,
            seen_version=wish.seen_version,
            answers=answers,
        )
    except Changed as error:
        return _refused(request, wish.lead, wish.stage, _("Not moved. %(words)s") % {"words": error.words}, status=409)
    except StageRefused as error:
        if error.rule in ANSWERABLE:
            return _ask(request, wish, error, again=bool(answers))
        return _refused(request, wish.lead, wish.stage, _("Not moved. %(words)s") % {"words": error.words}, status=422)
    return _moved(request, wish, moved)


def _moved(request: AdvisorRequest, wish: Wish, moved: bool) -> HttpResponse:
    """The card as it is now, and the heads of both columns."""
    words = (
        _("%(display_name)s moved to %(stage)s") % {"display_name": wish.lead.display_name, "stage": wish.stage.label}
        if moved
        else _("Nothing had to be moved.")
    )
    if not _wants_part(request):
        messages.success(request, words)
        return _back(request, wish.lead)
    now = timezone.now()
    view = view_of(request)[0]
    board = read_board(view, now=now, only=())
    card = one_card(view, wish.lead, now=now) if view.shows(wish.stage) else None
    context = {
        "board": board,
        "columns": [board.column(pk) for pk in {wish.before.pk: 1, wish.stage.pk: 1}],
        "card": card,
        "gone": None if card else wish.lead,
        **addresses(request),
        "toast": words,
        "undo": wish if moved and wish.before.pk != wish.stage.pk else None,
    }
    return render(request, "leads/_moved.html", context)


def _refused(request: AdvisorRequest, lead: Lead, stage: Stage, words: str, *, status: int) -> HttpResponse:
    """Why not, and the columns concerned as they are now: where the lead stands, came from, and was to go."""
    if not _wants_part(request):
        messages.error(request, words)
        return _back(request, lead)
    fresh = Lead.objects.visible_to(request.advisor).filter(pk=lead.pk).values_list("stage_id", flat=True).first()
    view = view_of(request)[0]
    shown = Stage.objects.filter(organization=request.advisor.organization, uuid__in=_uuids(request.POST, "from"))
    touched = {fresh or stage.pk, stage.pk, *shown.values_list("pk", flat=True)}
    board = read_board(view, now=timezone.now(), only=touched, sizes=sizes_of(request.POST.getlist("shown")))
    columns = [column for column in board.columns if column.stage.pk in touched]
    context = {"board": board, "columns": columns, **addresses(request), "toast": words, "lead": lead}
    return render(request, "leads/_not_moved.html", context, status=status)


def _back(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Without script: to where the form was."""
    return redirect(f"/leads/{lead.uuid}" if request.POST.get("back") == "lead" else "leads:board")


def _ask(request: AdvisorRequest, wish: Wish, error: StageRefused, *, again: bool) -> HttpResponse:
    """The stage's question as a dialog, or as a page without script."""
    context: dict[str, Any] = {
        "wish": wish,
        "asks_reason": error.rule == StageRule.LOST_REASON,
        "asks_amount": error.rule == StageRule.FUNDED_AMOUNT,
        "reasons": LOST_REASONS,
        "error": error.words if again else "",
        "given": request.POST,
        **addresses(request),
    }
    template = "leads/_stage_asks.html" if _wants_part(request) else "leads/stage_asks.html"
    return render(request, template, context, status=422)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of "Move to…": number is its key, why_not names what is missing."""

    number: int
    stage: Stage
    is_here: bool
    asks: str
    why_not: str


def _choices(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    stages = Stage.objects.filter(organization=request.advisor.organization).order_by("position", "pk")
    missing = checklists.progress_of(request.advisor.organization, [lead.pk])[lead.pk].missing
    asks = {StageRule.LOST_REASON: _("asks reason"), StageRule.FUNDED_AMOUNT: _("asks amount")}
    choices = [
        Choice(
            number=number,
            stage=stage,
            is_here=stage.pk == lead.stage_id,
            asks=asks.get(StageRule(stage.asks_for), ""),
            why_not=_("%(number)s missing") % {"number": missing}
            if stage.asks_for == StageRule.DOCUMENTS and missing
            else "",
        )
        for number, stage in enumerate(stages, start=1)
    ]
    context = {"lead": lead, "choices": choices, **addresses(request)}
    return render(request, "leads/_move_menu.html" if _wants_part(request) else "leads/move.html", context)


def _wants_part(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def _uuids(form: QueryDict, name: str) -> list[uuid.UUID]:
    """The one UUID of a field; none when it is missing or is no UUID."""
    try:
        return [uuid.UUID(form.get(name, ""))]
    except ValueError:
        return []


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
