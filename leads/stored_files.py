"""
Files in private storage, which rows point to and the database knows nothing of.

A file's name is written down as loose before its bytes are stored, and struck out by the transaction that makes a row
of it; a row that goes writes it down again. So whatever dies in between leaves a loose file, and those are swept.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.errors import Changed
from leads.models import LooseFile

#: How long somebody who has stored a file may take to make a row of it.
_GRACE = dt.timedelta(hours=1)
_AT_ONCE = 200


def put(
    content: IO[bytes], *, suffix: str, now: dt.datetime, folder: str = "documents", grace: dt.timedelta = _GRACE
) -> str:
    """Store the bytes under a name that nobody can guess, loose, and swept after grace. Not inside a transaction."""
    token = secrets.token_hex(16)
    name = f"{folder}/{token[:2]}/{token}.{suffix}"
    LooseFile.objects.create(name=name, not_before=now + grace)
    stored = default_storage.save(name, File(content))
    assert stored == name, "the storage gave it another name"
    return name


def take(name: str) -> None:
    """A row of this transaction holds the file from now on. Raises Changed when it has been swept meanwhile."""
    if not LooseFile.objects.filter(name=name).delete()[0]:
        raise Changed(_("That took too long. Please send the file again."))


def hasten(name: str, *, now: dt.datetime) -> None:
    """A loose file has served its purpose before its time."""
    LooseFile.objects.filter(name=name).update(not_before=now)


def let_go(names: Iterable[str], *, now: dt.datetime) -> None:
    """No row holds these any more: once this transaction has committed, they are deleted."""
    LooseFile.objects.bulk_create(LooseFile(name=name, not_before=now) for name in names)


def sweep() -> int:
    """Delete the loose files whose time has come; how many."""
    due = LooseFile.objects.filter(not_before__lte=timezone.now()).order_by("not_before").values_list("pk", flat=True)
    return sum(_delete(pk) for pk in list(due[:_AT_ONCE]))


@transaction.atomic
def _delete(pk: int) -> int:
    """The bytes first: whoever dies after them deletes them once more, which does no harm."""
    skip = connection.features.has_select_for_update_skip_locked
    loose = LooseFile.objects.select_for_update(skip_locked=skip).filter(pk=pk).first()
    if loose is None:
        return 0
    default_storage.delete(loose.name)
    loose.delete()
    return 1
