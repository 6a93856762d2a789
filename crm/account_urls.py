"""Addresses of somebody's own log-in: in and out, password, second step, sessions. The views are django-allauth's."""

from allauth.account import urls as account
from allauth.account.views import login, logout
from django.urls import include, path

from crm.views.language import language
from crm.views.sessions import end_session, sessions

_OURS = {"account_login", "account_logout"}

urlpatterns = [
    path("account/language", language, name="account_language"),
    path("sign-in", login, name="account_login"),
    path("sign-out", logout, name="account_logout"),
    path("account/", include([pattern for pattern in account.urlpatterns if pattern.name not in _OURS])),
    path("account/second-step/", include("allauth.mfa.urls")),
    path("account/sessions/", sessions, name="usersessions_list"),
    path("account/sessions/<int:pk>/end", end_session, name="end_session"),
]
