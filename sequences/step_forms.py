"""
The steps of a sequence as somebody edits them: one form for each, in the order in which they stand on the page.

Every form has a key ("0" is the step that was first in the version that was opened, "n4" a new one), and the page sends
the keys in their order as step=…; so a step may be moved on the page without any field changing its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from leads.models import Channel, TaskKind
from sequences import authoring, words
from sequences.errors import InvalidStep
from sequences.models import Step, StepKind
from sequences.results import StepResult

MOST_STEPS = 40
_DAY = 24
#: A task's title and details stand where other kinds have their words.
_OF_A_TASK = {"message": "title", "instructions": "details"}
#: What a step is called where one is chosen.
KINDS = (
    (StepKind.FIXED, gettext_lazy("Your own words are sent")),
    (StepKind.AI, gettext_lazy("The AI writes, from your instructions")),
    (StepKind.TASK, gettext_lazy("The advisor gets a task")),
)
_UNITS = (("hours", gettext_lazy("hours")), ("days", gettext_lazy("days")))
_MISSING = {
    (StepKind.FIXED, "message"): gettext_lazy("Write what this step says."),
    (StepKind.AI, "instructions"): gettext_lazy("Say what the AI should write about."),
    (StepKind.TASK, "message"): gettext_lazy("Say what the advisor has to do."),
}


class StepForm(forms.Form):
    """One step. Whether it is right, sequences/authoring.py says."""

    kind = forms.ChoiceField(choices=KINDS, initial=StepKind.FIXED)
    channel = forms.ChoiceField(choices=Channel.choices, initial=Channel.SMS, required=False)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=255, required=False)
    message = forms.CharField(label=gettext_lazy("Message"), max_length=5000, required=False, strip=False)
    instructions = forms.CharField(
        label=gettext_lazy("What the AI should do"), max_length=5000, required=False, strip=False
    )
    title = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=authoring.LONGEST_TITLE, required=False
    )
    details = forms.CharField(label=gettext_lazy("Details"), max_length=5000, required=False, strip=False)
    task_kind = forms.ChoiceField(
        label=gettext_lazy("It is"), choices=TaskKind.choices, initial=TaskKind.CALL, required=False
    )
    delay = forms.IntegerField(
        label=gettext_lazy("Wait"),
        min_value=0,
        required=False,
        initial=0,
        error_messages={
            "invalid": gettext_lazy("The delay is a whole number."),
            "min_value": gettext_lazy("The delay is at least 0."),
        },
    )
    unit = forms.ChoiceField(choices=_UNITS, initial="days", required=False)
    skip_if_replied = forms.BooleanField(required=False, initial=True)
    in_business_hours = forms.BooleanField(required=False)
    waits_until_done = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, key: str, order: int, **kwargs: Any) -> None:
        super().__init__(data, prefix=f"s{key}", **kwargs)
        self.key = key
        self.order = order
        self.result: StepResult | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any], *, key: str, order: int) -> StepForm:
        """The form as it stands for this step, given as authoring.contents_of has it."""
        hours = content.get("delay_hours", 0)
        is_in_days = hours % _DAY == 0
        delay = {"delay": hours // _DAY if is_in_days else hours, "unit": "days" if is_in_days else "hours"}
        initial = {**content, **delay}
        if content["kind"] == StepKind.TASK:
            initial |= {"title": initial.pop("message"), "details": initial.pop("instructions")}
        return cls(key=key, order=order, initial=initial)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if self.errors:
            return given
        content = self.content()
        try:
            authoring.checked_step(self.order, content)
        except InvalidStep as error:
            field = error.field.rpartition(".")[2]
            missing = _MISSING.get((given["kind"], field)) if not str(content.get(field, "")).strip() else None
            field = self._named(field)
            self.add_error(field if field in self.fields else None, str(missing or error.words))
        return given

    def _named(self, key: str) -> str:
        """The field in which somebody has written this of STEP_KEYS."""
        if self.cleaned_data["kind"] == StepKind.TASK and key in _OF_A_TASK:
            return _OF_A_TASK[key]
        return "delay" if key == "delay_hours" else key

    def content(self) -> dict[str, Any]:
        """The step as authoring takes it: what its kind has no use for is left out."""
        return _content(self.cleaned_data)

    def step(self) -> Step:
        """As far as it can be told: for the preview of something half written."""
        if self.is_bound and self.is_valid():
            known = self.content()
        else:
            known = _content({name: self[name].value() for name in self.fields})
        return Step(order=self.order, **known)

    @property
    def number(self) -> int:
        return self.order + 1

    @property
    def what(self) -> str:
        return words.title(self.step())

    @property
    def wait(self) -> str:
        return words.wait(self.step().delay_hours)


class StepForms:
    """All steps of the page, in their order."""

    def __init__(self, forms: Iterable[StepForm], *, is_sent: bool = False) -> None:
        self.forms = list(forms)
        self.is_sent = is_sent

    @classmethod
    def of(cls, contents: Iterable[Mapping[str, Any]]) -> StepForms:
        return cls(StepForm.of(each, key=str(order), order=order) for order, each in enumerate(contents))

    @classmethod
    def sent(cls, data: QueryDict) -> StepForms:
        """As the page sent them; keys that it can't have come from are passed over."""
        keys = [key for key in dict.fromkeys(data.getlist("step")) if key.isascii() and key.isalnum() and len(key) < 8]
        made = (StepForm(data, key=key, order=order) for order, key in enumerate(keys[:MOST_STEPS]))
        return cls(made, is_sent=True)

    def __iter__(self) -> Any:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    @property
    def can_grow(self) -> bool:
        return len(self.forms) < MOST_STEPS

    def is_valid(self) -> bool:
        """Each form is asked, so that each says what is wrong with it."""
        return not sum(not form.is_valid() for form in self.forms)

    def contents(self) -> list[dict[str, Any]]:
        return [form.content() for form in self.forms]

    def steps(self) -> list[Step]:
        return [form.step() for form in self.forms]

    def with_key(self, key: str) -> StepForm | None:
        return next((form for form in self.forms if form.key == key), None)

    def timed(self) -> list[tuple[StepForm, str]]:
        """Each with the time after the start at which it comes, in words."""
        hours = accumulate(form.step().delay_hours for form in self.forms)
        return [(form, words.since_start(total)) for form, total in zip(self.forms, hours, strict=True)]

    def add(self, kind: StepKind, *, after: str = "") -> StepForm:
        """A new step of this kind, at the end or after the step with that key."""
        taken = {form.key for form in self.forms}
        key = next(f"n{number}" for number in range(len(taken) + 1) if f"n{number}" not in taken)
        delay = {"delay": 1, "unit": "days"} if self.forms else {"delay": 0, "unit": "days"}
        added = StepForm(key=key, order=0, initial={"kind": kind, **delay})
        place = next((at + 1 for at, form in enumerate(self.forms) if form.key == after), len(self.forms))
        self._set([*self.forms[:place], added, *self.forms[place:]])
        return added

    def move(self, key: str, by: int) -> None:
        """One place up (-1) or down (1); at the edge it stays."""
        place = next((at for at, form in enumerate(self.forms) if form.key == key), None)
        if place is None or not 0 <= place + by < len(self.forms):
            return
        order = list(self.forms)
        order[place], order[place + by] = order[place + by], order[place]
        self._set(order)

    def remove(self, key: str) -> None:
        """The last one stays: a sequence has a step."""
        if len(self.forms) > 1:
            self._set([form for form in self.forms if form.key != key])

    def _set(self, forms: list[StepForm]) -> None:
        self.forms = forms
        for order, form in enumerate(forms):
            form.order = order


