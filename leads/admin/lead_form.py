"""The form of a lead: what may be typed, and what of it is handed to the domain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.utils import flatten
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.models import Advisor
from leads.admin.refusals import RefusableForm
from leads.fields import PLAIN
from leads.models import Lead, Stage

type Rows = tuple[str | tuple[str, ...], ...]

WHERE: Rows = (("stage", "advisor"), ("priority", "tag_names"), ("lost_reason", "funded"))
WHO: Rows = (("name", "first_name", "last_name"), ("business_name", "dba", "title"), ("gender", "date_of_birth"))
REACH: Rows = (
    ("phone", "phone_code", "email"),
    ("alt_phone_1", "alt_phone_2"),
    ("address1", "address2", "city"),
    ("state", "province", "postal_code", "country"),
    "property_address",
    ("time_zone", "carrier_name", "carrier_type"),
)
WANTS: Rows = (
    ("requested_amount_given", "monthly_revenue_given", "annual_revenue_given"),
    ("industry", "start_date"),
    "notes",
    ("company", "contact"),
)
ORIGIN: Rows = (("source", "source_label", "source_id"), "external_id", "external_ids", "metadata", "custom_fields")
CONSENT: Rows = (("consent_basis", "consent_source"),)
DIALER: Rows = (("dial_list", "status_code"), ("std_company_name", "std_consumer_number", "std_account_number"))
_NOT_COLUMNS = {"tag_names", "funded"}
#: Rows that must be of the lead's own organisation.
_LINKS = ("stage", "advisor", "company", "contact", "dial_list")


class LeadForm(RefusableForm):
    tag_names = forms.CharField(
        label=_("Tags"), required=False, help_text=_("With commas between them"), widget=UnfoldAdminTextInputWidget
    )
    funded = forms.CharField(
        label=_("Funded amount"),
        required=False,
        help_text=_("Only for a move to a stage that asks for it"),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Lead
        fields = tuple(
            name
            for name in flatten(("organization", *WHERE, *WHO, *REACH, *WANTS, *ORIGIN, *CONSENT, *DIALER))
            if name not in _NOT_COLUMNS
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead = self.instance
        if lead.pk is None:
            return
        self.initial["tag_names"] = ", ".join(lead.lead_tags.order_by("pk").values_list("tag__name", flat=True))
        self._offer("stage", Stage.objects.filter(organization_id=lead.organization_id).order_by("position"))
        team = Advisor.objects.filter(organization_id=lead.organization_id).select_related("user")
        self._offer("advisor", (team.filter(is_active=True) | team.filter(pk=lead.advisor_id or 0)).order_by("pk"))

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        owner = self.instance.organization_id or getattr(given.get("organization"), "pk", None)
        for name in _LINKS:
            row = given.get(name)
            if row is not None and row.organization_id != owner:
                self.add_error(name, _("That one belongs to another organisation."))
        for name in ("external_ids", "metadata", "custom_fields"):
            if name in given and not isinstance(given[name] or {}, dict):
                self.add_error(name, _("Keys and values in braces, please."))
        return given

    def given(self) -> dict[str, Any]:
        """For a new lead: all that was filled in, as intake wants it."""
        values = {name: value for name, value in self.cleaned_data.items() if name in PLAIN and value}
        return values | {"tags": self._tags()}

    def changes(self) -> dict[str, Any]:
        """For a known lead: what was changed, as change_lead wants it."""
        names = [name for name in self.changed_data if name in PLAIN]
        values = {name: self.cleaned_data[name] for name in names}
        for name in ("external_ids", "metadata", "custom_fields"):
            if name in values:
                values[name] = values[name] or {}
        return values | ({"tags": self._tags()} if "tag_names" in self.changed_data else {})

    def answers(self) -> dict[str, str]:
        """What a stage may ask for."""
        return {"lost_reason": self.cleaned_data["lost_reason"], "funded_amount": self.cleaned_data["funded"]}

    def _tags(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["tag_names"].split(",") if name.strip()]

    def _offer(self, name: str, rows: Any) -> None:
        """Only these, and no shortcut to another table in the middle of the form."""
        if name in self.fields:
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].widget = UnfoldAdminSelectWidget(choices=self.fields[name].choices)  # type: ignore[attr-defined]
