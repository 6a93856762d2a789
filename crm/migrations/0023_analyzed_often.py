from django.db import migrations

from crm.postgresql.operations import analyzed_often


class Migration(migrations.Migration):
    dependencies = [("crm", "0022_words_for_people")]

    operations = [analyzed_often("crm_event", "crm_auditentry")]
