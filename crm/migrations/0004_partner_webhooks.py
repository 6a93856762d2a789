"""A webhook endpoint may hear of all of a partner's organisations."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0003_ai_pause'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhookendpoint',
            name='partner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='crm.partner'),
        ),
        migrations.AlterField(
            model_name='webhookendpoint',
            name='organization',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='crm.organization'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organization', None), ('partner__isnull', False)), models.Q(('organization__isnull', False), ('partner', None)), _connector='OR'), name='webhook_of_organization_or_partner'),
        ),
    ]
