"""Campaigns become rows; a list that had a bare number for its campaign gets a campaign of that name."""

import django.db.models.deletion
from django.db import migrations, models


def make_campaigns(apps, schema_editor):
    Campaign, DialList = apps.get_model("leads", "Campaign"), apps.get_model("leads", "DialList")
    numbered = DialList.objects.filter(former_campaign__isnull=False)
    for organization_id, number in set(numbered.values_list("organization_id", "former_campaign")):
        campaign = Campaign.objects.create(organization_id=organization_id, name=f"Campaign {number}")
        numbered.filter(organization_id=organization_id, former_campaign=number).update(campaign=campaign)


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial"), ("leads", "0003_due_by_organization")]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="campaigns", to="crm.organization"
                    ),
                ),
            ],
        ),
        migrations.RenameField(model_name="diallist", old_name="campaign_id", new_name="former_campaign"),
        migrations.AddField(
            model_name="diallist",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="dial_lists",
                to="leads.campaign",
            ),
        ),
        migrations.AddField(
            model_name="diallist", name="description", field=models.CharField(blank=True, max_length=255)
        ),
        migrations.AddField(
            model_name="diallist",
            name="required_fields",
            field=models.CharField(
                blank=True,
                help_text="Convoso parameters, with commas, that an insert must not leave empty",
                max_length=500,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(make_campaigns, migrations.RunPython.noop),
    ]
