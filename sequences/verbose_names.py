"""Names of sequences' fields; see crm/verbose_names.py."""

from django.utils.translation import gettext_noop as _

NAMES = (
    _("approval"), _("current"), _("delay hours"), _("enrolled by"), _("enrollment"), _("generation"), _("goal"),
    _("held by"), _("in business hours"), _("instructions"), _("is asked for"), _("is default"), _("next order"),
    _("next step at"), _("order"), _("planned at"), _("sequence"), _("skip if replied"), _("skipped because"),
    _("stop reason"), _("task"), _("task kind"), _("waits until done"),
)  # fmt: skip
