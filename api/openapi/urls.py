"""Addresses of the contracts' reference."""

from __future__ import annotations

from django.urls import path

from api.openapi import views

urlpatterns = [
    path("api/docs", views.index, name="docs"),
    path("api/docs/<str:slug>", views.contract_page, name="docs-contract"),
    path("api/docs/<str:slug>/openapi.<str:extension>", views.openapi, name="openapi"),
    path("api/docs/<str:slug>/key", views.trial_key, name="docs-key"),
]
