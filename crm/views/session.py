"""In and out: Django's own log-in, with our page around it."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "That e-mail address and password don't belong together. Passwords know capitals.",
        "inactive": "This account has been switched off. A manager can switch it on again.",
    }


class SignIn(LoginView):
    template_name = "crm/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Only by POST, so that a stray link signs nobody out."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The board, for now the page that a day begins with."""
    return redirect("leads:board")
