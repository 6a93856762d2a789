"""Names of fields of what keeps count of requests; see crm/verbose_names.py."""

from django.utils.translation import gettext_noop as _

NAMES = (
    _("bucket"), _("credential"), _("kept at"), _("method"), _("requests"),
)  # fmt: skip
