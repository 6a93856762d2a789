"""What managers type in about the accounts that they send from. A secret goes in, and never comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Provider

_MOST_PER_MINUTE = 100_000


class RateForm(forms.Form):
    per_minute = forms.IntegerField(
        label=_("Messages a minute at most"),
        required=False,
        min_value=0,
        max_value=_MOST_PER_MINUTE,
        error_messages={"invalid": _("A whole number, or nothing.")},
    )


class TwilioForm(RateForm):
    external_id = forms.CharField(
        label=_("Account SID"),
        max_length=64,
        error_messages={"required": _("It stands on the first page of Twilio's console.")},
    )
    sender = forms.CharField(
        label=_("Sender"), max_length=254, error_messages={"required": _("Which number do your texts come from?")}
    )
    secret = forms.CharField(
        label=_("Auth token"),
        max_length=255,
        error_messages={"required": _("Twilio shows it beside the Account SID.")},
    )


class EmailForm(RateForm):
    sender = forms.CharField(
        label=_("From address"),
        max_length=254,
        error_messages={"required": _("Which address do your e-mails come from?")},
    )


class SecretForm(forms.Form):
    secret = forms.CharField(
        label=_("New auth token"), max_length=255, error_messages={"required": _("Type the new token in.")}
    )


def form_of(provider: Provider, data: Mapping[str, Any] | None = None) -> TwilioForm | EmailForm:
    return TwilioForm(data) if provider == Provider.TWILIO else EmailForm(data)
