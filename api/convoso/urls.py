"""Addresses of the Convoso contract, spelled in full. None has a row's id in it, so that no other contract's can."""

from __future__ import annotations

from django.urls import path

from api.convoso.auth import NothingHere
from api.convoso.views import leads, lists
from api.convoso.views.recordings import recording
from api.doors import ELSEWHERE, Door, anything_below
from crm.models import CredentialKind

_nothing_here = NothingHere.as_view()

#: To be found before any address with a lead's id in its place.
urlpatterns = [
    path("v1/leads/search", leads.Search.as_view()),
    path("v1/leads/insert", leads.Insert.as_view()),
    path("v1/leads/update", leads.Update.as_view()),
    path("v1/leads/delete", leads.Delete.as_view()),
    path("v1/leads/get-recordings", leads.GetRecordings.as_view()),
    path("v1/lists/search", lists.SearchLists.as_view()),
    path("v1/lists/insert", lists.InsertList.as_view()),
    path("v1/lists/update", lists.UpdateList.as_view()),
    path("v1/lists/delete", lists.DeleteList.as_view()),
    path("v1/campaigns/search", lists.SearchCampaigns.as_view()),
    path("v1/campaigns/status", lists.SwitchCampaign.as_view()),
    anything_below("v1/lists", _nothing_here),
    anything_below("v1/campaigns", _nothing_here),
]

#: Under its own prefix every address below v1 is this contract's.
prefixed_urlpatterns = [*urlpatterns, anything_below("v1", _nothing_here)]

#: No contract's: a recording is played by whoever was given its address.
recording_urlpatterns = [path("recordings/<str:token>", recording, name="recording")]

door = Door(
    kind=CredentialKind.CONVOSO,
    views={ELSEWHERE: _nothing_here},
    parameters=frozenset({"auth_token"}),
)
