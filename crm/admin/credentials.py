"""Keys: a new one shows its secret on one page, once; an old one can only be revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import keys
from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, StepUp
from crm.admin.settled import ForGood
from crm.models import Credential, CredentialKind, Organization

_OWN = ("name", "tier", "expires_at")


class NewKeyForm(forms.ModelForm):
    """Every kind is asked for by organisation; keys.issue knows who holds it."""

    class Meta:
        model = Credential
        fields = ("kind", "organization", "advisor", "permission", *_OWN)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        organization, advisor = given.get("organization"), given.get("advisor")
        if organization is None and "organization" not in self.errors:
            self.add_error(
                "organization", _("Which organisation is the key for? A RecoverBiz key goes to its partner.")
            )
        if given.get("kind") == CredentialKind.USERLEADS and advisor is None:
            self.add_error("advisor", _("A userleads key belongs to an advisor."))
        if advisor and organization and advisor.organization_id != organization.pk:
            names = {"advisor": advisor, "organization": organization}
            self.add_error("advisor", _("%(advisor)s does not work at %(organization)s.") % names)
        if given.get("expires_at") and given["expires_at"] <= timezone.now():
            self.add_error("expires_at", _("This moment is over. Choose one that is still to come."))
        return given

    def _get_validation_exclusions(self) -> set[str]:
        # The holder is settled on issue, so the constraint on who holds which kind can't be judged yet.
        return super()._get_validation_exclusions() | {"organization", "partner"}  # type: ignore[misc]


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("Live")), ("expired", _("Expired")), ("revoked", _("Revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Credential]) -> QuerySet[Credential]:
        now = timezone.now()
        match self.value():
            case "live":
                return queryset.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
            case "expired":
                return queryset.filter(expires_at__lte=now, revoked_at=None)
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
        return queryset


@admin.register(Credential)
class CredentialAdmin(StepUp, ForGood):
    list_display = (
        *("prefix", "kind", "name", "holder", "permission", "tier"),
        *("created_at", "last_used_at", "expires_at", "revoked_at"),
    )
    list_filter = (ORGANIZATION, "kind", StateFilter, "permission", "tier")
    list_select_related = ("organization", "partner", "advisor__user")
    search_fields = ("prefix", "name", "organization__name", "organization__public_id", "partner__name")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    actions = ("revoke",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | ({} if obj else {"form": NewKeyForm}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*_SETTLED, *_OWN) if obj else NewKeyForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _SETTLED if obj else ()

    @admin.display(description=gettext_lazy("holder"))
    def holder(self, key: Credential) -> str:
        return str(key.advisor or key.partner or key.organization)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=_OWN)
            return
        organization: Organization = form.cleaned_data["organization"]
        made, secret = keys.issue(
            organization=organization,
            kind=obj.kind,
            advisor=obj.advisor,
            permission=obj.permission,
            name=obj.name,
            tier=obj.tier,
            expires_at=obj.expires_at,
            may_reach_partner=True,
            by=actor_of(request, organization),
            now=timezone.now(),
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        request.new_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Credential, post_url_continue: Any = None) -> HttpResponse:
        """The secret goes straight onto this page: a flash message would first lie in a cookie or session."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("A new key"),
            "key": obj,
            "secret": request.new_secret,  # type: ignore[attr-defined]
        }
        page = TemplateResponse(request, "admin/crm/credential/issued.html", context)
        add_never_cache_headers(page)
        return page

    @admin.action(description=gettext_lazy("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        count = keys.revoke_all(queryset, by_label=str(request.user), now=timezone.now())
        words = ngettext(
            "%(number)d key revoked; it opens nothing any more.",
            "%(number)d keys revoked; they open nothing any more.",
            count,
        )
        self.message_user(request, words % {"number": count}, messages.SUCCESS)


_SETTLED = (
    *("prefix", "kind", "organization", "partner", "advisor", "permission"),
    *("created_at", "last_used_at", "revoked_at"),
)
