"""
Invite somebody into an organisation by e-mail, and let them in.

The letter is written by a worker, so that nobody waits for a mail server. Its link is signed: the database alone opens
no door.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from smtplib import SMTPException

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm import events, team
from crm.models import Actor, Advisor, Invitation, Organization, Role, User
from crm.public_url import public_url
from crm.tasks import HOUSEKEEPING, ring

VALID_FOR = dt.timedelta(days=7)
_SALT = "crm.invitations"
_AT_ONCE = 50
log = logging.getLogger(__name__)


class NotOpen(Exception):
    """The link opens nothing (any more). The message says why, to the person who follows it."""


def open_invitations(organization: Organization) -> QuerySet[Invitation]:
    """Those that wait for an answer, and those past their day, which can be sent again; the newest first."""
    waiting = Invitation.objects.filter(organization=organization, accepted_at=None, withdrawn_at=None)
    return waiting.select_related("invited_by__user").order_by("-pk")


@transaction.atomic
def invite(*, organization: Organization, email: str, role: Role | str, by: Advisor, now: dt.datetime) -> Invitation:
    """A letter to this address goes out soon; one that waits there already is replaced. Raises team.CannotJoin."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise team.CannotJoin(_("“%(email)s” is not an e-mail address.") % {"email": email}) from None
    if role not in team.roles_given_by(by):
        raise team.CannotJoin(_("Only an administrator of the organisation makes administrators."))
    if Advisor.objects.filter(organization=organization, user__email__iexact=email, is_active=True).exists():
        raise team.CannotJoin(_("%(email)s works here already.") % {"email": email})
    Organization.objects.select_for_update().get(pk=organization.pk)  # two managers, one address
    open_invitations(organization).filter(email__iexact=email).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        organization=organization, email=email, role=role, invited_by=by, created_at=now, expires_at=now + VALID_FOR
    )
    _record("advisor.invited", invitation, Actor.advisor(by), now)
    transaction.on_commit(lambda: ring(HOUSEKEEPING), robust=True)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Actor, now: dt.datetime) -> bool:
    """Its link opens nothing any more. False when it was accepted or withdrawn before."""
    waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=now):
        return False
    _record("advisor.uninvited", invitation, by, now)
    return True


def link_of(invitation: Invitation) -> str:
    return public_url(reverse("crm:invitation", args=[signing.dumps(str(invitation.uuid), salt=_SALT)]))


def by_token(token: str, now: dt.datetime) -> Invitation:
    """The open invitation that a link names. Raises NotOpen."""
    try:
        named = uuid.UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError):
        raise NotOpen(_("This link is damaged. Copy it whole from the letter.")) from None
    found = Invitation.objects.filter(uuid=named, organization__is_active=True).select_related("organization").first()
    if found is None or found.withdrawn_at:
        raise NotOpen(_("This invitation was withdrawn. Ask for another one."))
    if found.accepted_at:
        raise NotOpen(_("This invitation was accepted already. Sign in with your e-mail address."))
    if not found.is_open(now):
        raise NotOpen(_("This invitation is past its day. Ask for another one."))
    return found


@transaction.atomic
def accept(
    invitation: Invitation, *, user: User | None = None, name: str = "", password: str | None = None, now: dt.datetime
) -> Advisor:
    """
    The place is theirs, once: as the user who is signed in, or with a new log-in under the invited address.

    Raises NotOpen when somebody was faster, and team.CannotJoin.
    """
    open_now = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    if not open_now.update(accepted_at=now):
        raise NotOpen(_("This invitation is no longer open."))
    email = user.email if user else invitation.email
    return team.join(
        organization=invitation.organization,
        email=email,
        role=invitation.role,
        name=name,
        password=password,
        by=Actor.system(email),
        now=now,
    )


def send_waiting() -> int:
    """Write the letters that wait; how many went out. One that fails says why on the team's page, and is tried on."""
    waiting = Invitation.objects.filter(
        sent_at=None, accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )
    sent = 0
    for invitation in waiting.select_related("organization", "invited_by__user").order_by("created_at")[:_AT_ONCE]:
        try:
            _send(invitation)
        except (SMTPException, OSError) as error:
            log.warning("invitation %s: %s", invitation.pk, error)
            Invitation.objects.filter(pk=invitation.pk).update(trouble=str(error)[:200] or type(error).__name__)
        else:
            sent += Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now(), trouble="")
    return sent


def _send(invitation: Invitation) -> None:
    about = {
        "organization": invitation.organization.name,
        "inviter": invitation.invited_by.name if invitation.invited_by else invitation.organization.name,
        "link": link_of(invitation),
        "days": VALID_FOR.days,
    }
    with override(invitation.organization.language):
        subject = _("%(inviter)s invites you to %(organization)s") % about
        words = render_to_string("crm/email/invitation.txt", about)
    send_mail(subject, words, None, [invitation.email])


def _record(name: str, invitation: Invitation, by: Actor, now: dt.datetime) -> None:
    about = {"email": invitation.email, "role": invitation.role}
    events.record(name, organization=invitation.organization_id, by=by, now=now, **about)
