from crm.postgresql.operations import AddIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    """What is written from now on stands in the conversation; what was written before, in the lead as until now."""

    dependencies = [("leads", "0030_words_for_people")]
    atomic = False

    operations = [
        migrations.AddField(
            model_name="conversation", name="last_outbound_at", field=models.DateTimeField(null=True)
        ),
        AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("last_outbound_at__isnull", False)),
                fields=["organization", "last_outbound_at"],
                name="conversation_last_written_to",
            ),
        ),
    ]
