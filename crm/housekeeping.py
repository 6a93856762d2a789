"""Small chores of every minute: each is listed in settings.HOUSEKEEPING, safe to run twice, and harmed by no other."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from crm import reach

log = logging.getLogger(__name__)


def run() -> str:
    """Do every chore; what each came to, in a line. A chore that fails is logged, and the others are done."""
    done = []
    for path in settings.HOUSEKEEPING:
        chore: Callable[[], int] = import_string(path)
        try:
            with reach.everybody():
                count = chore()
        except Exception:
            log.exception("housekeeping: %s", path)
            done.append(f"{path} failed")
        else:
            if count:
                done.append(f"{path.rpartition('.')[2]} {count}")
    return ", ".join(done) or "nothing to tidy"
