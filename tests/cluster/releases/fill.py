"""Rows of before, in a transaction of its own: the table is not locked meanwhile."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "__newest__")]

    operations = [
        migrations.RunSQL(
            "UPDATE leads_lead SET given_name = first_name WHERE given_name <> first_name", migrations.RunSQL.noop
        )
    ]
