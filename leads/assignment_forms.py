"""What managers type in about rules, about what advisors may get, and about a lead that is only tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Organization
from leads.assigning import states_in
from leads.assignment_choice import Traits
from leads.filters import titled
from leads.models import AssignmentRule, Campaign, DialList, Source, Way
from leads.zones import state_code

_MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2, "min_value": 0, "required": False}


class StatesField(forms.CharField):
    """CA, Texas nv: any states, with commas between them; two letters each come out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=600, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "")
        words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
        if unknown := [word for word in words if not state_code(word)]:
            raise forms.ValidationError(_("Not a US state: %(words)s") % {"words": ", ".join(unknown)[:100]})
        return sorted({state_code(word) for word in words})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple | set | frozenset) else value


class RuleForm(forms.Form):
    name = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Give it a name.")}
    )
    sources = forms.MultipleChoiceField(required=False, label=gettext_lazy("Came by"))
    source_label = forms.CharField(max_length=100, required=False, label=gettext_lazy("Source named"))
    states = StatesField(label=gettext_lazy("States"))
    product = forms.CharField(max_length=100, required=False, label=gettext_lazy("Product"))
    least_amount = forms.DecimalField(**_MONEY, label=gettext_lazy("Asks for at least"))
    most_amount = forms.DecimalField(**_MONEY, label=gettext_lazy("Asks for at most"))
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), required=False, empty_label=gettext_lazy("Any"), label=gettext_lazy("Campaign")
    )
    dial_list = forms.ModelChoiceField(
        DialList.objects.none(), required=False, empty_label=gettext_lazy("Any"), label=gettext_lazy("Dial list")
    )
    way = forms.ChoiceField(choices=Way.choices, initial=Way.TURNS, label=gettext_lazy("Who gets them"))
    claim_minutes = forms.IntegerField(
        min_value=1, max_value=1440, initial=10, required=False, label=gettext_lazy("Minutes to claim a lead")
    )

    def __init__(self, data: Any = None, *, organization: Organization, rule: AssignmentRule | None = None) -> None:
        named = {each.advisor_id: each.weight for each in rule.members.all()} if rule else {}
        columns = [name for name in self.base_fields if rule]
        super().__init__(data, initial={name: getattr(rule, name) for name in columns})
        self.fields["sources"].choices = [(value, titled(label)) for value, label in Source.choices]  # type: ignore[attr-defined]
        for name, model in (("campaign", Campaign), ("dial_list", DialList)):
            rows = model.objects.filter(organization=organization).order_by("name", "pk")
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.team = team_of(organization, named)
        for person in self.team:
            field = forms.TypedChoiceField(choices=_TURNS, coerce=int, required=False)
            field.empty_value = 0  # type: ignore[assignment]
            field.initial = named.get(person.pk, 0)
            self.fields[f"turns-{person.uuid}"] = field

    def values(self) -> dict[str, Any]:
        """The columns of the rule."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        return given | {"claim_minutes": given["claim_minutes"] or 10}

    def members(self) -> dict[Advisor, int]:
        turns = {person: self.cleaned_data[f"turns-{person.uuid}"] for person in self.team}
        return {person: number for person, number in turns.items() if number}

    def people(self) -> list[tuple[Advisor, forms.BoundField]]:
        return [(person, self[f"turns-{person.uuid}"]) for person in self.team]


_TURNS = [
    (0, gettext_lazy("Not named")),
    (1, gettext_lazy("1 turn")),
    *((number, gettext_lazy("%d turns") % number) for number in range(2, 10)),
]


def team_of(organization: Organization, also: Any = ()) -> Sequence[Advisor]:
    """Who works here, and those of before whom a rule still names."""
    people = Advisor.objects.filter(organization=organization).select_related("user")
    wanted = (person for person in people if person.is_active or person.pk in also)
    return sorted(wanted, key=lambda person: person.name.casefold())


class LimitsForm(forms.Form):
    licensed_in = StatesField(label=gettext_lazy("Licensed in"))
    most_open_leads = forms.IntegerField(
        min_value=0, max_value=1_000_000, required=False, label=gettext_lazy("Open leads at most")
    )
    paused_until = forms.DateTimeField(
        required=False,
        label=gettext_lazy("No new leads until"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": gettext_lazy("Write a day and a time.")},
    )

    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        initial = {
            "licensed_in": sorted(states_in(advisor.licensed_in)),
            "most_open_leads": advisor.most_open_leads,
            "paused_until": advisor.paused_until,
        }
        super().__init__(data, initial=initial)

    def paused_shown(self) -> str:
        """As <input type=datetime-local> wants it."""
        value = self["paused_until"].value()
        return value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, dt.datetime) else str(value or "")


class TrialForm(forms.Form):
    """A lead that there is not: what would the rules do with it?"""

    source = forms.ChoiceField(
        label=gettext_lazy("Source"),
        choices=[(value, titled(label)) for value, label in Source.choices],
        required=False,
    )
    source_label = forms.CharField(max_length=100, required=False, label=gettext_lazy("Source named"))
    state = forms.CharField(max_length=40, required=False, label=gettext_lazy("State"))
    product = forms.CharField(max_length=100, required=False, label=gettext_lazy("Product"))
    amount = forms.DecimalField(**_MONEY, label=gettext_lazy("Amount"))
    dial_list = forms.ModelChoiceField(
        DialList.objects.none(), required=False, empty_label=gettext_lazy("None"), label=gettext_lazy("Dial list")
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data)
        lists = DialList.objects.filter(organization=organization).order_by("name", "pk")
        self.fields["dial_list"].queryset = lists  # type: ignore[attr-defined]

    def clean_state(self) -> str:
        given: str = self.cleaned_data["state"]
        if given and not state_code(given):
            raise forms.ValidationError(_("Not a US state: %(words)s") % {"words": given})
        return state_code(given)

    def traits(self) -> Traits:
        given = self.cleaned_data
        listed: DialList | None = given["dial_list"]
        return Traits(
            source=given["source"] or Source.MANUAL,
            source_label=given["source_label"].strip(),
            state=given["state"],
            product=given["product"].strip(),
            amount=given["amount"],
            campaign_id=listed.campaign_id if listed else None,
            dial_list_id=listed.pk if listed else None,
        )
