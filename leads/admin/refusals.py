"""What the domain refuses shows on the form that asked for it, with everything that was typed still there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from crm.admin.base import Page
from leads.errors import DomainError


class RefusableForm(forms.ModelForm):
    """refusal is set when the domain has said no to this very form a moment ago."""

    refusal: DomainError | None = None

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if self.refusal:
            field = self.refusal.field.partition("[")[0]
            self.add_error(field if field in self.fields else None, self.refusal.words)
        return given


class Refusable(Page):
    """For admins whose save_model calls the domain, with a form that is a RefusableForm."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:  # the transaction is undone; the second pass only shows why
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form
