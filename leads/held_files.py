"""Every file that a row holds, closed with the newest key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction

from leads.models import BorrowerExport, Document, LeadImport, Recording

log = logging.getLogger(__name__)

#: Which column of which rows names it.
_COLUMNS: tuple[tuple[type[models.Model], str], ...] = (
    (Document, "file"),
    (Recording, "file"),
    (BorrowerExport, "file"),
    (LeadImport, "stored"),
)


def seal_anew() -> int:
    """Those that lie open, or were closed with an older key; how many. What can't be opened is told in the log."""
    return sum(_sealed_anew(model, column, pk) for model, column in _COLUMNS for pk in _rows(model, column))


def _rows(model: Any, column: str) -> Iterator[Any]:
    return model.objects.exclude(**{column: ""}).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=1000)


@transaction.atomic
def _sealed_anew(model: Any, column: str, pk: Any) -> bool:
    """The row is ours meanwhile, so that its file is not deleted under our hands and then there again."""
    name = model.objects.select_for_update().filter(pk=pk).values_list(column, flat=True).first()
    try:
        return bool(name) and default_storage.seal_anew(name)  # type: ignore[attr-defined]
    except OSError as error:
        log.error("%s stays as it is: %s", name, error)
        return False
