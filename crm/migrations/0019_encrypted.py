import crm.models.encrypted
import crm.models.webhook
from crm.encrypted_columns import encrypting
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0018_audit_is_for_good"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="webhookendpoint",
                    name="previous_secret",
                    field=crm.models.encrypted.EncryptedField(blank=True, max_length=255),
                ),
                migrations.AlterField(
                    model_name="webhookendpoint",
                    name="secret",
                    field=crm.models.encrypted.EncryptedField(default=crm.models.webhook.new_secret, max_length=255),
                ),
            ],
        ),
        encrypting("crm", "WebhookEndpoint", "secret", "previous_secret"),
    ]
