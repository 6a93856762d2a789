"""Addresses of the pipeline's settings."""

from django.urls import path

from leads.views.settings import ai, assignment, audit, calls, checklist, retention, sending, stages, tags

urlpatterns = [
    path("assignment", assignment.listing, name="settings-assignment"),
    path("assignment/new", assignment.new, name="settings-new-rule"),
    path("assignment/<uuid:uuid>", assignment.one, name="settings-rule"),
    path("assignment/<uuid:uuid>/shift", assignment.shift, name="settings-shift-rule"),
    path("assignment/<uuid:uuid>/switch", assignment.switch, name="settings-switch-rule"),
    path("assignment/<uuid:uuid>/deletion", assignment.deletion, name="settings-delete-rule"),
    path("assignment/advisors/<uuid:uuid>", assignment.limits, name="settings-limits"),
    path("ai", ai.account, name="settings-ai"),
    path("ai/rules", ai.rules, name="settings-ai-rules"),
    path("ai/test", ai.test, name="settings-ai-test"),
    path("ai/disconnection", ai.disconnection, name="settings-ai-disconnection"),
    path("stages", stages.listing, name="settings-stages"),
    path("stages/new", stages.new, name="settings-new-stage"),
    path("stages/<uuid:uuid>", stages.one, name="settings-stage"),
    path("stages/<uuid:uuid>/shift", stages.shift, name="settings-shift-stage"),
    path("stages/<uuid:uuid>/deletion", stages.deletion, name="settings-delete-stage"),
    path("sending", sending.switch, name="settings-sending"),
    path("tags", tags.listing, name="settings-tags"),
    path("tags/<int:pk>", tags.one, name="settings-tag"),
    path("tags/<int:pk>/deletion", tags.deletion, name="settings-delete-tag"),
    path("calls", calls.listing, name="settings-calls"),
    path("calls/telephone", calls.telephone, name="settings-telephone"),
    path("calls/new", calls.new, name="settings-new-disposition"),
    path("calls/<uuid:uuid>", calls.one, name="settings-disposition"),
    path("calls/<uuid:uuid>/shift", calls.shift, name="settings-shift-disposition"),
    path("calls/<uuid:uuid>/deletion", calls.deletion, name="settings-delete-disposition"),
    path("retention", retention.rules, name="settings-retention"),
    path("audit", audit.listing, name="settings-audit"),
    path("audit/export", audit.export, name="settings-export-audit"),
    path("checklist", checklist.listing, name="settings-checklist"),
    path("checklist/new", checklist.new, name="settings-new-requirement"),
    path("checklist/<str:public_id>", checklist.one, name="settings-requirement"),
    path("checklist/<str:public_id>/shift", checklist.shift, name="settings-shift-requirement"),
    path("checklist/<str:public_id>/deletion", checklist.deletion, name="settings-delete-requirement"),
]
