"""Planned follow-up."""

from sequences.models.enrollment import Enrollment, EnrollmentStatus, StepRun
from sequences.models.sequence import Sequence, SequenceVersion, Step, StepKind

__all__ = ["Enrollment", "EnrollmentStatus", "Sequence", "SequenceVersion", "Step", "StepKind", "StepRun"]
