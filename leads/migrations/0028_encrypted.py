import crm.models.encrypted
from crm.encrypted_columns import encrypting
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0019_encrypted"),
        ("leads", "0027_digits_by_five"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="lead",
                    name="date_of_birth",
                    field=crm.models.encrypted.EncryptedField(blank=True, help_text="YYYY-MM-DD", max_length=10),
                ),
                migrations.AlterField(
                    model_name="lead",
                    name="std_account_number",
                    field=crm.models.encrypted.EncryptedField(blank=True, max_length=100),
                ),
            ],
        ),
        encrypting("leads", "Lead", "date_of_birth", "std_account_number"),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.F("organization"),
                models.Func(
                    models.F("date_of_birth"),
                    function="SUBSTR",
                    output_field=models.TextField(),
                    template="%(function)s(%(expressions)s, 1, 16)",
                ),
                condition=models.Q(("deleted_at", None), models.Q(("date_of_birth", ""), _negated=True)),
                name="lead_by_date_of_birth",
            ),
        ),
    ]
