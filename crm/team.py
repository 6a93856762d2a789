"""Who works in an organisation."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from crm import events
from crm.models import Actor, Advisor, Organization, Role, User


class CannotJoin(Exception):
    """The message says why, to a person."""


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
    Give a person a place in the organisation; somebody who has a log-in already keeps it.

    Without a password nobody can sign in as them until one is set. Raises CannotJoin.
    """
    user = _known_user(email, password) or _new_user(email, name, password)
    if Advisor.objects.filter(organization=organization, user=user).exists():
        raise CannotJoin(f"{user.email} is an advisor of {organization.name} already.")
    advisor = Advisor.objects.create(organization=organization, user=user, role=role)
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
        raise CannotJoin(f"{user.email} has a log-in with another password; leave the password out to keep it.")
    return user


def _new_user(email: str, name: str, password: str | None) -> User:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise CannotJoin(f"'{email}' is not an e-mail address.") from None
    first, _, last = name.strip().partition(" ")
    return User.objects.create_user(email, password, first_name=first[:150], last_name=last.strip()[:150])
