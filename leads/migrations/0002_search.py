"""Trigram search on PostgreSQL. (On SQLite, leads.search ties the full-text index to the table after migrate.)"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


def only_on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunPython(
            only_on_postgresql("CREATE INDEX lead_search ON leads_lead USING gin (search_text gin_trgm_ops)"),
            only_on_postgresql("DROP INDEX lead_search"),
        ),
    ]
