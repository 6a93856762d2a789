"""Businesses and contacts that leads belong to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from crm.admin.base import ORGANIZATION
from crm.admin.settled import PlainDelete
from leads.models import Company, Contact


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ("organization", "company", "first_name", "last_name", "email", "phone")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        company = given.get("company")
        owner = self.instance.organization_id or getattr(given.get("organization"), "pk", None)
        if company and company.organization_id != owner:
            self.add_error("company", gettext_lazy("That one belongs to another organisation."))
        return given


class _Kept(PlainDelete):
    """Stays in its organisation for good; leads that name it let go of it when it is deleted."""

    list_filter = (ORGANIZATION,)
    show_full_result_count = False
    ordering = ("-pk",)
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "organization") if obj else self.readonly_fields


@admin.register(Company)
class CompanyAdmin(_Kept):
    list_display = ("name", "id", "industry", "phone", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name", "id__exact")
    readonly_fields = ("created_at",)
    sortable_by = ()


@admin.register(Contact)
class ContactAdmin(_Kept):
    form = ContactForm
    list_display = ("__str__", "company", "email", "phone", "organization", "created_at")
    list_select_related = ("organization", "company")
    search_fields = ("last_name", "first_name", "email", "phone")
    readonly_fields = ("uuid", "created_at")
    sortable_by = ()
