"""What somebody has said about a file: what its columns are, and what is to become of its rows. A job's options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from crm.models import Advisor, Organization
from leads.importing import targets
from leads.manners import Known
from leads.models import ImportMapping, Lead

_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """targets: one for each column. stage and advisor: ids, for rows that name none; "" of consent: none is known."""

    targets: list[str]
    known: str = Known.FILL
    day_first: bool = False
    stage: int | None = None
    advisor: int | None = None
    tags: list[str] = field(default_factory=list)
    source_label: str = ""
    consent: str = ""
    consent_source: str = ""
    starts_sequences: bool = False
    tells_others: bool = True

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        return cls(**options)

    def options(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def unheard(self) -> list[str]:
        """Who is not to act on the facts of this import."""
        return [*(() if self.starts_sequences else ("sequences",)), *(() if self.tells_others else ("webhooks",))]


def own_names(organization: Organization) -> list[str]:
    """The organisation's own fields, as its newest leads have them."""
    newest = Lead.objects.of(organization).exclude(custom_fields={}).newest_first()
    names = {name for fields in newest.values_list("custom_fields", flat=True)[:_LOOKED_AT] for name in fields}
    return sorted(names - {"product"}, key=str.casefold)


def suggested(organization: Organization, headings: Sequence[str], own: Sequence[str]) -> list[str]:
    """What was said of these headings the last time, else what they seem to mean."""
    known = ImportMapping.objects.filter(organization=organization, fingerprint=_fingerprint(headings)).first()
    if known is not None and len(known.targets) == len(headings) and all(map(targets.is_known, known.targets)):
        return list(known.targets)
    return targets.guess(headings, own)


def remember(advisor: Advisor, headings: Sequence[str], chosen: Sequence[str], *, now: Any) -> None:
    ImportMapping.objects.update_or_create(
        organization_id=advisor.organization_id,
        fingerprint=_fingerprint(headings),
        defaults={"targets": list(chosen), "used_at": now},
    )


def _fingerprint(headings: Sequence[str]) -> str:
    words = json.dumps([heading.casefold() for heading in headings])
    return hashlib.sha256(words.encode()).hexdigest()
