import crm.models.encrypted
import crm.models.webhook
from crm.models.encrypted import open_and_narrow, widen_and_close
from django.db import migrations

_COLUMNS = ("crm", "WebhookEndpoint", "secret", "previous_secret")


def close(apps, schema_editor):
    widen_and_close(apps, schema_editor, *_COLUMNS)


def reopen(apps, schema_editor):
    open_and_narrow(apps, schema_editor, *_COLUMNS)


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
        migrations.RunPython(close, reopen),
    ]
