"""Recordings of calls: kept with their call, and removed again."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor
from leads import stored_files
from leads.errors import Changed
from leads.models import Call, Recording
from leads.sound_files import sound_of
from leads.uploads import UploadRefused

MOST_OF_CALL = 10


def keep(call: Call, upload: UploadedFile, *, by: Actor, now: dt.datetime) -> Recording:
    """
    The sound of a call; the same file is kept once. Raises UploadRefused with words for whoever sent it.

    It began with the call, and is as long as the file says. A call of unknown length is as long as its recording.
    """
    sound = sound_of(upload)
    name = stored_files.put(sound.content, suffix=sound.suffix, now=now, folder="recordings")
    with transaction.atomic():
        locked = Call.objects.select_for_update().filter(pk=call.pk, lead__deleted_at=None).first()
        if locked is None:
            raise Changed(_("This call is gone."))
        theirs = Recording.objects.filter(call=locked)
        if known := theirs.filter(sha256=sound.sha256).first():
            return known  # the file just stored stays loose, and is swept
        if theirs.count() >= MOST_OF_CALL:
            raise UploadRefused(_("This call has as many recordings as fit."))
        stored_files.take(name)
        end = locked.started_at + dt.timedelta(seconds=sound.seconds)
        recording = Recording.objects.create(
            organization_id=locked.organization_id,
            call=locked,
            file=name,
            content_type=sound.content_type,
            sha256=sound.sha256,
            seconds=sound.seconds,
            started_at=locked.started_at,
            ended_at=end,
            added_by_label=by.label[:255],
        )
        if locked.ended_at is None and not locked.is_open:
            Call.objects.filter(pk=locked.pk).update(ended_at=end)
        _tell("call.recorded", recording, locked.lead_id, by, now)
    return recording


@transaction.atomic
def remove(recording: Recording, *, by: Actor, now: dt.datetime) -> bool:
    """Gone for good, with its file. False when it was gone before."""
    locked = Recording.objects.select_for_update().select_related("call").filter(pk=recording.pk).first()
    if locked is None:
        return False
    stored_files.let_go([str(locked.file)], now=now)
    _tell("call.recording_removed", locked, locked.call.lead_id, by, now)
    locked.delete()
    return True


def played(recording: Recording, span: str, *, by: Actor, now: dt.datetime) -> None:
    """Somebody listens: on record once, when the beginning is asked for. span: the Range of the request."""
    if not span or span.replace(" ", "").startswith("bytes=0-"):
        _tell("call.recording_played", recording, recording.call.lead_id, by, now)


def _tell(name: str, recording: Recording, lead_id: int, by: Actor, now: dt.datetime) -> None:
    events.record(
        name,
        organization=recording.organization_id,
        lead_id=lead_id,
        by=by,
        now=now,
        call=recording.call_id,
        recording=str(recording.uuid),
        seconds=recording.seconds,
    )
