"""Lists of one user's leads by id and score, the few of them without a company, and companies by id."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0005_lists_without_campaign_numbers'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['organization', 'id'], name='company_by_id'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None), ('advisor__isnull', False)), fields=['advisor', 'id', 'score'], name='lead_by_id_of_advisor'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None), ('advisor__isnull', False), ('company', None)), fields=['advisor'], name='lead_without_company'),
        ),
    ]
