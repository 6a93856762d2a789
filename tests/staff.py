"""Browsers in which staff have signed in, with a second step, a moment ago."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client

from crm.encryption import encrypt
from crm.models import User

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def staff_user(email: str, *, is_superuser: bool = False) -> User:
    user = User(email=email, is_staff=True, is_superuser=is_superuser, password=make_password(None))
    user.save()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SEED)})
    return user


def staff_client(email: str, *, is_superuser: bool = False) -> Client:
    client = Client()
    client.force_login(staff_user(email, is_superuser=is_superuser))
    confirm(client)
    return client


def confirm(client: Client, *, seconds_ago: float = 0) -> None:
    """As if they had shown their second step once more."""
    session = client.session
    shown = {"method": "mfa", "type": "totp", "at": time.time() - seconds_ago, "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
