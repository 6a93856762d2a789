"""All of a sequence that is not its steps, as a form that knows what its author saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Source, Stage, Tag
from sequences import words
from sequences.models import Approval, Sequence, TriggerKind
from sequences.publishing import Setup, Start, setup_of

_SALT = "leadwright.sequence.setup"


class _Starts(forms.MultipleChoiceField):
    """Sent many times; one that nobody has chosen says nothing."""

    def to_python(self, value: Any) -> list[str]:
        return [start for start in super().to_python(value) if start]


class SetupForm(forms.Form):
    """seen: the values that the form was shown with."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=255,
        error_messages={"required": gettext_lazy("Give it a name that your colleagues understand.")},
    )
    description = forms.CharField(label=gettext_lazy("What it is for"), max_length=2000, required=False)
    goal = forms.ChoiceField(label=gettext_lazy("It has reached its goal at"), required=False)
    starts = _Starts(label=gettext_lazy("It starts by itself when a lead"), required=False)
    is_default = forms.BooleanField(label=gettext_lazy("The usual one"), required=False)
    approval = forms.ChoiceField(label=gettext_lazy("What the AI writes"), choices=Approval.choices)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, sequence: Sequence, setup: Setup) -> None:
        super().__init__(data, initial=_plain(setup) | {"seen": signing.dumps(_plain(setup), salt=_SALT)})
        self.sequence = sequence
        stages = list(Stage.objects.filter(organization=sequence.organization_id).order_by("position"))
        self.stages = {str(stage.uuid): stage for stage in stages}
        goals = [("", gettext_lazy("No stage: it goes on to its last step"))]
        self.fields["goal"].choices = [*goals, *((uuid, stage.label) for uuid, stage in self.stages.items())]  # type: ignore[attr-defined]
        self.fields["starts"].choices = self._starts(setup)  # type: ignore[attr-defined]

    @classmethod
    def of(cls, sequence: Sequence, data: Mapping[str, Any] | None = None) -> SetupForm:
        return cls(data, sequence=sequence, setup=setup_of(sequence))

    def _starts(self, setup: Setup) -> list[tuple[str, list[tuple[str, str]]]]:
        """Everything that may start it, by kind; also what does and has gone since, so that it can be taken away."""
        labels = {uuid: stage.label for uuid, stage in self.stages.items()}
        tags = set(Tag.objects.filter(organization=self.sequence.organization_id).values_list("name", flat=True)[:200])
        values = {
            TriggerKind.CREATED: ["", *Source.values],
            TriggerKind.STAGE: list(labels),
            TriggerKind.TAG: sorted(tags, key=str.casefold),
        }
        for kind, value in sorted(setup.starts):
            if value not in values[kind]:
                values[kind].append(value)
        return [
            (str(group), [(f"{kind.value}:{value}", words.start(kind, value, labels)) for value in values[kind]])
            for kind, group in _GROUPS.items()
        ]

    @property
    def chosen(self) -> list[str]:
        """What starts it as the form stands, and one more that is not chosen yet."""
        given = self["starts"].value() or []
        return [*dict.fromkeys(start for start in given if start), ""]

    def seen_setup(self) -> Setup:
        """What the author saw. Raises signing.BadSignature."""
        return self._setup(signing.loads(self.cleaned_data["seen"], salt=_SALT))

    def wanted_setup(self) -> Setup:
        return self._setup(self.cleaned_data)

    def told(self, field: str) -> str:
        """What a field of the unbound form says, in words."""
        value = self[field].value()
        labels = {str(key): str(label) for key, label in getattr(self.fields[field], "choices", ()) if key is not None}
        match value:
            case bool():
                return _("yes") if value else _("no")
            case list():
                stages = {uuid: stage.label for uuid, stage in self.stages.items()}
                return words.starts(words.start(*_start(start), stages) for start in value) or _("nothing")
        return labels.get(str(value), str(value))

    def _setup(self, given: Mapping[str, Any]) -> Setup:
        return Setup(
            name=given["name"],
            description=given["description"].replace("\r\n", "\n"),
            is_default=given["is_default"],
            approval=given["approval"],
            goal=self.stages.get(given["goal"]),
            starts=frozenset(_start(start) for start in given["starts"]),
        )


_GROUPS = {
    TriggerKind.CREATED: gettext_lazy("A lead comes in"),
    TriggerKind.STAGE: gettext_lazy("A lead moves"),
    TriggerKind.TAG: gettext_lazy("A lead is tagged"),
}


def _plain(setup: Setup) -> dict[str, Any]:
    return {
        "name": setup.name,
        "description": setup.description,
        "is_default": setup.is_default,
        "approval": setup.approval,
        "goal": str(setup.goal.uuid) if setup.goal else "",
        "starts": sorted(f"{kind.value}:{value}" for kind, value in setup.starts),
    }


def _start(text: str) -> Start:
    kind, _colon, value = text.partition(":")
    return TriggerKind(kind), value
