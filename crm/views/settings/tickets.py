"""A form whose answer shows a secret is good for one sending: a reload makes no second key, and shows no first one."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

_KEPT = "settings_tickets"
_MOST = 20


def new_ticket(request: HttpRequest) -> str:
    """For a hidden field of the form. The session remembers the ticket, and never the secret that it buys."""
    ticket = secrets.token_urlsafe(12)
    request.session[_KEPT] = [*request.session.get(_KEPT, []), ticket][-_MOST:]
    return ticket


def spend_ticket(request: HttpRequest) -> bool:
    """Whether the form is sent for the first time."""
    known = request.session.get(_KEPT, [])
    ticket = request.POST.get("ticket", "")
    if ticket not in known:
        return False
    request.session[_KEPT] = [each for each in known if each != ticket]
    request.session.save()
    return True
