"""Addresses of the RecoverBiz contract, spelled in full, and what it has behind the shared ones."""

from __future__ import annotations

from django.urls import path

from api.doors import ELSEWHERE, Door, anything_below
from api.recoverbiz.auth import NothingHere
from api.recoverbiz.views.accounts import Accounts, OneAccount
from api.recoverbiz.views.conversations import Conversations, Messages
from api.recoverbiz.views.leads import BulkLeads, Leads, OneLead
from api.recoverbiz.views.requirements import OneRequirement, Requirements
from api.recoverbiz.views.sequences import Enroll, OneSequence, Sequences
from api.recoverbiz.views.webhooks import OneWebhook, Webhooks
from crm.models import CredentialKind

_shared = {"v1/webhooks": Webhooks.as_view(), "v1/webhooks/<str:webhook_id>": OneWebhook.as_view()}
_nothing_here = NothingHere.as_view()

urlpatterns = [
    path("v1/accounts", Accounts.as_view()),
    path("v1/accounts/<str:account_id>", OneAccount.as_view()),
    path("v1/accounts/<str:account_id>/leads", Leads.as_view()),
    path("v1/accounts/<str:account_id>/leads/bulk", BulkLeads.as_view()),
    path("v1/accounts/<str:account_id>/leads/<str:phone>", OneLead.as_view()),
    path("v1/accounts/<str:account_id>/conversations", Conversations.as_view()),
    path("v1/accounts/<str:account_id>/conversations/<str:phone>/messages", Messages.as_view()),
    path("v1/accounts/<str:account_id>/requirements", Requirements.as_view()),
    path("v1/accounts/<str:account_id>/requirements/<str:requirement_id>", OneRequirement.as_view()),
    path("v1/accounts/<str:account_id>/sequences", Sequences.as_view()),
    path("v1/accounts/<str:account_id>/sequences/<str:sequence_id>", OneSequence.as_view()),
    path("v1/accounts/<str:account_id>/sequences/<str:sequence_id>/enroll", Enroll.as_view()),
    anything_below("v1/accounts", _nothing_here),
]

#: Under its own prefix every address below v1 is this contract's.
prefixed_urlpatterns = [
    *urlpatterns,
    *(path(route, view) for route, view in _shared.items()),
    anything_below("v1", _nothing_here),
]

door = Door(
    kind=CredentialKind.RECOVERBIZ,
    views={**_shared, ELSEWHERE: _nothing_here},
    prefixes=("pk_live_",),
    headers=frozenset({"HTTP_X_PARTNER_KEY"}),
)
