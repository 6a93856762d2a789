"""Planned follow-up."""

from sequences.models.enrollment import Enrollment, EnrollmentStatus, StepRun
from sequences.models.sequence import Sequence, SequenceVersion, Step, StepKind
from sequences.models.trigger import Trigger, TriggerKind

__all__ = [
    "Enrollment",
    "EnrollmentStatus",
    "Sequence",
    "SequenceVersion",
    "Step",
    "StepKind",
    "StepRun",
    "Trigger",
    "TriggerKind",
]
