"""Django's administration, with our site."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


class Administration(AdminConfig):
    default = False
    default_site = "crm.admin_site.Site"
    verbose_name = _("History")

    def ready(self) -> None:
        from unfold import fields

        fields.prettify_json = _plain_json  # theirs, where pygments happens to be installed, has inline styles
        super().ready()


def _plain_json(data: Any, encoder: Any) -> SafeString:
    return format_html('<pre class="admin-json">{}</pre>', json.dumps(data, indent=2, ensure_ascii=False, cls=encoder))
