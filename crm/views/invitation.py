"""The other end of an invitation: whoever follows its link takes a place in the organisation."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SetPasswordField
from allauth.account.utils import perform_login
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm import invitations, reach
from crm.invitations import NotOpen
from crm.models import Invitation, User
from crm.team import CannotJoin


class NewLogInForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = SetPasswordField(label=_("Password"))

    def __init__(self, data: Any = None, *, email: str) -> None:
        super().__init__(data)
        self.fields["password"].user = User(email=email)  # type: ignore[attr-defined]  # no password like the address


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET: who invites, and what it takes. POST: in."""
    try:
        with reach.everybody():
            invitation = invitations.by_token(token, timezone.now())
        reach.turn_to(invitation.organization_id)
        return _answer(request, invitation)
    except (NotOpen, CannotJoin) as refused:
        return render(request, "crm/invitation_over.html", {"why": str(refused)}, status=410)


def _answer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    known = User.objects.filter(email__iexact=invitation.email).first()
    form = None if known else NewLogInForm(request.POST or None, email=invitation.email)
    is_them = known is not None and request.user == known
    if request.method == "POST" and is_them:
        return _go_in(request, invitation, user=known)
    if request.method == "POST" and form and not request.user.is_authenticated and form.is_valid():
        return _go_in(request, invitation, **form.cleaned_data)
    context = {"invitation": invitation, "form": form, "is_them": is_them}
    return render(request, "crm/invitation.html", context, status=422 if form and form.errors else 200)


def _go_in(request: HttpRequest, invitation: Invitation, **who: Any) -> HttpResponse:
    advisor = invitations.accept(invitation, now=timezone.now(), **who)
    response: HttpResponse = redirect("crm:home")
    if not request.user.is_authenticated:
        response = perform_login(request, advisor.user)
    request.session["organization"] = advisor.organization.public_id
    return response
