"""Follow up all leads of a list with a sequence."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import Advisor
from leads.bulk_actions import (
    DONE,
    KEPT,
    REFUSED,
    UNCHANGED,
    UNDONE,
    ActionForm,
    Batch,
    BulkAction,
    leads_to_undo,
    live_leads,
    register,
    rows_of,
)
from leads.errors import Changed, ContactRefused
from leads.models import BulkRow
from sequences import enrolling
from sequences.enrolling import EnrollAction
from sequences.models import Enrollment, Sequence, StepRun


class EnrollForm(ActionForm):
    sequence = forms.ModelChoiceField(
        Sequence.objects.none(), to_field_name="public_id", empty_label=None, label=gettext_lazy("Sequence")
    )

    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        super().__init__(data, advisor=advisor)
        active = Sequence.objects.of(advisor.organization).filter(is_active=True)
        self.fields["sequence"].queryset = active.order_by("-is_default", "name", "pk")  # type: ignore[attr-defined]
        self.fields["sequence"].label_from_instance = lambda sequence: sequence.name  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        return {"sequence": self.cleaned_data["sequence"].pk}

    def title(self) -> str:
        return _("Follow up with %(sequence)s") % {"sequence": self.cleaned_data["sequence"].name}


@register
class Enroll(BulkAction):
    kind = "enroll"
    rank = 50
    label = gettext_lazy("Follow up")
    icon = "sequence"
    warning = gettext_lazy(
        "The first messages go out as soon as each lead may be contacted. An undo stops the follow-up; what has gone"
        " out by then can't be called back."
    )
    form = EnrollForm

    def apply(self, batch: Batch) -> None:
        sequence = Sequence.objects.filter(
            organization_id=batch.job.organization_id, pk=batch.options["sequence"], deleted_at=None
        ).first()
        if sequence is None:
            raise Changed(_("That sequence is gone."))
        leads = live_leads(batch)
        results = enrolling.enroll_many(list(leads.values()), sequence, by=batch.by, now=batch.now)
        for row, lead in rows_of(batch, leads):
            match results[lead.pk]:
                case ContactRefused() as refusal:
                    row.settle(REFUSED, refusal.words)
                case enrolling.Enrolled(action=EnrollAction.ALREADY_ENROLLED):
                    row.settle(UNCHANGED, _("Was in it already."))
                case enrolled:
                    enrollment = enrolled.enrollment
                    row.settle(DONE, before={"enrollment": enrollment.pk, "generation": enrollment.generation})

    def undo(self, batch: Batch) -> None:
        leads = leads_to_undo(batch)
        ids = [(row.before or {})["enrollment"] for row in batch.rows]
        found = Enrollment.objects.filter(organization_id=batch.job.organization_id, pk__in=ids)
        enrollments = {enrollment.pk: enrollment for enrollment in found}
        said = Counter(
            StepRun.objects.filter(enrollment__in=ids, message__sent_at__isnull=False).values_list(
                "enrollment_id", "generation"
            )
        )
        stopping: list[Enrollment] = []
        for row, _lead in rows_of(batch, leads):
            before = row.before or {}
            enrollment = enrollments.get(before["enrollment"])
            if enrollment is None or enrollment.generation != before["generation"]:
                row.settle(KEPT, _("Somebody has started the follow-up anew since."))
            elif enrollment.status not in enrolling.LIVE:
                row.settle(KEPT, _("It has ended already: %(why)s") % {"why": _end_of(enrollment)})
            else:
                stopping.append(enrollment)
                _settle_stopped(row, said[enrollment.pk, enrollment.generation])
        enrolling.cancel(
            stopping, reason=_("Undone: %(title)s") % {"title": batch.job.title}, by=batch.by, now=batch.now
        )


def _end_of(enrollment: Enrollment) -> str:
    return enrollment.stop_reason or enrollment.get_status_display()


def _settle_stopped(row: BulkRow, messages: int) -> None:
    words = ngettext("%(number)d message had gone out.", "%(number)d messages had gone out.", messages)
    row.settle(UNDONE, words % {"number": messages} if messages else "")
