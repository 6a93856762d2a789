from django.db import migrations

from crm.postgresql.operations import analyzed_often


class Migration(migrations.Migration):
    dependencies = [("leads", "0032_by_last_outbound")]

    operations = [analyzed_often("leads_lead", "leads_message", "leads_conversation", "leads_consent")]
