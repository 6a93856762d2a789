"""What the ground floor has to say on the administration's first page."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.models import Failure, OrmQ, Schedule

from crm import tasks
from crm.admin.overview import BAD, NOTABLE, Reading, Tile, add, ago, counted
from crm.models import ChannelAccount, DeliveryState, Invitation, Organization, User, WebhookDelivery, WebhookEndpoint

#: The tick comes every minute; after so long without it somebody should look.
_SILENT = dt.timedelta(minutes=3)


def _last_tick(now: dt.datetime) -> Reading:
    """The tick moves its own next run on, whichever machine it ran on."""
    schedule = Schedule.objects.filter(func=tasks.HOUSEKEEPING).order_by("pk").first()
    if schedule is None or schedule.next_run is None:
        return Reading(_("never ran"), _("Start one: manage.py worker"), NOTABLE)
    last = schedule.next_run - dt.timedelta(minutes=schedule.minutes or 1)
    if now - schedule.next_run > _SILENT:
        return Reading(_("silent"), _("Last tick %(when)s") % {"when": ago(last, now)}, BAD)
    return Reading(_("well"), _("Last tick %(when)s") % {"when": ago(last, now)})


def _organizations(now: dt.datetime) -> Reading:
    demos = Organization.objects.filter(is_active=True, is_demo=True).count()
    note = _("and %(number)d with demonstration data") % {"number": demos} if demos else ""
    return Reading(counted(Organization.objects.filter(is_active=True, is_demo=False)).value, note)


def _staff_without_second_step(now: dt.datetime) -> Reading:
    steps = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    staff = User.objects.filter(is_staff=True, is_active=True)
    return counted(staff.filter(~Exists(steps)), tone=NOTABLE)


add(
    gettext_lazy("Workers"),
    20,
    Tile(gettext_lazy("Worker"), Schedule, "", _last_tick),
    Tile(gettext_lazy("Waiting in the queue"), OrmQ, "", lambda now: counted(OrmQ.objects.all())),
    Tile(gettext_lazy("Failed tasks"), Failure, "", lambda now: counted(Failure.objects.all(), tone=BAD)),
)
add(
    gettext_lazy("Webhooks and channels"),
    40,
    Tile(
        gettext_lazy("Deliveries given up"),
        WebhookDelivery,
        "state__exact=failed",
        lambda now: counted(WebhookDelivery.objects.filter(state=DeliveryState.FAILED), tone=BAD),
    ),
    Tile(
        gettext_lazy("Deliveries that wait"),
        WebhookDelivery,
        "state__exact=queued",
        lambda now: counted(WebhookDelivery.objects.filter(state=DeliveryState.QUEUED)),
    ),
    Tile(
        gettext_lazy("Endpoints switched off"),
        WebhookEndpoint,
        "is_active__exact=0",
        lambda now: counted(WebhookEndpoint.objects.filter(is_active=False), tone=NOTABLE),
    ),
    Tile(
        gettext_lazy("Accounts in trouble"),
        ChannelAccount,
        "trouble__isempty=0",
        lambda now: counted(ChannelAccount.objects.exclude(trouble="").filter(disconnected_at=None), tone=BAD),
    ),
)
add(
    gettext_lazy("Organisations and people"),
    60,
    Tile(gettext_lazy("Organisations at work"), Organization, "is_active__exact=1", _organizations),
    Tile(
        gettext_lazy("Staff without a second step"),
        User,
        "is_staff__exact=1",
        _staff_without_second_step,
    ),
    Tile(
        gettext_lazy("Invitations that could not be sent"),
        Invitation,
        "trouble__isempty=0",
        lambda now: counted(
            Invitation.objects.exclude(trouble="").filter(sent_at=None, accepted_at=None, withdrawn_at=None), tone=BAD
        ),
    ),
)
