"""The forms of the lead page."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Advisor
from leads import checklists, contact
from leads.checklists import Item
from leads.contactability import address_on
from leads.facts import Fact
from leads.field_words import label_of
from leads.fields import MAX_LENGTH
from leads.models import Channel, ItemKind, Lead, Priority, Source
from leads.zones import is_zone

LONGEST_MESSAGE = 1600  # characters; what carriers take as one text


def channels_of(lead: Lead) -> list[Channel]:
    """How the lead can be written to; text when there is no way at all, so that the light can say why."""
    return [channel for channel in Channel if address_on(lead, channel)] or [Channel.SMS]


class ComposeForm(forms.Form):
    """A message to the lead. token makes it the same message however often it is sent."""

    token = forms.UUIDField(widget=forms.HiddenInput({"id": "compose-token"}))
    channel = forms.ChoiceField(choices=Channel.choices)
    subject = forms.CharField(required=False, max_length=255)
    body = forms.CharField(
        max_length=LONGEST_MESSAGE, error_messages={"required": gettext_lazy("Write something first.")}
    )
    anyway = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid.uuid4(), "channel": Channel.SMS} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


class RequestForm(ComposeForm):
    """A request for papers: which, and the words around the link. act: send it, or only make the link."""

    items = forms.MultipleChoiceField(error_messages={"required": gettext_lazy("Choose what the borrower is to send.")})
    act = forms.ChoiceField(choices=[("send", "send"), ("link", "link")])

    def __init__(self, *args: Any, items: list[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = items
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(item.key, item.name) for item in items]

    def chosen(self) -> list[Item]:
        return [item for item in self.papers if item.key in self.cleaned_data["items"]]


class ReplyForm(forms.Form):
    """What the borrower of a demo says. A quick reply wins over the text."""

    token = forms.UUIDField(widget=forms.HiddenInput({"id": "reply-token"}))
    quick = forms.CharField(required=False, max_length=100)
    body = forms.CharField(required=False, max_length=LONGEST_MESSAGE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["body"] = data.get("quick") or data.get("body") or ""
        if not data["body"]:
            self.add_error("body", _("Write what the borrower says."))
        return data


class NoteForm(forms.Form):
    body = forms.CharField(max_length=10_000, error_messages={"required": gettext_lazy("Write something first.")})


class AskForm(forms.Form):
    name = forms.CharField(max_length=255, error_messages={"required": gettext_lazy("Say what you need.")})
    kind = forms.ChoiceField(choices=ItemKind.choices, initial=ItemKind.DOCUMENT)


class SettleForm(forms.Form):
    """Whether an item has come in, and what: checked by the item's kind."""

    is_done = forms.BooleanField(required=False)
    value = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item

    def clean_value(self) -> str:
        value = str(self.cleaned_data["value"]).strip()
        if value and (wrong := checklists.wrong_with(self.item.kind, value)):
            raise forms.ValidationError(wrong)
        return value


class DoNotCallForm(forms.Form):
    reason = forms.CharField(max_length=255, error_messages={"required": gettext_lazy("Say why, so that others know.")})


