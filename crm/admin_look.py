"""How the administration looks: django-unfold's settings. The colours are in static/css/admin.css."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Leadwright",
    "SITE_HEADER": "Leadwright",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": lambda request: static("favicon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "SITE_URL": "/",
    "BORDER_RADIUS": None,
    "COLORS": {},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("account_change_password")},
            {"title": _("Second step"), "link": reverse_lazy("mfa_index")},
            {"title": _("Sessions"), "link": reverse_lazy("usersessions_list")},
        ]
    },
}
