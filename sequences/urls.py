"""Addresses."""

from django.urls import path

from sequences.views import editor, listing, panel, report, simulator, standing, trial, versions

app_name = "sequences"
_ONE = "sequences/<str:public_id>"
urlpatterns = [
    path("leads/<uuid:uuid>/sequences", panel.lead_panel, name="lead-panel"),
    path("leads/<uuid:uuid>/enrollments", panel.enroll, name="enroll"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/stop", panel.stop, name="stop"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/pause", panel.pause, name="pause"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/resume", panel.resume, name="resume"),
    path("leads/<uuid:uuid>/ahead", simulator.ahead, name="ahead"),
    path("sequences", listing.listing, name="list"),
    path("sequences/new", listing.new, name="new"),
    path("sequences/report", report.report, name="report"),
    path("sequences/leads", trial.leads, name="trial-leads"),
    path(_ONE, editor.editor, name="editor"),
    path(f"{_ONE}/sketch", editor.sketch, name="sketch"),
    path(f"{_ONE}/rehearsal", trial.rehearsal, name="rehearsal"),
    path(f"{_ONE}/setup", standing.setup, name="setup"),
    path(f"{_ONE}/switch", standing.switch, name="switch"),
    path(f"{_ONE}/copies", standing.copies, name="copies"),
    path(f"{_ONE}/deletion", standing.deletion, name="deletion"),
    path(f"{_ONE}/versions", versions.versions, name="versions"),
]
