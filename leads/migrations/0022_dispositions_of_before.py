"""Organisations of before get the ways in which a call ends that new ones begin with."""

from django.db import migrations

USUAL = (
    ("Connected", "reached", "", 0),
    ("Call back", "reached", "callback", 0),
    ("No answer", "missed", "retry", 240),
    ("Left voicemail", "voicemail", "retry", 1440),
    ("Busy", "missed", "retry", 30),
    ("Somebody else answered", "missed", "retry", 240),
    ("Not interested", "reached", "", 0),
    ("Wrong number", "missed", "wrong_number", 0),
    ("Out of service", "missed", "wrong_number", 0),
    ("Do not call", "reached", "do_not_call", 0),
)


def give_them(apps, schema_editor):
    Organization = apps.get_model("crm", "Organization")
    Disposition = apps.get_model("leads", "Disposition")
    for organization_id in Organization.objects.values_list("pk", flat=True).iterator():
        Disposition.objects.bulk_create(
            Disposition(
                organization_id=organization_id,
                label=label,
                outcome=outcome,
                does=does,
                retry_after=minutes,
                position=position,
            )
            for position, (label, outcome, does, minutes) in enumerate(USUAL)
        )


class Migration(migrations.Migration):
    dependencies = [("leads", "0021_calls_and_dispositions")]

    operations = [migrations.RunPython(give_them, migrations.RunPython.noop)]
