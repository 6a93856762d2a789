from django.db import migrations

from crm.postgresql.operations import analyzed_often


class Migration(migrations.Migration):
    dependencies = [("sequences", "0007_words_for_people")]

    operations = [analyzed_often("sequences_enrollment", "sequences_steprun")]
