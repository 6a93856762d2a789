"""How calls end, in an organisation's own words: what it begins with; added, changed, put in order, taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import events
from crm.models import Actor, Organization
from crm.ordering import shifted
from leads.errors import InvalidValue
from leads.models import Disposition, Does, Outcome

MOST = 30
_HOUR = 60  # minutes

#: Label (kept in English, read in the reader's language), outcome, what it does, minutes until the next try.
USUAL = (
    (gettext_noop("Connected"), Outcome.REACHED, Does.NOTHING, 0),
    (gettext_noop("Call back"), Outcome.REACHED, Does.CALLBACK, 0),
    (gettext_noop("No answer"), Outcome.MISSED, Does.RETRY, 4 * _HOUR),
    (gettext_noop("Left voicemail"), Outcome.VOICEMAIL, Does.RETRY, 24 * _HOUR),
    (gettext_noop("Busy"), Outcome.MISSED, Does.RETRY, _HOUR // 2),
    (gettext_noop("Somebody else answered"), Outcome.MISSED, Does.RETRY, 4 * _HOUR),
    (gettext_noop("Not interested"), Outcome.REACHED, Does.NOTHING, 0),
    (gettext_noop("Wrong number"), Outcome.MISSED, Does.WRONG_NUMBER, 0),
    (gettext_noop("Out of service"), Outcome.MISSED, Does.WRONG_NUMBER, 0),
    (gettext_noop("Do not call"), Outcome.REACHED, Does.DO_NOT_CALL, 0),
)


def add_usual(organization_id: int) -> list[Disposition]:
    """What a new organisation starts with."""
    return Disposition.objects.bulk_create(
        Disposition(
            organization_id=organization_id,
            label=label,
            outcome=outcome,
            does=does,
            retry_after=minutes,
            position=position,
        )
        for position, (label, outcome, does, minutes) in enumerate(USUAL)
    )


def of(organization: Organization | int) -> QuerySet[Disposition]:
    """In the order in which advisors see them."""
    return Disposition.objects.filter(organization=organization).order_by("position", "pk")


@transaction.atomic
def add(organization: Organization, values: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> Disposition:
    """One more, at the end; values are columns. Raises InvalidValue for one too many, or a label that there is."""
    theirs = of(organization)
    if theirs.count() >= MOST:
        raise InvalidValue(_("At most %(most)d ways in which a call ends.") % {"most": MOST})
    last = theirs.aggregate(last=Max("position"))["last"]
    disposition = Disposition(organization=organization, position=0 if last is None else last + 1, **values)
    _store(disposition)
    _record("disposition.added", disposition, by, now)
    return disposition


@transaction.atomic
def change(disposition: Disposition, values: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> bool:
    """Overwrite columns; calls that ended so keep the words of their day. Raises InvalidValue for a label there is."""
    changed = {column: value for column, value in values.items() if getattr(disposition, column) != value}
    if not changed:
        return False
    told = {column: [getattr(disposition, column), value] for column, value in changed.items()}
    for column, value in changed.items():
        setattr(disposition, column, value)
    _store(disposition)
    _record("disposition.changed", disposition, by, now, changes=told)
    return True


@transaction.atomic
def shift(disposition: Disposition, by_places: int, *, by: Actor, now: dt.datetime) -> bool:
    """Some places down, or with a negative number up. False at the end."""
    moved = shifted(of(disposition.organization_id), disposition, by_places)
    if moved is None:
        return False
    _record("disposition.shifted", disposition, by, now, position=moved[1])
    return True


@transaction.atomic
def delete(disposition: Disposition, *, by: Actor, now: dt.datetime) -> None:
    """Take it away; calls keep its words. Raises InvalidValue for the last one."""
    if not of(disposition.organization_id).exclude(pk=disposition.pk).exists():
        raise InvalidValue(_("A call has to end somehow: keep at least one."))
    _record("disposition.deleted", disposition, by, now)
    disposition.delete()


def _store(disposition: Disposition) -> None:
    try:
        with transaction.atomic():
            disposition.save()
    except IntegrityError:
        raise InvalidValue(_("There is one of this name already."), field="label") from None


def _record(name: str, disposition: Disposition, by: Actor, now: dt.datetime, **more: Any) -> None:
    about = {"disposition": str(disposition.uuid), "label": disposition.label}
    events.record(name, organization=disposition.organization_id, by=by, now=now, **about, **more)
