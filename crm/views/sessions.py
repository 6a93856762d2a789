"""Where somebody is signed in, and the end of it: one session or all others, by whoever shows who they are."""

from __future__ import annotations

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import list_usersessions
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.stepping_up import freshly_known


@login_required
def sessions(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = (freshly_known(list_usersessions) if request.method == "POST" else list_usersessions)(
        request
    )
    return answer


@login_required
@require_POST
@freshly_known
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own that is open here ends as by signing out."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user.pk)
    end_sessions(request, [session])
    messages.success(request, _("That session is over."))
    return redirect("usersessions_list")
