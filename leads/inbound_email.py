"""E-mail that borrowers write: who it is from, which conversation it belongs to, and which words are new."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from django.db import IntegrityError, transaction
from django.utils.html import strip_tags

from crm.models import Organization
from leads import messaging
from leads.models import Channel, Direction, Message

_OURS = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
#: "On Fri, 20 Nov 2026 at 10:00, Acme <loans@acme.example> wrote:", in the languages that we have seen.
_BEGINS, _ENDS = ("On ", "Am ", "El ", "Le "), ("wrote:", "schrieb:", "escribió:", "a écrit :", "a écrit:")


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail as the webhook has it; replies_to: In-Reply-To and References, the nearest first."""

    sender: str
    subject: str
    text: str
    html: str
    message_id: str
    replies_to: tuple[str, ...] = ()


def receive(organization: Organization, email: Email, *, now: dt.datetime) -> Message | None:
    """The same Message-ID is heard once. None for an e-mail that says nothing."""
    body = words_of(email)
    if not body:
        return None
    try:
        with transaction.atomic():
            message = messaging.receive(
                organization,
                address=_address(organization, email),
                body=body,
                now=now,
                channel=Channel.EMAIL,
                provider="email",
                provider_id=hashlib.sha256(email.message_id.encode()).hexdigest(),
            )
            own = Message.objects.filter(organization=organization, pk=message.pk)
            own.filter(subject="").update(subject=email.subject[:255])
    except IntegrityError:  # delivered twice at the same moment, and the other one was faster
        return None
    return message


def words_of(email: Email) -> str:
    """What was written anew; the subject when that is all there is."""
    text = email.text if email.text.strip() else unescape(strip_tags(email.html))
    return without_quote(text.replace("\r\n", "\n").replace("\0", "")).strip() or email.subject.strip()


def without_quote(text: str) -> str:
    """
    Without the e-mail that was answered, when it stands whole below the answer, each line marked with ">".

    In doubt, nothing is cut: words between the quoted lines, or quotes without marks, stay.
    """
    lines = text.rstrip().split("\n")
    end = len(lines)
    while end and (_is_quoted(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    if not any(_is_quoted(line) for line in lines[end:]):
        return text
    for span in (1, 2):  # mail programs break the introduction into two lines
        introduction = " ".join(lines[max(end - span, 0) : end]).strip()
        if introduction.startswith(_BEGINS) and introduction.endswith(_ENDS):
            end -= span
            break
    return "\n".join(lines[: max(end, 0)]).rstrip() or text


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _address(organization: Organization, email: Email) -> str:
    """The sender's; whoever answers us from a mailbox that nobody knows counts as the one whom we wrote to."""
    if messaging.lead_at(organization, email.sender) is None and (asked := _answered(organization, email.replies_to)):
        return asked.address
    return email.sender


def _answered(organization: Organization, replies_to: Iterable[str]) -> Message | None:
    for name in replies_to:
        if ours := _OURS.match(name.strip()):
            sent = Message.objects.filter(
                organization=organization,
                uuid=uuid.UUID(ours.group(1)),
                direction=Direction.OUTBOUND,
                channel=Channel.EMAIL,
            )
            if message := sent.first():
                return message
    return None
