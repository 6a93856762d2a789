"""The editor of one sequence: its steps are written, moved about, tried, and published as the next version."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from crm.access import AdvisorRequest
from crm.models import Actor
from leads.errors import Changed
from leads.views.visible import wants_part
from sequences import authoring
from sequences.models import Sequence, SequenceVersion, StepKind
from sequences.publishing import Published, publish
from sequences.step_forms import StepForms
from sequences.views import editor_page
from sequences.views.door import for_authors, in_own_time, may_write, of_sequence

_MOVES = {"up": -1, "down": 1}


@in_own_time
@of_sequence
@require_http_methods(["GET", "HEAD", "POST"])
def editor(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """GET: the page, ?version= with the steps of an older one to begin with. POST: publish the steps."""
    if request.method != "POST":
        return editor_page.page(request, sequence, _opened(request, sequence), seen=_number(sequence))
    if not may_write(request.advisor):
        raise PermissionDenied(_("Managers write sequences. Ask one of yours to change something."))
    steps, seen = StepForms.sent(request.POST), _seen(request)
    if not len(steps) or not steps.is_valid():
        return editor_page.page(request, sequence, steps, seen=seen, status=422)
    try:
        done = publish(
            sequence,
            steps.contents(),
            seen=seen,
            for_running=request.POST.get("who") == "running",
            by=Actor.advisor(request.advisor),
            now=timezone.now(),
        )
    except Changed:
        conflict = editor_page.conflict_with(sequence, seen)
        return editor_page.page(request, sequence, steps, seen=_number(sequence), conflict=conflict, status=409)
    messages.success(request, _told(done, sequence))
    return redirect("sequences:editor", sequence.public_id)


@for_authors
@of_sequence
@require_POST
def sketch(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """do=add-<kind>[-<key>], up-<key>, down-<key>, remove-<key> or nothing: the steps drawn anew. Nothing is stored."""
    steps = StepForms.sent(request.POST)
    verb, _dash, rest = request.POST.get("do", "").partition("-")
    focus, says, is_open = "", "", request.POST.get("open", "")
    if verb == "add":
        kind, _dash, after = rest.partition("-")
        if kind not in StepKind.values or not steps.can_grow:
            raise Http404("No such kind of step.")
        added = steps.add(StepKind(kind), after=after)
        focus, is_open = f"text-{added.key}", added.key
        says = _("Step %(n)d added") % {"n": added.number}
    elif verb in _MOVES and (moved := steps.with_key(rest)):
        steps.move(rest, _MOVES[verb])
        focus, says = f"more-{rest}", _("Now step %(n)d") % {"n": moved.number}
    elif verb == "remove" and (gone := steps.with_key(rest)):
        steps.remove(rest)
        focus, says = "add-step", _("Step %(n)d removed") % {"n": gone.number}
    if not wants_part(request):
        return editor_page.page(request, sequence, steps, seen=_seen(request), open=is_open)
    return _drawn(request, sequence, steps, {"focus": focus, "says": says}, is_open)


def _drawn(
    request: AdvisorRequest, sequence: Sequence, steps: StepForms, told: dict[str, str], is_open: str
) -> HttpResponse:
    since = None if request.POST.get("results") == "all" else timezone.now() - editor_page.LATELY
    editor_page.with_results(sequence, steps, since=since)
    context = {
        "sequence": sequence,
        "steps": steps,
        "open": is_open,
        "may_write": True,
    }
    response = render(request, "sequences/_steps.html", context)
    return trigger_client_event(response, "steps-drawn", told, after="settle")


def _opened(request: AdvisorRequest, sequence: Sequence) -> StepForms:
    older = request.GET.get("version", "")
    if not older:
        return StepForms.of(authoring.contents_of(sequence.current_id))
    if not (older.isascii() and older.isdigit() and len(older) < 9):
        raise Http404("No such version.")
    version = get_object_or_404(SequenceVersion, sequence=sequence, number=int(older))
    return StepForms.of(authoring.contents_of(version.pk))


def _number(sequence: Sequence) -> int:
    return sequence.current.number if sequence.current else 0


def _seen(request: AdvisorRequest) -> int:
    """The version that the author started from; 0, which is none, for anything that the page did not send."""
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def _told(done: Published, sequence: Sequence) -> str:
    if not done.is_new and not done.moved:
        return _("Nothing was changed")
    said = _("Version %(n)d is published") if sequence.is_active else _("Saved as version %(n)d")
    told = said % {"n": done.number}
    if done.moved:
        told += ". " + ngettext("%(n)d lead goes on with it", "%(n)d leads go on with it", done.moved) % {
            "n": done.moved
        }
    return told
