"""Addresses of the advisors' workspace."""

from django.urls import path

from leads.views import board

app_name = "leads"
urlpatterns = [
    path("board", board.board, name="board"),
]