def _content(given: Mapping[str, Any]) -> dict[str, Any]:
    kind, is_email = given["kind"], given["channel"] == Channel.EMAIL
    is_task = kind == StepKind.TASK
    words = {
        StepKind.FIXED: (given["message"], ""),
        StepKind.AI: ("", given["instructions"]),
        StepKind.TASK: (given["title"], given["details"]),
    }
    message, instructions = words.get(kind, ("", ""))
    return {
        "kind": kind,
        "channel": Channel.SMS if is_task else given["channel"] or Channel.SMS,
        "subject": given["subject"] or "" if is_email and not is_task else "",
        "message": _unix(message or ""),
        "instructions": _unix(instructions or ""),
        "delay_hours": _hours(given["delay"], given["unit"]),
        "skip_if_replied": bool(given["skip_if_replied"]),
        "in_business_hours": bool(given["in_business_hours"]),
        "task_kind": given["task_kind"] or TaskKind.TODO if is_task else TaskKind.TODO,
        "waits_until_done": bool(is_task and given["waits_until_done"]),
    }


def _hours(delay: Any, unit: Any) -> int:
    """Too many are one too many, so that authoring refuses them."""
    count = int(delay) if str(delay).isascii() and str(delay).isdigit() else 0
    return min(count * (1 if unit == "hours" else _DAY), authoring.LONGEST_DELAY_HOURS + 1)


def _unix(text: str) -> str:
    """A browser ends lines with \\r\\n, whatever was there before."""
    return text.replace("\r\n", "\n")
