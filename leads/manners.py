"""How many leads are taken in at once: what becomes of those that are known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from crm.models import Advisor


class Known(StrEnum):
    """What a row does to the lead that answers to its phone number or external id."""

    SKIP = "skip"
    FILL = "fill"
    OVERWRITE = "overwrite"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Manner:
    """
    The usual one is that of the contracts; a file has others.

    sees: whoever brings them, where they don't see every lead; what they don't see they don't change. job: of the file;
    what is changed in known leads is kept with the outcomes then, and the tags of a row are added to them.
    """

    known: Known = Known.FILL
    needs_phone: bool = True
    sees: Advisor | None = None
    job: UUID | None = None

    def may_touch(self, advisor_id: int | None) -> bool:
        return self.sees is None or self.sees.sees_all_leads or advisor_id in (None, self.sees.pk)


USUAL = Manner()
