"""How the settings call things."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crm.models import CredentialKind, Permission

CONTRACTS: dict[str, str] = {
    CredentialKind.LENDWORKS: "LendWorks",
    CredentialKind.RECOVERBIZ: "RecoverBiz",
    CredentialKind.USERLEADS: "userleads",
    CredentialKind.CONVOSO: "Convoso",
}
PERMISSIONS: dict[str, str | Promise] = {
    Permission.READ: gettext_lazy("Read"),
    Permission.READ_WRITE: gettext_lazy("Read and write"),
    Permission.FULL: gettext_lazy("Read, write and delete"),
}


def day(moment: dt.datetime) -> str:
    """21 Nov 2026, in the organisation's time."""
    return date_format(timezone.localtime(moment), "j M Y")


def minute(moment: dt.datetime) -> str:
    """14:05 today, 21 Nov 14:05 on another day, with its year in another one."""
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M H:i" if local.year == today.year else "j M Y H:i")


def end(moment: dt.datetime) -> str:
    """Midnight ends the day before it; any other moment is named with its time."""
    local = timezone.localtime(moment)
    return day(moment - dt.timedelta(minutes=1)) if local.time() == dt.time.min else minute(moment)
