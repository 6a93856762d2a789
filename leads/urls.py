"""Addresses of the advisors' workspace."""

from django.urls import include, path

from leads.views import board, moves, new, unsubscribe

app_name = "leads"
urlpatterns = [
    path("board", board.board, name="board"),
    path("board/cards", board.cards, name="board-cards"),
    path("board/changes", board.changes, name="board-changes"),
    path("u/<str:token>", unsubscribe.unsubscribe, name="unsubscribe"),
    path("leads/new", new.new_lead, name="new"),
    path("leads/<uuid:uuid>/moves", moves.moves, name="moves"),
    path("leads/<uuid:uuid>", include("leads.lead_urls")),
]
