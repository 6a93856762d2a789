"""What advisors type in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor
from leads import contact
from leads.filters import titled
from leads.models import Priority, Source, Stage

PRODUCTS = (
    gettext_lazy("Working capital"),
    gettext_lazy("Line of credit"),
    gettext_lazy("Term loan"),
    gettext_lazy("Equipment"),
    gettext_lazy("SBA 7(a)"),
    gettext_lazy("Acquisition"),
    gettext_lazy("Refinance"),
)
_NOT_MONEY = re.compile(r"[\s,$]")


class NewLeadForm(forms.Form):
    business_name = forms.CharField(label=gettext_lazy("Business"), max_length=255, required=False)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    requested_amount = forms.CharField(label=gettext_lazy("Requested amount"), max_length=32, required=False)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=100, required=False)
    source = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=lambda: [(value, titled(label)) for value, label in Source.choices]
    )
    advisor = forms.ChoiceField(label=gettext_lazy("Advisor"), required=False)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=Priority.choices)
    tags = forms.CharField(label=gettext_lazy("Tags"), max_length=300, required=False)
    has_consent = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        me: Advisor,
        team: Mapping[int, Advisor],
        stages: Sequence[Stage],
        initial: Mapping[str, Any] | None = None,
        by_rules: bool = False,
    ) -> None:
        first = {"advisor": str(me.uuid), "source": Source.MANUAL, "priority": Priority.NORMAL}
        super().__init__(data, initial={**first, **(initial or {})})
        self.team = {str(person.uuid): person for person in team.values() if person.is_active}
        self.stages = {stage.key: stage for stage in stages}
        names = {key: person.name for key, person in self.team.items()}
        names[str(me.uuid)] = _("%(name)s (me)") % {"name": me.name}
        nobody = _("Whom the assignment rules choose") if by_rules else _("Nobody yet")
        self.fields["advisor"].choices = [("", nobody), *names.items()]  # type: ignore[attr-defined]
        self.fields["stage"].choices = [(stage.key, stage.label) for stage in stages]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        digits = sum(character.isdigit() for character in phone)
        if not phone or contact.e164(phone):
            return phone
        if not phone.startswith("+") and digits in (8, 9):
            short = _("One digit") if digits == 9 else _("Two digits")
            raise forms.ValidationError(_("%(short)s short for a US number.") % {"short": short})
        raise forms.ValidationError(_("This can't be dialled. Write it like (415) 555-0123, or +44 … from abroad."))

    def clean_requested_amount(self) -> str:
        amount = _NOT_MONEY.sub("", self.cleaned_data["requested_amount"])
        if amount and not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", amount, re.ASCII):
            raise forms.ValidationError(_("Write an amount in dollars, like 85,000."))
        return amount

    def clean_tags(self) -> list[str]:
        names = dict.fromkeys(name.strip() for name in self.cleaned_data["tags"].split(","))
        if any(len(name) > 100 for name in names):
            raise forms.ValidationError(_("A tag has at most 100 characters."))
        return [name for name in names if name]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if not any(given.get(name) for name in ("business_name", "first_name", "last_name")):
            self.add_error("business_name", _("Give the business or a name: a card needs a heading."))
        has_no_address = not any(name in self.errors or given.get(name) for name in ("phone", "email"))
        if has_no_address:
            self.add_error("phone", _("Give a phone number or an e-mail address to reach them at."))
        return given

    def lead_fields(self) -> dict[str, Any]:
        """The fields as leads.intake takes them."""
        given = self.cleaned_data
        return {
            "business_name": given["business_name"],
            "first_name": given["first_name"],
            "last_name": given["last_name"],
            "phone": given["phone"],
            "email": given["email"],
            "requested_amount_given": given["requested_amount"],
            "custom_fields": {"product": given["product"]} if given["product"] else {},
            "priority": given["priority"],
            "tags": given["tags"],
            "advisor": self.team.get(given["advisor"]),
            "stage": self.stages[given["stage"]],
        }

    @property
    def phone_e164(self) -> str | None:
        return contact.e164(self.cleaned_data["phone"])
