"""What comes over plain http is refused, not led to https: by then everybody on the way has read the key."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

IN_CLEAR = "Use https. Over http everybody on the way can read the key: replace it"


def is_in_clear(request: HttpRequest) -> bool:
    """Whether this came over http to a site that is to be spoken to over https alone."""
    return settings.HTTPS_ONLY and not request.is_secure()
