"""Addresses of the ground floor: log in, log out, health."""
from django.urls import URLPattern, URLResolver

app_name = "crm"
urlpatterns: list[URLPattern | URLResolver] = []
