"""Leads and everything that is said to them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        from leads import (  # noqa: F401  (they register themselves)
            bulk_last_actions,
            bulk_lead_actions,
            bulk_rule_actions,
            bulk_tag_actions,
            listeners,
            notified_events,
            remembering,
            search,
            sentences,
            state_hours,
        )
        from leads.importing import action  # noqa: F401

        state_hours.contact_hours()  # a wrong entry in the data file is better found now than at night

        # SQLite drops a table's triggers whenever a migration rebuilds the table, so the search index is tied
        # to its table again after every migrate. PostgreSQL needs nothing here.
        post_migrate.connect(search.install_sqlite_index, sender=self, dispatch_uid="leads.search")
