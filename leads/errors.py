"""What can be wrong with a request to the domain; each contract puts it into its own words."""

from __future__ import annotations


class DomainError(Exception):
    """code names the kind of trouble, words say it to a person, field is the culprit when there is one."""

    code = "invalid"

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class InvalidPhone(DomainError):
    code = "invalid_phone"

    def __init__(self, given: object) -> None:
        super().__init__(f"'{given}' is not a phone number that can be dialled", field="phone")


class InvalidValue(DomainError):
    code = "invalid_value"


class DuplicateLead(DomainError):
    code = "duplicate_lead"


class StageRefused(DomainError):
    """The stage needs something that the lead does not have (see StageRule)."""

    code = "stage_refused"

    def __init__(self, words: str, *, rule: str) -> None:
        super().__init__(words)
        self.rule = rule


class Changed(DomainError):
    """Somebody else has changed it since it was looked at."""

    code = "changed"


class ContactRefused(DomainError):
    """This person must not be contacted, or not now; rule names why (see leads/contactability.py)."""

    code = "contact_refused"

    def __init__(self, words: str, *, rule: str) -> None:
        super().__init__(words)
        self.rule = rule
