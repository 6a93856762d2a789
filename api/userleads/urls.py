"""Addresses of the userleads contract: its own, and what it has behind the shared ones."""

from __future__ import annotations

from django.urls import path

from api.doors import ELSEWHERE, Door, anything_below
from api.userleads.auth import NothingHere
from api.userleads.log_in_views import LogIn, LogOut, Refresh, Register
from api.userleads.views import Companies, Leads, OneCompany, OneLead
from api.userleads.vocabulary import as_id
from crm.models import CredentialKind

_shared = {"v1/leads": Leads.as_view(), "v1/leads/<str:lead_id>": OneLead.as_view()}
_nothing_here = NothingHere.as_view()

urlpatterns = [
    path("v1/companies", Companies.as_view()),
    path("v1/companies/<str:company_id>", OneCompany.as_view()),
    anything_below("v1/companies", _nothing_here),
]

#: Signing in, for programs without a key.
log_in_urlpatterns = [
    path("auth/login", LogIn.as_view()),
    path("auth/refresh", Refresh.as_view()),
    path("auth/logout", LogOut.as_view()),
    path("auth/register", Register.as_view()),
    anything_below("auth", _nothing_here),
]

#: Under its own prefix every address below v1 is this contract's.
prefixed_urlpatterns = [
    *(path(route, view) for route, view in _shared.items()),
    *urlpatterns,
    anything_below("v1", _nothing_here),
]

door = Door(
    kind=CredentialKind.USERLEADS,
    views={**_shared, ELSEWHERE: _nothing_here},
    prefixes=("ru_", "eyJ"),  # the second is how a JSON Web Token begins, which this contract knows too
    parameters=frozenset(
        {"cursor", "company_id", "min_score", "max_score", "created_after", "created_before", "status"}
    ),
    headers=frozenset({"HTTP_X_API_KEY"}),
    fields=frozenset({"company_id"}),
    is_id=lambda text: as_id(text) is not None,
)
