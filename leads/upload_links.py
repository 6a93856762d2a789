"""Links by which a borrower hands in what is asked for, without signing in."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import uuid as uuids
from collections.abc import Collection, Sequence

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm import events
from crm.models import Actor, Advisor
from crm.public_url import public_url
from leads import checklists, documents, messaging
from leads.checklists import Item
from leads.errors import ContactRefused, InvalidValue
from leads.models import Channel, Document, ItemKind, Lead, Message, UploadLink
from leads.uploads import UploadRefused

LIFETIME = dt.timedelta(days=14)
#: Where the link goes in what is written to the borrower; at the end when the words don't say.
PLACE = "{link}"
MOST_TRIES_AN_HOUR = 120
MOST_BY_LINK = 100
_SIGNER = signing.Signer(sep=".", salt="leadwright.upload-link")
_HOUR = dt.timedelta(hours=1)


def url_of(link: UploadLink) -> str:
    """Signed, so that nobody makes or guesses one; it works as long as SECRET_KEY or a former one does."""
    name = base64.urlsafe_b64encode(link.uuid.bytes).rstrip(b"=").decode()
    return public_url(reverse("leads:hand-in", args=[_SIGNER.sign(name)]))


def link_named(token: str) -> UploadLink | None:
    """The link that the address stands for, also one that has ended; None for one that we did not make."""
    try:
        name = uuids.UUID(bytes=base64.urlsafe_b64decode(_SIGNER.unsign(token) + "=="))
    except (signing.BadSignature, binascii.Error, ValueError):
        return None
    links = UploadLink.objects.filter(organization__is_active=True, lead__deleted_at=None)
    return links.select_related("lead__organization", "organization").filter(uuid=name).first()


def live_of(lead: Lead, now: dt.datetime) -> QuerySet[UploadLink]:
    """The lead's links that work now, newest first, with their items. Two statements."""
    links = UploadLink.objects.filter(lead=lead, revoked_at=None, expires_at__gt=now)
    return links.prefetch_related("items").order_by("-pk")


@transaction.atomic
def make(lead: Lead, items: Collection[Item], *, by_advisor: Advisor, now: dt.datetime) -> UploadLink:
    """A link that asks for these items of the lead's checklist. Raises InvalidValue when none of them is a document."""
    asked = [item for item in items if item.kind == ItemKind.DOCUMENT]
    if not asked:
        raise InvalidValue(_("Choose what the borrower is to send."), field="items")
    by = Actor.advisor(by_advisor)
    link = UploadLink.objects.create(
        organization_id=lead.organization_id,
        lead=lead,
        created_by=by_advisor,
        created_by_label=by.label[:255],
        created_at=now,
        expires_at=now + LIFETIME,
        tries_since=now,
    )
    link.items.set([checklists.row_of(lead, item, now=now) for item in asked])
    _tell("documents.requested", link, by, now, items=[item.name for item in asked])
    return link


def send(
    lead: Lead,
    items: Collection[Item],
    *,
    words: str,
    channel: Channel | str,
    subject: str = "",
    by_advisor: Advisor,
    now: dt.datetime,
    token: uuids.UUID | None = None,
) -> Message:
    """
    Ask the borrower in a message of the advisor's, which passes the same gate as any other.

    Raises ContactRefused, and then no link is left; InvalidValue when nothing is asked for.
    """
    link = make(lead, items, by_advisor=by_advisor, now=now)
    url = url_of(link)
    body = words.replace(PLACE, url) if PLACE in words else f"{words.rstrip()} {url}"
    try:
        message = messaging.write(
            lead, body=body, by_advisor=by_advisor, now=now, channel=channel, subject=subject, token=token
        )
    except ContactRefused:
        link.delete()
        raise
    if message.body != body:
        link.delete()  # the same form twice: the first one's link has gone out
    return message


def revoke(link: UploadLink, *, by: Actor, now: dt.datetime) -> None:
    """It opens nothing any more."""
    if UploadLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        _tell("documents.request_revoked", link, by, now)


def note_opened(link: UploadLink, now: dt.datetime) -> None:
    """The first time that somebody looked."""
    if link.opened_at is None:
        UploadLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=now)


def may_try(link: UploadLink, now: dt.datetime) -> bool:
    """Counts a try; False when there were too many within the hour. Right across processes and machines."""
    is_same_hour = When(tries_since__gt=now - _HOUR, then=F("tries") + 1)
    since = When(tries_since__gt=now - _HOUR, then=F("tries_since"))
    UploadLink.objects.filter(pk=link.pk).update(
        tries=Case(is_same_hour, default=Value(1)), tries_since=Case(since, default=Value(now))
    )
    link.refresh_from_db(fields=["tries"])
    return link.tries <= MOST_TRIES_AN_HOUR


def asked_by(link: UploadLink) -> list[Item]:
    """What the link asks for that is still on the checklist, in its order."""
    rows = set(link.items.values_list("pk", flat=True))
    return [item for item in checklists.items_of(link.lead) if item.row is not None and item.row.pk in rows]


def received_by(link: UploadLink) -> dict[int | None, int]:
    """How many files came by this link, by the row of their item."""
    counts: dict[int | None, int] = {}
    for item in link.documents.values_list("item", flat=True):
        counts[item] = counts.get(item, 0) + 1
    return counts


def hand_in(link: UploadLink, item: Item, upload: UploadedFile, *, now: dt.datetime) -> Document:
    """The borrower hands in a file. Raises UploadRefused, and Changed when the item is not asked for any more."""
    if link.documents.count() >= MOST_BY_LINK:
        raise UploadRefused(_("This link has taken as many files as it can. Please ask for a new one."))
    by = Actor.borrower(link.lead.name or link.lead.display_name)
    return documents.hand_in(link.lead, upload, item=item, by=by, link=link, now=now)


def usual_words(lead: Lead, items: Sequence[Item]) -> str:
    """A message to begin with, in which PLACE stands for the link."""
    with override(lead.organization.language):
        said = _("Hi %(name)s, for your application %(who)s still needs: %(items)s. Please send it here: %(link)s")
    return said % {
        "name": lead.first_name or lead.name or lead.business_name,
        "who": lead.organization.name,
        "items": ", ".join(item.name for item in items),
        "link": PLACE,
    }


def _tell(name: str, link: UploadLink, by: Actor, now: dt.datetime, **data: list[str]) -> None:
    about = {"organization": link.organization_id, "lead_id": link.lead_id, "by": by, "now": now}
    events.record(name, **about, link=str(link.uuid), **data)
