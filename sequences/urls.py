"""Addresses."""

from django.urls import path

from sequences import views

app_name = "sequences"
urlpatterns = [
    path("leads/<uuid:uuid>/sequences", views.lead_panel, name="lead-panel"),
    path("leads/<uuid:uuid>/enrollments", views.enroll, name="enroll"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/stop", views.stop, name="stop"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/pause", views.pause, name="pause"),
    path("leads/<uuid:uuid>/enrollments/<int:pk>/resume", views.resume, name="resume"),
]
