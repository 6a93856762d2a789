"""What can be wrong with a request about sequences."""

from __future__ import annotations

from leads.errors import DomainError


class SequenceInactive(DomainError):
    """It is switched off or deleted, and takes nobody new."""

    code = "sequence_inactive"


class InvalidStep(DomainError):
    code = "invalid_step"


class InvalidTrigger(DomainError):
    code = "invalid_trigger"
