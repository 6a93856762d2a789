"""What can be done to all leads of a list: give them to somebody, move them to a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor
from leads import bulk_pipeline, offering, putting_back
from leads.bulk_actions import (
    KEPT,
    REFUSED,
    UNDONE,
    ActionForm,
    Batch,
    BulkAction,
    leads_to_undo,
    live_leads,
    moment,
    register,
    rows_of,
    settle_changed,
)
from leads.errors import Changed
from leads.models import Lead, Stage, StageRule

_NOBODY = "nobody"


class AssignForm(ActionForm):
    to = forms.ChoiceField(label=gettext_lazy("Who looks after them"))

    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        super().__init__(data, advisor=advisor)
        team = Advisor.objects.filter(organization_id=advisor.organization_id, is_active=True).select_related("user")
        self.team = {str(person.uuid): person for person in sorted(team, key=lambda person: person.name.casefold())}
        people = [(key, person.name) for key, person in self.team.items()]
        self.fields["to"].choices = [*people, (_NOBODY, _("Nobody yet"))]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Advisor | None:
        return self.team.get(self.cleaned_data["to"])

    def options(self) -> dict[str, Any]:
        return {"advisor": self.chosen.pk if self.chosen else None}

    def title(self) -> str:
        return _("Assign to %(name)s") % {"name": self.chosen} if self.chosen else _("Take away from their advisors")


@register
class Assign(BulkAction):
    kind = "assign"
    rank = 10
    label = gettext_lazy("Assign")
    icon = "people"
    form = AssignForm

    def apply(self, batch: Batch) -> None:
        leads = live_leads(batch)
        advisor = _advisor(batch, batch.options["advisor"])
        before = bulk_pipeline.assign_all(
            dict.fromkeys(leads, advisor), list(leads.values()), by=batch.by, now=batch.now
        )
        settle_changed(batch, leads, {pk: {"advisor": was} for pk, was in before.items()}, _("Was so already."))

    def undo(self, batch: Batch) -> None:
        given = batch.options["advisor"]
        give_back(batch, lambda before: given)


def give_back(batch: Batch, given_by: Callable[[Mapping[str, Any]], int | None]) -> None:
    """The leads go back to whom they belonged to. given_by: to whom the job gave a row's lead, by its before."""
    leads = leads_to_undo(batch)
    wanted: dict[int, Advisor | None] = {}
    former = {row.before["advisor"] for row in batch.rows if row.before} - {None}
    team = Advisor.objects.filter(organization_id=batch.job.organization_id, pk__in=former)
    people = {person.pk: person for person in team.select_related("user")}
    for row, lead in rows_of(batch, leads):
        before: Mapping[str, Any] = row.before or {}
        was = before["advisor"]
        if lead.advisor_id != given_by(before):
            row.settle(KEPT, _("Somebody has given it to somebody else since."))
        elif was is not None and not (was in people and people[was].is_active):
            row.settle(KEPT, _("Whoever had it no longer works here."))
        else:
            wanted[lead.pk] = people.get(was)
            row.settle(UNDONE)
    bulk_pipeline.assign_all(wanted, [leads[pk] for pk in wanted], by=batch.by, now=batch.now)
    offering.withdraw(list(wanted), now=batch.now)


def _advisor(batch: Batch, pk: int | None) -> Advisor | None:
    """Raises Changed when they have left meanwhile."""
    if pk is None:
        return None
    team = Advisor.objects.filter(organization_id=batch.job.organization_id, is_active=True).select_related("user")
    advisor = team.filter(pk=pk).first()
    if advisor is None:
        raise Changed(_("This advisor no longer works here."))
    return advisor


class StageForm(ActionForm):
    to = forms.ModelChoiceField(
        Stage.objects.none(), to_field_name="uuid", empty_label=None, label=gettext_lazy("Stage")
    )
    lost_reason = forms.CharField(
        max_length=255,
        required=False,
        label=gettext_lazy("Reason, where the stage asks for one"),
        help_text=gettext_lazy("A lead that has a reason already gets this one. Without it, only those with one move."),
    )

    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        super().__init__(data, advisor=advisor)
        stages = Stage.objects.filter(organization_id=advisor.organization_id).order_by("position", "pk")
        self.fields["to"].queryset = stages  # type: ignore[attr-defined]
        if not stages.filter(asks_for=StageRule.LOST_REASON).exists():
            del self.fields["lost_reason"]

    def options(self) -> dict[str, Any]:
        return {"stage": self.cleaned_data["to"].pk, "lost_reason": self.cleaned_data.get("lost_reason", "")}

    def title(self) -> str:
        return _("Move to %(stage)s") % {"stage": self.cleaned_data["to"].label}


@register
class MoveToStage(BulkAction):
    kind = "stage"
    rank = 20
    label = gettext_lazy("Move")
    icon = "board"
    warning = gettext_lazy(
        "A lead that lacks what the stage asks for stays where it is, and is listed with the reason."
    )
    form = StageForm

    def apply(self, batch: Batch) -> None:
        stage = Stage.objects.filter(organization_id=batch.job.organization_id, pk=batch.options["stage"]).first()
        if stage is None:
            raise Changed(_("That stage is gone."))
        leads = live_leads(batch)
        before = {pk: _standing(lead) | {"at": batch.now.isoformat()} for pk, lead in leads.items()}
        answers = {"lost_reason": batch.options["lost_reason"]} if batch.options["lost_reason"] else {}
        moved = bulk_pipeline.move_all(list(leads.values()), stage, by=batch.by, now=batch.now, answers=answers)
        settle_changed(batch, leads, {pk: before[pk] for pk in moved.from_stage}, _("Stood there already."))
        for row in batch.rows:
            if row.lead_id in moved.refused:
                row.settle(REFUSED, moved.refused[row.lead_id].words)

    def undo(self, batch: Batch) -> None:
        leads = leads_to_undo(batch)
        stages = {stage.pk: stage for stage in Stage.objects.filter(organization_id=batch.job.organization_id)}
        places: dict[int, putting_back.Place] = {}
        for row, lead in rows_of(batch, leads):
            before: Mapping[str, Any] = row.before or {}
            if lead.stage_id != batch.options["stage"] or lead.stage_entered_at != moment(before["at"]):
                row.settle(KEPT, _("Somebody has moved it since."))
            elif before["stage"] not in stages:
                row.settle(KEPT, _("The stage that it stood in is gone."))
            else:
                places[lead.pk] = _place(before, stages[before["stage"]])
                row.settle(UNDONE)
        putting_back.put_back_all([leads[pk] for pk in places], places, by=batch.by, now=batch.now)


def _standing(lead: Lead) -> dict[str, Any]:
    return {
        "stage": lead.stage_id,
        "position": lead.position,
        "entered": lead.stage_entered_at.isoformat(),
        "lost_reason": lead.lost_reason,
        "funded": None if lead.funded_amount is None else str(lead.funded_amount),
        "converted": lead.converted_at.isoformat() if lead.converted_at else None,
    }


def _place(before: Mapping[str, Any], stage: Stage) -> putting_back.Place:
    converted = before["converted"]
    return putting_back.Place(
        stage=stage,
        position=before["position"],
        entered_at=moment(before["entered"]),
        lost_reason=before["lost_reason"],
        funded_amount=before["funded"],
        converted_at=moment(converted) if converted else None,
    )
