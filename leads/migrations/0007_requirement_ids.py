"""Requirements get public names, and can be deleted without losing what was collected."""

from django.db import migrations, models

import crm.identifiers


def name_those_that_are(apps, schema_editor):
    requirements = apps.get_model("leads", "Requirement").objects
    for pk in requirements.values_list("pk", flat=True):
        requirements.filter(pk=pk).update(public_id=crm.identifiers.requirement_id())


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0006_indexes_of_user_leads'),
    ]

    operations = [
        migrations.AddField(
            model_name='requirement',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='requirement',
            constraint=models.CheckConstraint(condition=models.Q(('deleted_at', None), ('is_active', False), _connector='OR'), name='requirement_deleted_is_asked_of_nobody'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='public_id',
            field=models.CharField(default=crm.identifiers.requirement_id, editable=False, max_length=40, null=True),
        ),
        migrations.RunPython(name_those_that_are, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name='requirement',
            name='public_id',
            field=models.CharField(default=crm.identifiers.requirement_id, editable=False, max_length=40, unique=True),
        ),
    ]
