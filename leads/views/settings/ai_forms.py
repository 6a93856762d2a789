"""What managers type in about the model that writes for them. A key goes in, and never comes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import link_hosts
from crm.models import AiAccount, Organization

_PROVIDERS = (("openai", "OpenAI"), ("anthropic", "Anthropic"))
_A_PRICE = {"invalid": gettext_lazy("A number such as 0.15, or nothing.")}
_LONGEST_PAUSE = 720


class AccountForm(forms.Form):
    provider = forms.ChoiceField(label=gettext_lazy("Provider"), choices=_PROVIDERS)
    name = forms.CharField(
        label=gettext_lazy("Model"),
        max_length=80,
        error_messages={"required": gettext_lazy("Which model? The provider lists their names.")},
    )
    key = forms.CharField(label=gettext_lazy("API key"), max_length=255, required=False)
    price_read = forms.DecimalField(
        label=gettext_lazy("Price of a million tokens read, US dollars"),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=4,
        error_messages=_A_PRICE,
    )
    price_written = forms.DecimalField(
        label=gettext_lazy("Price of a million tokens written, US dollars"),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=4,
        error_messages=_A_PRICE,
    )

    @classmethod
    def of(cls, account: AiAccount | None) -> AccountForm:
        if account is None:
            return cls()
        provider, _colon, name = account.model.partition(":")
        prices = {"price_read": account.price_read, "price_written": account.price_written}
        return cls(initial={"provider": provider, "name": name, **prices})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        read, written = given.get("price_read"), given.get("price_written")
        if not self.errors and (read is None) != (written is None):
            self.add_error("price_written" if written is None else "price_read", _("Give both prices, or none."))
        return given

    def add_error(self, field: Any, error: Any) -> None:
        super().add_error("name" if field == "model" else field, error)

    @property
    def model(self) -> str:
        return f"{self.cleaned_data['provider']}:{self.cleaned_data['name'].strip()}"

    @property
    def prices(self) -> tuple[Decimal, Decimal] | None:
        read, written = self.cleaned_data["price_read"], self.cleaned_data["price_written"]
        return None if read is None else (read, written)


class RulesForm(forms.Form):
    ai_monthly_cap = forms.DecimalField(
        label=gettext_lazy("Most that it may cost in a month, US dollars"),
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        error_messages={"invalid": gettext_lazy("An amount such as 20, or nothing.")},
    )
    link_hosts = forms.CharField(label=gettext_lazy("May link to"), max_length=500, required=False)
    ai_pause_hours = forms.IntegerField(
        label=gettext_lazy("Hours of silence after an advisor wrote"),
        min_value=0,
        max_value=_LONGEST_PAUSE,
        error_messages={
            "invalid": gettext_lazy("A whole number of hours."),
            "required": gettext_lazy("A whole number of hours."),
        },
    )

    @classmethod
    def of(cls, organization: Organization) -> RulesForm:
        return cls(initial={name: getattr(organization, name) for name in cls.base_fields}, auto_id="rules_%s")

    def clean_link_hosts(self) -> str:
        try:
            return link_hosts.in_order(self.cleaned_data["link_hosts"])
        except link_hosts.HostRefused as error:
            raise forms.ValidationError(str(error)) from error
