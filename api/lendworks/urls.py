"""Addresses of the LendWorks contract, all of which it may have to share with others."""

from __future__ import annotations

from django.urls import path

from api.doors import ELSEWHERE, Door, anything_below
from api.lendworks.auth import NothingHere
from api.lendworks.public import Status, WebhookCatalog
from api.lendworks.views import Leads, OneLead
from api.lendworks.vocabulary import as_uuid
from api.lendworks.webhook_endpoints import OneWebhook, Webhooks
from crm.models import CredentialKind

_shared = {
    "v1/leads": Leads.as_view(),
    "v1/leads/<str:lead_id>": OneLead.as_view(),
    "v1/status": Status.as_view(),
    "v1/webhooks": Webhooks.as_view(),
    "v1/webhooks/catalog": WebhookCatalog.as_view(),
    "v1/webhooks/<str:webhook_id>": OneWebhook.as_view(),
}
_nothing_here = NothingHere.as_view()

#: Under its own prefix every address below v1 is this contract's.
prefixed_urlpatterns = [*(path(route, view) for route, view in _shared.items()), anything_below("v1", _nothing_here)]

door = Door(
    kind=CredentialKind.LENDWORKS,
    views={**_shared, ELSEWHERE: _nothing_here},
    prefixes=("lw_",),
    parameters=frozenset({"page", "search"}),
    is_id=lambda text: as_uuid(text) is not None,
)
