"""Write sequences: make, change, delete. An edit of the steps is a new version, for new enrollments only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence as Listed
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Organization
from leads.models import Channel, TaskKind
from sequences import enrolling
from sequences.errors import InvalidStep
from sequences.models import Approval, Enrollment, Sequence, SequenceVersion, Step, StepKind

#: What a step may say of itself; the place in the list is its order.
STEP_KEYS = (
    "kind",
    "message",
    "instructions",
    "delay_hours",
    "skip_if_replied",
    "channel",
    "subject",
    "in_business_hours",
    "task_kind",
    "waits_until_done",
)
LONGEST_DELAY_HOURS = 10 * 366 * 24
#: So that a task's title, with the names in it, fits into a line.
LONGEST_TITLE = 200
_TEXT_OF: dict[str, str] = {StepKind.FIXED: "message", StepKind.AI: "instructions", StepKind.TASK: "message"}
_OWN_COLUMNS = ("name", "description", "is_active", "approval")


@transaction.atomic
def create_sequence(
    *,
    organization: Organization,
    name: str,
    steps: Listed[Mapping[str, Any]],
    description: str = "",
    is_active: bool = True,
    is_default: bool = False,
    approval: Approval | str = Approval.CHECKED,
    by: Actor,
    now: dt.datetime,
) -> Sequence:
    """A new sequence with its first version. steps: dicts with STEP_KEYS. Raises InvalidStep."""
    if is_default:
        _unset_default(organization.pk)
    sequence = Sequence.objects.create(
        organization=organization,
        name=name,
        description=description,
        is_active=is_active,
        is_default=is_default,
        approval=_known_approval(approval),
        created_at=now,
    )
    _write_version(sequence, steps, by=by, now=now)
    events.record(
        "sequence.created", organization=organization, by=by, now=now, sequence=sequence.public_id, label=name
    )
    return sequence


@transaction.atomic
def change_sequence(sequence: Sequence, changes: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> set[str]:
    """
    Take over name, description, is_active, approval, is_default and steps, as far as given; the names of what changed.

    Nobody who is enrolled notices new steps, or that the sequence is switched off.
    """
    lock_authors(sequence.organization_id)
    sequence.refresh_from_db()
    changed = {key for key in _OWN_COLUMNS if key in changes and changes[key] != getattr(sequence, key)}
    if "approval" in changed:
        _known_approval(changes["approval"])
    for key in changed:
        setattr(sequence, key, changes[key])
    if "is_default" in changes and changes["is_default"] != sequence.is_default:
        if changes["is_default"]:
            _unset_default(sequence.organization_id)
        sequence.is_default = changes["is_default"]
        changed.add("is_default")
    sequence.save(update_fields=changed)
    if "steps" in changes and _write_version(sequence, changes["steps"], by=by, now=now):
        changed.add("steps")
    if changed:
        events.record(
            "sequence.changed",
            organization=sequence.organization_id,
            by=by,
            now=now,
            sequence=sequence.public_id,
            changed=sorted(changed),
        )
    return changed


@transaction.atomic
def delete_sequence(sequence: Sequence, *, by: Actor, now: dt.datetime) -> int:
    """Take it out of use for good, with what it still had to say; how many live enrollments that cancelled."""
    lock_authors(sequence.organization_id)
    sequence.deleted_at = now
    sequence.is_default = False
    sequence.is_active = False
    sequence.save(update_fields=["deleted_at", "is_default", "is_active"])
    cancelled = enrolling.cancel(
        Enrollment.objects.filter(sequence=sequence), reason="The sequence was deleted", by=by, now=now
    )
    events.record(
        "sequence.deleted",
        organization=sequence.organization_id,
        by=by,
        now=now,
        sequence=sequence.public_id,
        cancelled=cancelled,
    )
    return cancelled


@transaction.atomic
def duplicate(sequence: Sequence, *, name: str, by: Actor, now: dt.datetime) -> Sequence:
    """The same steps and goal under another name, switched off, and started by nothing."""
    copy = create_sequence(
        organization=sequence.organization,
        name=name,
        description=sequence.description,
        steps=contents_of(sequence.current_id),
        is_active=False,
        approval=sequence.approval,
        by=by,
        now=now,
    )
    copy.goal = sequence.goal
    copy.save(update_fields=["goal"])
    return copy


def steps_of(sequence: Sequence) -> list[Step]:
    """The steps that a new enrollment would get, in order."""
    return list(Step.objects.filter(version_id=sequence.current_id).order_by("order"))


def contents_of(version_id: int | None) -> list[dict[str, Any]]:
    """A version's steps as dicts with STEP_KEYS, in order: what create_sequence and change_sequence take."""
    return [
        {key: getattr(step, key) for key in STEP_KEYS}
        for step in Step.objects.filter(version_id=version_id).order_by("order")
    ]


