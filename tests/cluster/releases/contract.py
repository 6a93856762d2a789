"""The old column goes, and what kept it like the new one."""

from django.db import migrations


class Migration(migrations.Migration):
    contract = "first_name is asked for by the release before the last; none of its processes may be left"

    dependencies = [("leads", "__newest__")]

    operations = [
        migrations.RunSQL(
            ["DROP FUNCTION lead_given_name() CASCADE", "ALTER TABLE leads_lead DROP COLUMN first_name"],
            migrations.RunSQL.noop,
        )
    ]
