"""The site's own address, for links in messages and for those who call us back."""

from __future__ import annotations

from django.conf import settings


def public_url(path: str) -> str:
    """The path ("/…") at settings.PUBLIC_URL; on this machine while none is set."""
    return f"{settings.PUBLIC_URL or settings.LOCAL_URL}{path}"
