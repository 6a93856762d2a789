"""The bare numbers go, in a transaction of their own: PostgreSQL alters no table with constraints still to be checked."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_campaigns")]

    operations = [migrations.RemoveField(model_name="diallist", name="former_campaign")]
