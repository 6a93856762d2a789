"""The papers of a lead: hand in, look at, remove."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import IO, Any, Concatenate, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import checklists, documents
from leads.errors import DomainError
from leads.models import Document, Lead
from leads.uploads import tidy_name
from leads.views.checks import Refusal, checklist_of
from leads.views.lead import answer
from leads.views.stored import opened_or_told
from leads.views.visible import of_visible_lead

PART = "leads/_checklist.html"
MOST_AT_ONCE = 10  # files in one request
MOST_BYTES_AT_ONCE = 100_000_000

#: Nothing in a file may run, be guessed at, or stay behind.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def weighed[**P](view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    Look at the size of a request before anybody reads it: request.is_too_large.

    Django's check of the form's token reads the whole body, so the view does that check itself, with csrf_protect, once
    it knows who is there.
    """

    @csrf_exempt
    @wraps(view)
    def looked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        length = request.headers.get("Content-Length", "")
        request.is_too_large = not length.isdecimal() or int(length) > MOST_BYTES_AT_ONCE  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return looked


@weighed
@require_POST
@of_visible_lead
def upload(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """files, for the item named by its key (empty: any other paper), in place of the document named by instead_of."""
    if request.is_too_large:  # type: ignore[attr-defined]
        refusals = [Refusal("", too_large())]
        return answer(request, lead, PART, checklist_of(lead, timezone.now(), refusals=refusals), status=413)
    return csrf_protect(_upload)(request, lead)


def _upload(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    key, instead_of = request.POST.get("item", ""), _named(lead, request.POST.get("instead_of", ""))
    item = checklists.item_named(lead, key) if key else None
    if key and item is None:
        raise Http404("No such item.")
    kept, refusals = kept_of(
        request,
        lambda file: documents.hand_in(
            lead,
            file,
            item=item,
            by=Actor.advisor(request.advisor),
            by_advisor=request.advisor,
            now=timezone.now(),
            instead_of=instead_of,
        ),
    )
    context = checklist_of(lead, timezone.now(), refusals=refusals)
    response = answer(request, lead, PART, context, status=422 if refusals else 200)
    if kept:
        response["HX-Trigger"] = "lead-changed"
    return response


def kept_of(request: HttpRequest, keep: Callable[[UploadedFile], Document]) -> tuple[int, list[Refusal]]:
    """How many of the request's files were kept, and why the others were not."""
    files = request.FILES.getlist("files")
    if not files:
        return 0, [Refusal("", _("Choose a file first."))]
    if len(files) > MOST_AT_ONCE:
        return 0, [Refusal("", _("Please send at most %(most)s files at once.") % {"most": MOST_AT_ONCE})]
    refusals = []
    for file in files:
        try:
            keep(file)
        except DomainError as error:
            refusals.append(Refusal(tidy_name(file.name or ""), error.words))
    return len(files) - len(refusals), refusals


def too_large() -> str:
    return _("These files are too large together. Please send them one by one.")


@of_visible_lead
@require_safe
def document(request: AdvisorRequest, lead: Lead, document: uuids.UUID) -> HttpResponse:
    """The file, to be saved; a picture may be shown on the page as well, because <img> asks no header."""
    found = get_object_or_404(Document, uuid=document, lead=lead)
    file = opened_or_told(request, lambda: found.file.open("rb"))
    if isinstance(file, HttpResponse):
        return file
    if request.method == "GET":
        documents.opened(found, by=Actor.advisor(request.advisor), now=timezone.now())
    return cast(HttpResponse, as_attachment(file, found))


def as_attachment(file: IO[bytes], document: Document) -> FileResponse:
    return FileResponse(
        file, as_attachment=True, filename=document.name, content_type=document.content_type, headers=HEADERS
    )


@of_visible_lead
@require_POST
def removal(request: AdvisorRequest, lead: Lead, document: uuids.UUID) -> HttpResponse:
    """Delete it for good."""
    found = get_object_or_404(Document.objects.select_related("lead", "item"), uuid=document, lead=lead)
    documents.remove(found, by=Actor.advisor(request.advisor), now=timezone.now())
    return answer(request, lead, PART, checklist_of(lead, timezone.now()))


def _named(lead: Lead, given: Any) -> Document | None:
    """The lead's document of this uuid; none when no uuid is given."""
    if not given:
        return None
    try:
        return get_object_or_404(Document, uuid=uuids.UUID(given), lead=lead)
    except ValueError:
        raise Http404("No such document.") from None
