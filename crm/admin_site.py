"""The administrators' site: whom it lets in, and by which door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import activate, gettext_lazy
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from crm import reach
from crm.models import Organization, User
from crm.signing_in import second_steps

_SIGN_IN = ("auth", "account", "mfa", "usersessions")
_ORDER = ("crm", "leads", "sequences", "api", "django_q", *_SIGN_IN, "admin")

type View = Callable[..., HttpResponseBase]


class Site(UnfoldAdminSite):
    """
    Staff come in by everybody's sign-in page, with its limits and second steps; Django's own form would have neither.

    Whoever has no second step sets one up first.
    """

    index_title = gettext_lazy("Overview")
    index_template = "admin/overview.html"

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        guarded: View = super().admin_view(view, cacheable)

        @wraps(guarded)
        def second_step_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request):
                reach.turn_to_everybody()
                _speak_theirs(request)
            if self.has_permission(request) and _lacks_second_step(request):
                messages.error(request, _("The administration asks for a second step. Set one up to go on."))
                return redirect("mfa_index")
            return guarded(request, *args, **kwargs)

        return second_step_first

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Only staff come in here.")
        onward = get_next_redirect_url(request) or reverse("admin:index")
        return redirect(onward) if self.has_permission(request) else redirect_to_login(onward)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Without unfold's colours: they would be an inline style, which the policy blocks."""
        return super().each_context(request) | {"colors": None}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """What is looked for most stands first, and all that is about signing in together."""
        apps = {app["app_label"]: app for app in super().get_app_list(request, app_label)}
        if app_label is not None:
            return list(apps.values())
        sign_in = [apps.pop(name) for name in _SIGN_IN if name in apps]
        if sign_in:
            models = [model for app in sign_in for model in app["models"]]
            apps[sign_in[0]["app_label"]] = sign_in[0] | {"name": _("Signing in"), "models": models}
        return sorted(apps.values(), key=_place)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from crm.admin.overview import overview

        return super().index(request, {"groups": overview(request), **(extra_context or {})})


def _place(app: dict[str, Any]) -> int:
    return _ORDER.index(app["app_label"]) if app["app_label"] in _ORDER else len(_ORDER)


def _lacks_second_step(request: HttpRequest) -> bool:
    """Where there is nothing but demonstration data, a password is enough: its passwords are well-known anyway."""
    if not settings.ADMIN_SECOND_STEP:
        return False
    assert isinstance(request.user, User)
    return not second_steps(request.user).exists() and not _is_only_a_demo()


def _speak_theirs(request: HttpRequest) -> None:
    """In the language they chose, until crm.languages.Speaking takes it back; what they left open, the browser says."""
    assert isinstance(request.user, User)
    if language := request.user.language:
        activate(language)
        request.LANGUAGE_CODE = request.chosen_language = language  # type: ignore[attr-defined]


def _is_only_a_demo() -> bool:
    return set(Organization.objects.values_list("is_demo", flat=True).distinct()) == {True}
