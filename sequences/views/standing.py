"""What a manager does to a sequence as a whole: set up, switch on and off, copy, delete."""

from __future__ import annotations

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads.errors import Changed, DomainError
from sequences import authoring, pausing
from sequences.models import Sequence
from sequences.publishing import set_up
from sequences.setup_form import SetupForm
from sequences.step_forms import StepForms
from sequences.views import editor_page
from sequences.views.door import for_authors, of_sequence


@for_authors
@of_sequence
@require_POST
def setup(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """Name, purpose, default, goal and starts; 409 with what a colleague has made of the same field meanwhile."""
    form, status = SetupForm.of(sequence, request.POST), 422
    if form.is_valid():
        try:
            set_up(
                sequence,
                form.wanted_setup(),
                seen=form.seen_setup(),
                by=Actor.advisor(request.advisor),
                now=timezone.now(),
            )
        except signing.BadSignature:
            form.add_error(None, _("This form is not one of ours. Open the page anew."))
        except Changed as error:
            sequence.refresh_from_db()
            now_is = SetupForm.of(sequence).told(error.field)
            form.add_error(error.field, _("Meanwhile a colleague changed this to: %(value)s") % {"value": now_is})
            status = 409
        except DomainError as error:
            form.add_error("starts", error.words)
        else:
            messages.success(request, _("Saved"))
            return redirect("sequences:editor", sequence.public_id)
    steps = StepForms.of(authoring.contents_of(sequence.current_id))
    number = sequence.current.number if sequence.current else 0
    return editor_page.page(request, sequence, steps, setup=form, seen=number, status=status)


@for_authors
@of_sequence
@require_POST
@transaction.atomic
def switch(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """on=1 or 0; running=1: those under way rest, or go on, with it."""
    is_on, with_running = request.POST.get("on") == "1", request.POST.get("running") == "1"
    by, now = Actor.advisor(request.advisor), timezone.now()
    authoring.change_sequence(sequence, {"is_active": is_on}, by=by, now=now)
    count = 0
    if with_running:
        count = (pausing.resume_running if is_on else pausing.pause_running)(sequence, by=by, now=now)
    told = _("It takes new leads from now on") if is_on else _("Nobody new starts it any more")
    if count:
        words = (
            ngettext("%(n)d lead goes on", "%(n)d leads go on", count)
            if is_on
            else ngettext("%(n)d lead rests", "%(n)d leads rest", count)
        )
        told += ". " + words % {"n": count}
    messages.success(request, told)
    return redirect("sequences:editor", sequence.public_id)


@for_authors
@of_sequence
@require_POST
def copies(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """The same steps once more, as a draft."""
    name = (_("Copy of %(name)s") % {"name": sequence.name})[:255]
    copy = authoring.duplicate(sequence, name=name, by=Actor.advisor(request.advisor), now=timezone.now())
    messages.success(request, _("This is the copy. It is switched off, and nothing starts it."))
    return redirect("sequences:editor", copy.public_id)


@for_authors
@of_sequence
@require_POST
def deletion(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    count = authoring.delete_sequence(sequence, by=Actor.advisor(request.advisor), now=timezone.now())
    told = _("“%(name)s” is deleted") % {"name": sequence.name}
    if count:
        told += ". " + ngettext("It has ended for %(n)d lead", "It has ended for %(n)d leads", count) % {"n": count}
    messages.success(request, told)
    return redirect("sequences:list")
