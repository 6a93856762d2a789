"""
What people call the browser and the machine that a User-Agent names: "Safari on iPhone".

Only for somebody to know their own sessions by. Browsers name those that they descend from as well, so the first of
these names that stands in the header is the one.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_MACHINES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device_named(user_agent: str) -> str:
    """In the reader's language; the header itself where nothing in it is known."""
    browser = _first(_BROWSERS, user_agent)
    machine = _first(_MACHINES, user_agent)
    if browser and machine:
        return _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
    return browser or machine or user_agent


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in names.items() if sign in user_agent), "")
