"""Sessions are listed as people know their devices."""

from __future__ import annotations

import pytest
from django.utils import translation

from crm.devices import device_named

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{_IPHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{_IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Mac"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_it_works(user_agent: str, name: str) -> None:
    assert device_named(user_agent) == name


def test_it_is_said_in_the_readers_language() -> None:
    with translation.override("es"):
        assert (
            device_named("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox en Linux"
        )