class AdvisorForm(forms.Form):
    """Who looks after the lead; empty: nobody."""

    advisor = forms.ChoiceField(label=gettext_lazy("Advisor"), required=False)

    def __init__(self, *args: Any, team: list[Advisor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {str(advisor.uuid): advisor for advisor in team}
        field = self.fields["advisor"]
        assert isinstance(field, forms.ChoiceField)
        field.widget.attrs.update({"class": "select", "autofocus": "autofocus"})
        field.choices = [("", _("Nobody")), *((key, advisor.name) for key, advisor in self.team.items())]

    def chosen(self) -> Advisor | None:
        return self.team.get(self.cleaned_data["advisor"])


class TagsForm(forms.Form):
    tags = forms.CharField(required=False, max_length=1000, label=gettext_lazy("Tags, separated by commas"))

    def names(self) -> list[str]:
        words = (" ".join(word.split()) for word in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(filter(None, words)))

    def clean_tags(self) -> str:
        text = str(self.cleaned_data["tags"])
        if any(len(word.strip()) > 100 for word in text.split(",")):
            raise forms.ValidationError(_("A tag has at most 100 characters."))
        return text


class FactForm(forms.Form):
    """The columns of one fact."""

    def __init__(self, *args: Any, fact: Fact, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for index, column in enumerate(fact.columns):
            label = str(_OWN_LABELS.get(column) or label_of(column) or fact.label)
            field = _field_for(column, label)
            field.initial = getattr(lead, column)
            attributes = {"id": f"edit-{column}", "class": _CSS.get(column, "input")}
            if not index:
                attributes["autofocus"] = "autofocus"
            field.widget.attrs.update(attributes)
            self.fields[column] = field

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for column, check in _CHECKS.items():
            if data.get(column) and (wrong := check(data[column])):
                self.add_error(column, wrong)
        return data


class CustomFieldForm(forms.Form):
    """One of the organisation's own fields: its value, and for a new one its name. Empty: it goes."""

    value = forms.CharField(required=False, max_length=2000, label=_("Value"))

    def __init__(self, *args: Any, name: str, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name, self.before = name, dict(lead.custom_fields)
        if not name:
            self.fields = {"name": forms.CharField(max_length=100, label=_("Name of the field")), **self.fields}
        self.fields["value"].initial = _typed(self.before.get(name))
        for index, (key, field) in enumerate(self.fields.items()):
            field.widget.attrs.update({"id": f"edit-custom-{key}", "class": "input"})
            if not index:
                field.widget.attrs["autofocus"] = "autofocus"

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split()).replace(" ", "_")
        if name in self.before:
            raise forms.ValidationError(_("There is a field of this name."))
        return name

    def values(self) -> dict[str, Any]:
        """All custom fields as they are to be; a number or truth value stays one when it is written like one."""
        name, given = self.name or self.cleaned_data["name"], self.cleaned_data["value"].strip()
        if not given:
            return {key: value for key, value in self.before.items() if key != name}
        return {**self.before, name: _as_before(given, self.before.get(name))}


def _typed(value: Any) -> str:
    """A value as somebody would type it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_before(given: str, before: Any) -> Any:
    if isinstance(before, bool) and given.lower() in ("true", "false"):
        return given.lower() == "true"
    if isinstance(before, int | float) and not isinstance(before, bool):
        try:
            return type(before)(given)
        except ValueError:
            return given
    return given


_CSS = {"priority": "select", "source": "select"}
_OWN_LABELS = {"source_label": gettext_lazy("In their own word"), "source_id": gettext_lazy("Their id of it")}
_MONEY = ("requested_amount_given", "monthly_revenue_given", "annual_revenue_given")
_DATES = ("date_of_birth", "start_date")
_KEYBOARDS = {"phone": "tel", "alt_phone_1": "tel", "alt_phone_2": "tel", "email": "email"}


def _field_for(column: str, label: str) -> forms.Field:
    if column == "priority":
        return forms.ChoiceField(choices=Priority.choices, label=label)
    if column == "source":
        return forms.ChoiceField(choices=Source.choices, label=label)
    limit = MAX_LENGTH.get(column, 10_000)
    if column in _DATES:
        date = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(required=False, max_length=limit, label=label, widget=date)
    if column in _MONEY:
        return MoneyField(required=False, label=label, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    if column == "notes":
        return forms.CharField(required=False, max_length=limit, label=label, widget=forms.Textarea(attrs={"rows": 4}))
    widget = forms.TextInput(attrs={"inputmode": _KEYBOARDS[column]} if column in _KEYBOARDS else {})
    return forms.CharField(required=False, max_length=limit, label=label, widget=widget)


class MoneyField(forms.CharField):
    """Takes "$85,000" for 85000."""

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).replace("$", "").replace(",", "").replace(" ", "")


_CHECKS = {
    "email": lambda value: "" if contact.is_email(value) else _("This is not an e-mail address."),
    "time_zone": lambda value: "" if is_zone(value) else _("Write a zone such as America/Chicago."),
}
