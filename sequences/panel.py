"""What the lead page shows of the lead's sequence: what was said, what comes next and when, and why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Organization
from crm.wording import spoken
from leads.message_words import state_of
from leads.models import Lead, TaskState
from sequences.enrolling import LIVE
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Step, StepKind, StepRun
from sequences.standing import Standing, standing_of

_TASK_WORDS = {
    TaskState.OPEN: gettext_lazy("To be done: {title}"),
    TaskState.DONE: gettext_lazy("Done: {title}"),
    TaskState.CANCELLED: gettext_lazy("Taken back: {title}"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step: css is is-past, is-now, is-held or nothing."""

    title: str
    words: str
    css: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    standing: Standing | None
    lines: list[Line]
    choices: list[Sequence]

    @property
    def is_live(self) -> bool:
        return self.standing is not None and self.standing.is_live

    @property
    def is_paused(self) -> bool:
        return self.standing is not None and self.standing.status == EnrollmentStatus.PAUSED


def panel_of(lead: Lead, now: dt.datetime) -> Panel:
    standing = standing_of(lead)
    if standing is not None and standing.is_live:
        return Panel(standing, _lines(standing, now), [])
    return Panel(standing, _lines(standing, now) if standing else [], choices_for(lead.organization))


def choices_for(organization: Organization) -> list[Sequence]:
    """The sequences that take new leads, the default one first."""
    return list(Sequence.objects.of(organization).filter(is_active=True).order_by("-is_default", "name", "pk"))


def _lines(standing: Standing, now: dt.datetime) -> list[Line]:
    enrollment = standing.enrollment
    steps = Step.objects.filter(version_id=enrollment.version_id).order_by("order")
    runs = StepRun.objects.filter(enrollment=enrollment).select_related("message", "task").order_by("generation")
    by_order = {run.order: run for run in runs}  # of several generations the newest
    return [_line(step, by_order.get(step.order), enrollment, now) for step in steps]


def _line(step: Step, run: StepRun | None, enrollment: Enrollment, now: dt.datetime) -> Line:
    title = _("Step %(order)s, %(kind)s") % {"order": step.order + 1, "kind": _kind(step)}
    is_live = enrollment.status in LIVE
    if is_live and step.order == enrollment.next_order:
        return _coming(title, step, enrollment)
    if run is not None:
        return _done(title, run, now)
    if is_live:
        return Line(title, _("%(hours)s after the step before it") % {"hours": _hours(step.delay_hours)})
    return Line(title, _("Not sent"))


def _coming(title: str, step: Step, enrollment: Enrollment) -> Line:
    if enrollment.status == EnrollmentStatus.PAUSED:
        return Line(title, enrollment.held_by, "is-held")
    if enrollment.held_by:
        return Line(title, enrollment.held_by, "is-held", enrollment.next_step_at)
    if step.kind == StepKind.TASK:
        words = _("Not needed once they reply") if step.skip_if_replied else _("For the advisor, even after a reply")
    else:
        words = _("Skipped if they reply before then") if step.skip_if_replied else _("Goes out even after a reply")
    if step.in_business_hours:
        words += _("; in business hours")
    return Line(title, words, "is-now", enrollment.next_step_at)


def _done(title: str, run: StepRun, now: dt.datetime) -> Line:
    if run.task is not None:
        words = str(_TASK_WORDS[TaskState(run.task.state)]).format(title=run.task.title)
        return Line(title, words, "is-past", run.task.closed_at or run.task.due_at)
    if run.message is None:
        return Line(
            title,
            _("Skipped: %(reason)s") % {"reason": spoken(run.skipped_because)} if run.skipped_because else _("Done"),
            "is-past",
        )
    if run.message.sent_at:
        return Line(title, run.message.get_state_display().capitalize(), "is-past", run.message.sent_at)
    return Line(title, state_of(run.message, now)[1], "is-past")


def _kind(step: Step) -> str:
    if step.kind == StepKind.TASK:
        return "task"
    return f"AI {step.get_channel_display()}" if step.kind == StepKind.AI else str(step.get_channel_display())


def _hours(hours: int) -> str:
    if hours == 0:
        return _("Right")
    if hours % 24 == 0:
        return f"{hours // 24} day{'s' if hours > 24 else ''}"
    return f"{hours} hour{'s' if hours > 1 else ''}"
