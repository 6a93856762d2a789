"""The page that a day begins with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The board, for now the page that a day begins with."""
    return redirect("leads:board")
