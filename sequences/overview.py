"""All of an organisation's sequences at a glance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Sum

from crm.models import Organization
from leads.models import Stage
from sequences import words
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Step, Trigger


@dataclass(frozen=True, slots=True)
class Glance:
    """One sequence with its counts. lasts: hours from the first step to the last; starts: in words."""

    sequence: Sequence
    steps: int
    lasts: int
    starts: str
    active: int = 0
    paused: int = 0
    completed: int = 0
    cancelled: int = 0

    @property
    def under_way(self) -> int:
        return self.active + self.paused

    @property
    def is_draft(self) -> bool:
        """Nobody was ever in it."""
        return not (self.sequence.is_active or self.under_way or self.completed or self.cancelled)

    @property
    def length(self) -> str:
        return words.length(self.lasts)


def overview(organization: Organization) -> list[Glance]:
    """The default one first, then those that are active. Five statements."""
    sequences = list(
        Sequence.objects.of(organization)
        .select_related("current", "goal")
        .order_by("-is_default", "-is_active", "name", "pk")
    )
    return glances(organization, sequences)


def glances(organization: Organization, sequences: list[Sequence]) -> list[Glance]:
    """Of these of its sequences, with current loaded. Four statements."""
    versions = [sequence.current_id for sequence in sequences]
    sizes = {
        version: (steps, lasts)
        for version, steps, lasts in Step.objects.filter(version_id__in=versions)
        .values("version_id")
        .annotate(steps=Count("pk"), lasts=Sum("delay_hours"))
        .values_list("version_id", "steps", "lasts")
    }
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for sequence_id, status, count in (
        Enrollment.objects.filter(sequence__in=sequences)
        .values("sequence_id", "status")
        .annotate(count=Count("pk"))
        .values_list("sequence_id", "status", "count")
    ):
        counts[sequence_id][EnrollmentStatus(status).value] = count
    phrases = _phrases(organization, sequences)
    return [
        Glance(
            sequence,
            *sizes.get(sequence.current_id or 0, (0, 0)),
            starts=words.starts(phrases[sequence.pk]),
            **counts[sequence.pk],
        )
        for sequence in sequences
    ]


def stage_labels(organization: Organization) -> dict[str, str]:
    """By uuid, in board order."""
    stages = Stage.objects.filter(organization=organization).order_by("position")
    return {str(uuid): label for uuid, label in stages.values_list("uuid", "label")}


def _phrases(organization: Organization, sequences: list[Sequence]) -> dict[int, list[str]]:
    labels = stage_labels(organization)
    phrases: dict[int, list[str]] = defaultdict(list)
    for trigger in Trigger.objects.filter(sequence__in=sequences).order_by("kind", "value"):
        phrases[trigger.sequence_id].append(words.start(trigger.kind, trigger.value, labels))
    return phrases
