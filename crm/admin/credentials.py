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

from crm.admin.settled import ForGood
from crm.models import Credential, CredentialKind, Organization

_OWN = ("name", "tier", "expires_at")


class NewKeyForm(forms.ModelForm):
    """Every kind is asked for by organisation; issue() knows who holds it."""

    class Meta:
        model = Credential
        fields = ("kind", "organization", "advisor", "permission", *_OWN)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        organization, advisor = given.get("organization"), given.get("advisor")
        if organization is None and "organization" not in self.errors:
            self.add_error("organization", "Which organisation is the key for? A RecoverBiz key goes to its partner.")
        if given.get("kind") == CredentialKind.USERLEADS and advisor is None:
            self.add_error("advisor", "A userleads key belongs to an advisor.")
        if advisor and organization and advisor.organization_id != organization.pk:
            self.add_error("advisor", f"{advisor} does not work at {organization}.")
        return given

    def _get_validation_exclusions(self) -> set[str]:
        # The holder is settled on issue, so the constraint on who holds which kind can't be judged yet.
        return super()._get_validation_exclusions() | {"organization", "partner"}  # type: ignore[misc]


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("expired", "Expired"), ("revoked", "Revoked")]

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
class CredentialAdmin(ForGood):
    list_display = (
        "prefix",
        "kind",
        "name",
        "holder",
        "permission",
        "tier",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("kind", StateFilter, "permission", "tier")
    list_select_related = ("organization", "partner", "advisor__user")
    search_fields = ("prefix", "name", "organization__name", "organization__public_id", "partner__name")
    autocomplete_fields = ("organization", "advisor")
    ordering = ("-pk",)
    actions = ("revoke",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | ({} if obj else {"form": NewKeyForm}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*_SETTLED, *_OWN) if obj else NewKeyForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _SETTLED if obj else ()

    @admin.display(description="held by")
    def holder(self, key: Credential) -> str:
        return str(key.advisor or key.partner or key.organization)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=_OWN)
            return
        organization: Organization = form.cleaned_data["organization"]
        made, secret = Credential.issue(
            obj.kind, organization=organization, advisor=obj.advisor, permission=obj.permission, name=obj.name
        )
        Credential.objects.filter(pk=made.pk).update(tier=obj.tier, expires_at=obj.expires_at)
        obj.pk = made.pk
        obj.refresh_from_db()
        request.new_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Credential, post_url_continue: Any = None) -> HttpResponse:
        """The secret goes straight onto this page: a flash message would first lie in a cookie or session."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "A new key",
            "key": obj,
            "secret": request.new_secret,  # type: ignore[attr-defined]
        }
        page = TemplateResponse(request, "admin/crm/credential/issued.html", context)
        add_never_cache_headers(page)
        return page

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} key(s) revoked; they open nothing any more.", messages.SUCCESS)


_SETTLED = (
    "prefix",
    "kind",
    "organization",
    "partner",
    "advisor",
    "permission",
    "created_at",
    "last_used_at",
    "revoked_at",
)
