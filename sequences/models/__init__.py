"""Planned follow-up."""

from sequences.models.enrollment import Enrollment, EnrollmentStatus, StepRun
from sequences.models.sequence import Approval, Sequence, SequenceVersion, Step, StepKind
from sequences.models.trigger import Trigger, TriggerKind

__all__ = [
    "Approval",
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
