"""The cookie that carries "Saved." to the next page, under the name that settings give it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class _Cookie(CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE_NAME


class Messages(FallbackStorage):
    """Django's own: a cookie, and the session for what does not fit in."""

    storage_classes = (_Cookie, SessionStorage)
