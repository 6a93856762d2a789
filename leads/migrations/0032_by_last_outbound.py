from django.db import migrations, models

from crm.postgresql.operations import AddIndex


class Migration(migrations.Migration):
    """Where 0031 had it with it, it is there already."""

    # Built while conversations are written; by itself, so that it can be run again when it was broken off.
    atomic = False

    dependencies = [("leads", "0031_last_outbound")]

    operations = [
        AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("last_outbound_at__isnull", False)),
                fields=["organization", "last_outbound_at"],
                name="conversation_last_written_to",
            ),
        ),
    ]
