"""What managers type in about webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import webhook_endpoints
from crm.models import WebhookEndpoint
from crm.views.settings.words import CONTRACTS


@dataclass(frozen=True, slots=True)
class EventChoices:
    """The check boxes of one contract: names with whether each is ticked."""

    contract: str
    name: str
    field: str
    boxes: list[tuple[str, bool]]
    error: str


class WebhookForm(forms.Form):
    """The address, and the events of each contract that is offered: one contract when it is settled already."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        error_messages={"required": gettext_lazy("Where shall events be sent to?")},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        contracts: Sequence[str],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.contracts = contracts
        if len(contracts) > 1:
            names = [(contract, CONTRACTS[contract]) for contract in contracts]
            self.fields["contract"] = forms.ChoiceField(label=_("Contract"), choices=names, initial=contracts[0])
        for contract in contracts:
            names = [(name, name) for name in webhook_endpoints.events_of(contract)]
            self.fields[_field(contract)] = forms.MultipleChoiceField(
                choices=names, required=False, initial=[name for name, _same in names]
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        field = _field(self.chosen_contract)
        if field not in self.errors and not given.get(field):
            self.add_error(field, _("Choose at least one event, or nothing would ever be sent."))
        return given

    @property
    def chosen_contract(self) -> str:
        return str(self.cleaned_data.get("contract") or self.contracts[0])

    @property
    def wanted(self) -> list[str]:
        """None named means all, those to come too: that is what ticking everything says."""
        chosen: list[str] = self.cleaned_data[_field(self.chosen_contract)]
        return [] if len(chosen) == len(webhook_endpoints.events_of(self.chosen_contract)) else chosen

    def refuse(self, words: str, field: str) -> None:
        """Put the domain's words beside the field that they are about."""
        here = _field(self.chosen_contract) if field == "events" else field
        self.add_error(here if here in self.fields else None, words)

    @property
    def choices(self) -> list[EventChoices]:
        return [self._choices(contract) for contract in self.contracts]

    def _choices(self, contract: str) -> EventChoices:
        bound = self[_field(contract)]
        ticked = set(bound.value() or [])
        boxes = [(name, name in ticked) for name in webhook_endpoints.events_of(contract)]
        return EventChoices(contract, CONTRACTS[contract], bound.html_name, boxes, str(next(iter(bound.errors), "")))


def form_of(endpoint: WebhookEndpoint, data: Mapping[str, Any] | None = None) -> WebhookForm:
    """The form as it stands for this endpoint."""
    wanted = endpoint.events or list(webhook_endpoints.events_of(endpoint.contract))
    initial = {"url": endpoint.url, _field(endpoint.contract): wanted}
    return WebhookForm(data, contracts=[endpoint.contract], initial=initial)


def _field(contract: str) -> str:
    return f"events_{contract}"
