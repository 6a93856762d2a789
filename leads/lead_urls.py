"""Addresses below /leads/<uuid>: the lead page and its parts."""

from django.urls import path

from leads.views import assignment, checklist, conversation, decisions, lead, notes, record

urlpatterns = [
    path("", lead.lead, name="lead"),
    path("/details", lead.details, name="details"),
    path("/do-not-call", lead.do_not_call, name="do-not-call"),
    path("/deletion", lead.deletion, name="deletion"),
    path("/advisor", assignment.assignment, name="assignment"),
    path("/timeline", conversation.timeline, name="timeline"),
    path("/conversation", conversation.conversation, name="conversation"),
    path("/channel", conversation.channel, name="channel"),
    path("/messages", conversation.messages, name="messages"),
    path("/replies", conversation.replies, name="replies"),
    path("/messages/<uuid:message>/review", decisions.review, name="review"),
    path("/suspected-opt-out", decisions.suspected, name="suspected"),
    path("/given-back", decisions.given_back, name="given-back"),
    path("/record", record.record, name="record"),
    path("/record.csv", record.record_csv, name="record-csv"),
    path("/notes", notes.notes, name="notes"),
    path("/checklist", checklist.ask, name="checklist"),
    path("/checklist/<slug:key>", checklist.settle, name="checklist-item"),
]
