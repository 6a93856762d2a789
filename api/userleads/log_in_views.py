"""/auth/login, /auth/refresh, /auth/logout, /auth/register. Contract: docs/api/userleads.md, log-ins."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api.bodies import answer
from api.refusals import Condition, Refused
from api.userleads import log_ins
from api.userleads.auth import UserView
from api.userleads.log_ins import ACCESS_LIFE, NoPlace, Tokens
from api.userleads.serializers import Text, checked
from api.userleads.tokens import BadToken
from crm import reach
from crm.models import User
from crm.signing_in import second_steps

#: For so long allauth remembers wrong passwords.
_LOCKED_SECONDS = 300


class _LogInView(UserView):
    """No key is asked for: what is in the body must do."""

    def admit(self, request: Request) -> None:
        reach.turn_to_everybody()  # who comes by a password is in no organisation yet

    def shown(self, tokens: Tokens) -> HttpResponse:
        return answer(
            {
                "access_token": tokens.access,
                "refresh_token": tokens.refresh,
                "token_type": "Bearer",
                "expires_in": int(ACCESS_LIFE.total_seconds()),
                "user": {"id": tokens.user.pk, "email": tokens.user.email, "name": tokens.user.get_full_name()},
            },
            headers={"Cache-Control": "no-store"},
        )


class Credentials(serializers.Serializer[Any]):
    email = Text(required=True, allow_blank=False, max_length=254)
    password = Text(required=True, allow_blank=False, max_length=4096)


class RefreshToken(serializers.Serializer[Any]):
    refresh_token = Text(required=True, allow_blank=False, max_length=4096)


class LogIn(_LogInView):
    """/auth/login"""

    def post(self, request: Request) -> HttpResponse:
        """
        {email, password} -> 200 {access_token, refresh_token, token_type, expires_in, user}. 401 for a pair that does
        not belong together, 403 where a second step is asked for, 429 after too many attempts.
        """
        user = self._known(**checked(Credentials, self.body()))
        try:
            return self.shown(log_ins.log_in(user, now=self.now))
        except NoPlace:
            raise self.refused(Condition.NOT_PERMITTED, "This log-in belongs to no active organisation") from None

    def _known(self, email: str, password: str) -> User:
        request = self.request._request
        try:
            with request_context(request):
                user = get_adapter(request).authenticate(request, email=email, password=password)
        except ValidationError:
            refusal = self.refusals[Condition.RATE_LIMITED].saying("Too many attempts with a wrong password; wait")
            raise Refused(refusal, headers={"Retry-After": str(_LOCKED_SECONDS)}) from None
        if not isinstance(user, User) or not user.is_active:
            raise self.refused(Condition.UNKNOWN_CREDENTIAL, "E-mail address and password do not belong together")
        if second_steps(user).exists() or _asks_for_second_step(user):
            words = "This log-in needs a second step, for which there is no word here: use an API key"
            raise self.refused(Condition.NOT_PERMITTED, words)
        return user


def _asks_for_second_step(user: User) -> bool:
    return user.advisors.filter(is_active=True, organization__requires_second_step=True).exists()


class Refresh(_LogInView):
    """/auth/refresh"""

    def post(self, request: Request) -> HttpResponse:
        """{refresh_token} -> 200 with new tokens, as a log-in; the old one is used up. 401 for one that is not good."""
        try:
            return self.shown(log_ins.refresh(**_secret(self.body()), now=self.now))
        except BadToken:
            raise self.refused(Condition.UNKNOWN_CREDENTIAL, "This refresh token is not good (any more)") from None


class LogOut(_LogInView):
    """/auth/logout"""

    def post(self, request: Request) -> HttpResponse:
        """{refresh_token} -> 200 {success}; also when it had ended. 401 for what is no refresh token."""
        try:
            log_ins.log_out(**_secret(self.body()), now=self.now)
        except BadToken:
            raise self.refused(Condition.UNKNOWN_CREDENTIAL, "This is not a refresh token that is good") from None
        return answer({"success": True})


class Register(_LogInView):
    """/auth/register: nobody signs themselves up here."""

    def post(self, request: Request) -> HttpResponse:
        """403, always."""
        raise self.refused(Condition.NOT_PERMITTED, "A manager of your organisation invites you: nobody signs up here")


def _secret(body: dict[str, Any]) -> dict[str, str]:
    return {"secret": checked(RefreshToken, body)["refresh_token"]}
