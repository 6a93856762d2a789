"""Who works in an organisation."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor, Organization, Role, User
from crm.signing_in import second_steps


class CannotJoin(Exception):
    """The message says why, to a person."""


#: Who may manage an organisation.
MANAGING = (Role.MANAGER, Role.ADMIN)


class NotAllowed(Exception):
    """What may not be done to a colleague. The message says why, to whoever tried."""


def roles_given_by(advisor: Advisor) -> tuple[Role, ...]:
    """The roles that they may give and take: managers make managers, only administrators make administrators."""
    if advisor.role == Role.ADMIN:
        return (Role.ADVISOR, Role.MANAGER, Role.ADMIN)
    return (Role.ADVISOR, Role.MANAGER) if advisor.is_manager else ()


@transaction.atomic
def change_place(
    advisor: Advisor, *, role: Role | str | None = None, is_active: bool | None = None, by: Advisor, now: dt.datetime
) -> bool:
    """
    Another role, or a place switched off or on; pages and personal keys follow at once. False when nothing changed.

    Raises NotAllowed for a role beyond one's own, and when nobody would be left to manage the organisation.
    """
    place = _held_place(advisor, by.organization_id)
    role = place.role if role is None else role
    is_active = place.is_active if is_active is None else is_active
    if (role, is_active) == (place.role, place.is_active):
        return False
    if {place.role, role} - set(roles_given_by(by)):
        raise NotAllowed(_("Only an administrator of the organisation changes administrators."))
    _put(place, role, is_active, Actor.advisor(by), now)
    return True


@transaction.atomic
def change_place_by_staff(advisor: Advisor, *, role: Role | str, is_active: bool, by: Actor, now: dt.datetime) -> bool:
    """The same by staff, who may give any role. Raises NotAllowed when nobody would be left to manage."""
    place = _held_place(advisor, advisor.organization_id)
    if (role, is_active) == (place.role, place.is_active):
        return False
    _put(place, role, is_active, by, now)
    return True


def others_manage(advisor: Advisor) -> bool:
    """Whether somebody else could manage the organisation."""
    team = Advisor.objects.filter(organization_id=advisor.organization_id, is_active=True, user__is_active=True)
    return team.filter(role__in=MANAGING).exclude(pk=advisor.pk).exists()


def _held_place(advisor: Advisor, organization_id: int) -> Advisor:
    Organization.objects.select_for_update().get(pk=advisor.organization_id)  # two managers who switch each other off
    return Advisor.objects.select_related("user").get(pk=advisor.pk, organization_id=organization_id)


def _put(place: Advisor, role: Role | str, is_active: bool, by: Actor, now: dt.datetime) -> None:
    stays = is_active and role in MANAGING and place.user.is_active
    if not stays and not others_manage(place):
        raise NotAllowed(_("Somebody must be left to manage the organisation."))
    place.role, place.is_active = str(role), is_active
    place.save(update_fields=["role", "is_active"])
    about = {"advisor_id": place.pk, "email": place.user.email, "role": str(role), "is_active": is_active}
    events.record("advisor.changed", organization=place.organization_id, by=by, now=now, **about)


@transaction.atomic
def require_second_step(organization: Organization, required: bool, *, by: Advisor, now: dt.datetime) -> bool:
    """From now on a password alone lets nobody in, or it does again. Raises NotAllowed to one who has no more."""
    if required and not second_steps(by.user).exists():
        raise NotAllowed(_("Set up a second step for yourself first, or this would lock you out."))
    mine = Organization.objects.filter(pk=organization.pk, pk__in=[by.organization_id])
    if not mine.exclude(requires_second_step=required).update(requires_second_step=required):
        return False
    events.record(
        "organization.second_step_required" if required else "organization.second_step_optional",
        organization=organization,
        by=Actor.advisor(by),
        now=now,
    )
    return True


@transaction.atomic
def join(
    *,
    organization: Organization,
    email: str,
    role: Role | str = Role.ADVISOR,
    name: str = "",
    password: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> Advisor:
    """
    Give a person a place in the organisation; somebody who has a log-in already keeps it, and who left comes back.

    Without a password nobody can sign in as them until one is set. Raises CannotJoin.
    """
    user = _known_user(email, password) or _new_user(email, name, password)
    advisor, is_new = Advisor.objects.get_or_create(organization=organization, user=user, defaults={"role": role})
    if not is_new:
        if advisor.is_active:
            raise CannotJoin(
                _("%(email)s is an advisor of %(name)s already.") % {"email": user.email, "name": organization.name}
            )
        advisor.role, advisor.is_active = str(role), True
        advisor.save(update_fields=["role", "is_active"])
    events.record(
        "advisor.joined", organization=organization, by=by, now=now, advisor_id=advisor.pk, email=user.email, role=role
    )
    return advisor


def _known_user(email: str, password: str | None) -> User | None:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None or password is None:
        return user
    if not user.has_usable_password():
        user.set_password(password)
        user.save(update_fields=["password"])
    elif not user.check_password(password):
        raise CannotJoin(
            _("%(email)s has a log-in with another password; leave the password out to keep it.")
            % {"email": user.email}
        )
    return user


def _new_user(email: str, name: str, password: str | None) -> User:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise CannotJoin(_("'%(email)s' is not an e-mail address.") % {"email": email}) from None
    first, _space, last = name.strip().partition(" ")
    return User.objects.create_user(email, password, first_name=first[:150], last_name=last.strip()[:150])
