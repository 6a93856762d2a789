"""
Letters about notifications, as each advisor chose: at once (within a minute), once a day in their morning, or none.

At least once: a worker holds the rows while it writes, and one that dies after the letter left leaves them to the next.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.core.mail import send_mail
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from crm import heartbeat
from crm.models import Advisor, MailChoice, MailState, Notification, NotificationChoice
from crm.public_url import public_url
from leads.models import Lead
from leads.notification_kinds import KINDS

MORNING = 8
LEASE = dt.timedelta(minutes=5)
#: From one try to the next.
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
_AT_ONCE = 500
_LINES = 20
log = logging.getLogger(__name__)

type Choices = Mapping[tuple[int, str], str]


def send_due() -> int:
    """Chore: write the letters that are due; how many went out."""
    return _send(timezone.now())


def _send(now: dt.datetime) -> int:
    waiting = Notification.objects.filter(mail_state=MailState.WAITING, mail_at__lte=now).order_by("mail_at", "pk")
    rows = list(waiting.select_related("advisor__user", "advisor__organization")[:_AT_ONCE])
    choices = choices_of({row.advisor_id for row in rows})
    unwanted, due = [], []
    for row in rows:
        choice = choices.get((row.advisor_id, row.kind), KINDS[row.kind].mail if row.kind in KINDS else MailChoice.OFF)
        if (
            choice == MailChoice.OFF
            or row.read_at
            or not (row.advisor.is_active and row.advisor.organization.is_active)
        ):
            unwanted.append(row.pk)
        elif choice == MailChoice.DAILY and (morning := morning_after(row.created_at, row.advisor)) > now:
            Notification.objects.filter(pk=row.pk, mail_state=MailState.WAITING).update(mail_at=morning)
        else:
            due.append(row)
    Notification.objects.filter(pk__in=unwanted, mail_state=MailState.WAITING).update(mail_state=MailState.NONE)
    sent = 0
    for theirs in _by_advisor(_claimed(due, now)).values():
        heartbeat.beat()
        sent += _write(theirs, now)
    return sent


def choices_of(advisor_ids: set[int]) -> dict[tuple[int, str], str]:
    chosen = NotificationChoice.objects.filter(advisor__in=advisor_ids).values_list("advisor_id", "kind", "mail")
    return {(advisor_id, kind): mail for advisor_id, kind, mail in chosen}


def morning_after(moment: dt.datetime, advisor: Advisor) -> dt.datetime:
    """The next eight o'clock where the advisor works."""
    zone: ZoneInfo = advisor.organization.zone
    local = moment.astimezone(zone)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + dt.timedelta(days=1)


def _claimed(due: Sequence[Notification], now: dt.datetime) -> list[Notification]:
    """Those of them that no other worker took; ours until the lease ends."""
    token = uuid.uuid4()
    free = Notification.objects.filter(pk__in=[row.pk for row in due], mail_state=MailState.WAITING, mail_at__lte=now)
    free.update(mail_lease=token, mail_at=now + LEASE, mail_attempts=F("mail_attempts") + 1)
    held = Notification.objects.filter(mail_lease=token).order_by("pk") if due else Notification.objects.none()
    return list(held.select_related("advisor__user", "advisor__organization"))


def _by_advisor(rows: Sequence[Notification]) -> dict[int, list[Notification]]:
    theirs: dict[int, list[Notification]] = defaultdict(list)
    for row in rows:
        theirs[row.advisor_id].append(row)
    return theirs


def _write(rows: Sequence[Notification], now: dt.datetime) -> bool:
    """One letter about all of them; what they may not see any more is left out. Whether it went out."""
    advisor = rows[0].advisor
    named = {row.lead_uuid for row in rows if row.lead_uuid}
    seen = set(Lead.objects.visible_to(advisor).filter(uuid__in=named).values_list("uuid", flat=True))
    told = [row for row in rows if row.lead_uuid is None or row.lead_uuid in seen]
    held = Notification.objects.filter(pk__in=[row.pk for row in rows], mail_lease=rows[0].mail_lease)
    if not told:
        held.update(mail_state=MailState.NONE, mail_lease=None)
        return False
    try:
        with override(advisor.language):
            _letter(advisor, told)
    except (SMTPException, OSError) as error:
        log.warning("a letter to advisor %s: %s", advisor.pk, error)
        tries = max(row.mail_attempts for row in rows)
        if tries > len(PAUSES):
            held.update(mail_state=MailState.FAILED, mail_lease=None)
        else:
            held.update(mail_at=now + PAUSES[tries - 1], mail_lease=None)
        return False
    held.update(mail_state=MailState.SENT, mail_lease=None)
    return True


def _letter(advisor: Advisor, rows: Sequence[Notification]) -> None:
    """Of a borrower it holds a first name and no more; the rest is behind the link."""
    lines = [{"says": says(row), "link": public_url(path_of(row))} for row in rows[:_LINES]]
    number = len(rows)
    subject = lines[0]["says"] if number == 1 else ngettext("%(n)d notice", "%(n)d notices", number) % {"n": number}
    about = {
        "name": advisor.user.first_name,
        "lines": lines,
        "more": number - len(lines),
        "all": public_url(reverse("leads:notifications")),
        "choices": public_url(reverse("leads:notification-choices")),
    }
    send_mail(subject, render_to_string("leads/email/notifications.txt", about), None, [advisor.user.email])


def says(row: Notification, who: str = "") -> str:
    """The notification in a line; who: the lead's name, where it may be shown in full."""
    kind = KINDS.get(row.kind)
    return kind.says(who or row.data.get("first") or _("A lead"), row.data) if kind else row.kind


def path_of(row: Notification) -> str:
    """Where something can be done about it."""
    if row.lead_uuid:
        return reverse("leads:lead", args=[row.lead_uuid])
    if row.kind == "job" and row.data.get("job"):
        return reverse("leads:job", args=[row.data["job"]])
    if row.kind == "webhook":
        return reverse("crm:settings-webhooks")
    query = "?advisor=nobody" if row.kind == "unassigned" else "?advisor=me"
    return reverse("leads:list") + query
