from django.db import migrations, models


class Migration(migrations.Migration):
    """What is written from now on stands in the conversation; what was written before, in the lead as until now."""

    dependencies = [("leads", "0030_words_for_people")]

    operations = [
        migrations.AddField(
            model_name="conversation", name="last_outbound_at", field=models.DateTimeField(null=True)
        ),
    ]