def _write_version(
    sequence: Sequence, steps: Listed[Mapping[str, Any]], *, by: Actor, now: dt.datetime
) -> SequenceVersion | None:
    """The next version, made current; None when its steps would be those of the current one."""
    wanted = [checked_step(order, given) for order, given in enumerate(steps)]
    if not wanted:
        raise InvalidStep(_("A sequence needs at least one step."), field="steps")
    if [_content(step) for step in wanted] == [_content(step) for step in steps_of(sequence)]:
        return None
    latest = SequenceVersion.objects.filter(sequence=sequence).order_by("-number").first()
    version = SequenceVersion.objects.create(
        sequence=sequence, number=latest.number + 1 if latest else 1, actor_label=by.label[:255], created_at=now
    )
    for step in wanted:
        step.version = version
    Step.objects.bulk_create(wanted)
    sequence.current = version
    sequence.save(update_fields=["current"])
    return version


def checked_step(order: int, given: Mapping[str, Any]) -> Step:
    """The step that these STEP_KEYS make, not yet written. Raises InvalidStep, field being steps[<order>].<key>."""
    unknown = given.keys() - set(STEP_KEYS)
    if unknown:
        raise InvalidStep(
            _("A step has no %(names)s.") % {"names": ", ".join(sorted(unknown))}, field=f"steps[{order}]"
        )
    step = Step(order=order, **given)
    text = _TEXT_OF.get(step.kind)
    if text is None:
        raise InvalidStep(
            _("A step is %(kinds)s or %(last)s.")
            % {"kinds": ", ".join(StepKind.values[:-1]), "last": StepKind.values[-1]},
            field=f"steps[{order}].kind",
        )
    if not str(getattr(step, text)).strip():
        raise InvalidStep(_("This step needs %(text)s.") % {"text": text}, field=f"steps[{order}].{text}")
    if step.kind == StepKind.TASK:
        if len(step.message) > LONGEST_TITLE:
            raise InvalidStep(
                _("A task's title has at most %(most)s characters.") % {"most": LONGEST_TITLE},
                field=f"steps[{order}].message",
            )
        if step.task_kind not in TaskKind.values:
            raise InvalidStep(_("A task is call or todo."), field=f"steps[{order}].task_kind")
    elif step.waits_until_done:
        raise InvalidStep(_("Only a task can be waited for."), field=f"steps[{order}].waits_until_done")
    if step.channel not in Channel.values:
        raise InvalidStep(_("A step goes by sms or email."), field=f"steps[{order}].channel")
    if not 0 <= step.delay_hours <= LONGEST_DELAY_HOURS:
        raise InvalidStep(_("The delay is between nothing and ten years."), field=f"steps[{order}].delay_hours")
    return step


def _known_approval(approval: Approval | str) -> Approval:
    if approval not in Approval.values:
        raise InvalidStep(_("AI texts are %(choices)s.") % {"choices": " or ".join(Approval.values)}, field="approval")
    return Approval(approval)


def _content(step: Step) -> tuple[object, ...]:
    return tuple(getattr(step, key) for key in STEP_KEYS)


def _unset_default(organization_id: int) -> None:
    lock_authors(organization_id)
    Sequence.objects.filter(organization_id=organization_id, is_default=True).update(is_default=False)


def lock_authors(organization_id: int) -> None:
    """In a transaction, one author at a time: versions get their numbers, and the default its place, without a race."""
    Organization.objects.select_for_update(no_key=True).only("pk").get(pk=organization_id)
