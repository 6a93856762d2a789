"""What somebody is asked about a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor
from leads.errors import InvalidValue
from leads.importing import targets
from leads.importing.plans import Plan
from leads.importing.rows import tags_in
from leads.manners import Known
from leads.models import ConsentBasis, Stage

KNOWN = (
    (Known.FILL, gettext_lazy("Fill what is empty"), gettext_lazy("What you know stays; the file adds the rest.")),
    (Known.OVERWRITE, gettext_lazy("Overwrite"), gettext_lazy("The file is right, except where a cell is empty.")),
    (Known.SKIP, gettext_lazy("Leave them alone"), gettext_lazy("Only new people come in.")),
    (Known.NEW, gettext_lazy("Make a second lead"), gettext_lazy("Marked as a duplicate, which can be merged later.")),
)
_BASES = (
    (ConsentBasis.NONE, gettext_lazy("None that I know of")),
    (ConsentBasis.WEB_FORM, gettext_lazy("They agreed on a web form")),
    (ConsentBasis.PARTNER, gettext_lazy("A partner attests it")),
    (ConsentBasis.ADVISOR, gettext_lazy("They agreed when we spoke; I attest it")),
)


class PlanForm(forms.Form):
    """column-<place> for each column of the file, and what is the same for all rows."""

    known = forms.ChoiceField(choices=[(value, label) for value, label, _help in KNOWN])
    day_first = forms.ChoiceField(
        choices=[("", gettext_lazy("month first: March 4")), ("1", gettext_lazy("day first: 3 April"))],
        required=False,
        label=gettext_lazy("A date like 03/04/2020 has the"),
    )
    stage = forms.ChoiceField(required=False, label=gettext_lazy("Stage of new leads"))
    advisor = forms.ChoiceField(required=False, label=gettext_lazy("Advisor of new leads"))
    tags = forms.CharField(required=False, max_length=1000, label=gettext_lazy("Tags for all"))
    source_label = forms.CharField(required=False, max_length=100, label=gettext_lazy("Where they are from"))
    consent = forms.ChoiceField(choices=_BASES, required=False, label=gettext_lazy("Consent to be contacted"))
    consent_source = forms.CharField(required=False, max_length=255, label=gettext_lazy("Where is the proof?"))
    starts_sequences = forms.BooleanField(required=False)
    tells_others = forms.BooleanField(required=False)

    def __init__(
        self, data: Any = None, *, headings: Sequence[str], advisor: Advisor, plan: Plan, own: Sequence[str]
    ) -> None:
        initial = {**plan.options(), "tags": ", ".join(plan.tags), "day_first": "1" if plan.day_first else ""}
        initial |= {name: str(initial[name] or "") for name in ("stage", "advisor")}
        super().__init__(data, initial=initial)
        self.headings, self.plan, self.own = headings, plan, own
        stages = Stage.objects.filter(organization_id=advisor.organization_id).order_by("position", "pk")
        team = Advisor.objects.filter(organization_id=advisor.organization_id, is_active=True).select_related("user")
        people = sorted(team, key=lambda person: person.name.casefold())
        self._offer("stage", _("The first one"), [(str(stage.pk), stage.label) for stage in stages])
        self._offer(
            "advisor",
            _("Nobody named; your rules decide, where there are some"),
            [(str(person.pk), person.name) for person in people],
        )

    def _offer(self, name: str, nothing: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def chosen(self, place: int) -> str:
        """The target of a column: as it was just said, else as it is planned."""
        if self.is_bound:
            return str(self.data.get(f"column-{place}", ""))
        return self.plan.targets[place] if place < len(self.plan.targets) else ""

    def clean_tags(self) -> list[str]:
        try:
            return tags_in(self.cleaned_data["tags"])
        except InvalidValue as error:
            raise forms.ValidationError(error.words) from None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        chosen = [self.chosen(place) for place in range(len(self.headings))]
        if not all(map(targets.is_known, chosen)):
            self.add_error(None, _("A column was given to a field that is not there. Look again."))
        counts = Counter(target for target in chosen if target and target not in targets.REPEATABLE)
        if twice := [targets.label_of(target) for target, number in counts.items() if number > 1]:
            self.add_error(None, _("Only one column can be: %(names)s.") % {"names": ", ".join(twice)})
        if not {"phone", "email"} & set(chosen):
            self.add_error(None, _("Say which column is the phone number, or the e-mail address."))
        if given.get("consent") and not given.get("consent_source", "").strip():
            self.add_error("consent_source", _("Say where the proof lies: a form's address, a partner, a contract."))
        given["targets"] = chosen
        return given

    def planned(self) -> Plan:
        """Call it on a valid form."""
        given = self.cleaned_data
        return Plan(
            targets=given["targets"],
            known=given["known"],
            day_first=bool(given["day_first"]),
            stage=int(given["stage"]) if given["stage"] else None,
            advisor=int(given["advisor"]) if given["advisor"] else None,
            tags=given["tags"],
            source_label=given["source_label"].strip(),
            consent=given["consent"],
            consent_source=given["consent_source"].strip() if given["consent"] else "",
            starts_sequences=given["starts_sequences"],
            tells_others=given["tells_others"],
        )
