"""What leads say of their consent becomes a record for their phone and their e-mail address, but for those who said STOP."""

from django.db import migrations

_RECORDS = """
INSERT INTO leads_consent
    (organization_id, address, channels, basis, source, evidence, actor_label, recorded_at, revoked_because)
SELECT lead.organization_id, {address}, '{channels}', lead.consent_basis, lead.consent_source, 'said of the lead', '',
    MIN(COALESCE(lead.consent_at, lead.created_at)), ''
FROM leads_lead lead
WHERE lead.consent_basis <> '' AND COALESCE({address}, '') <> '' AND NOT EXISTS (
    SELECT 1 FROM leads_donotcall entry
    WHERE entry.organization_id = lead.organization_id AND entry.address = {address}
        AND entry.kind = 'opt_out' AND entry.lifted_at IS NULL
)
GROUP BY lead.organization_id, {address}, lead.consent_basis, lead.consent_source
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0008_consent_and_caps")]

    operations = [
        migrations.RunSQL(_RECORDS.format(address="lead.phone_e164", channels="sms,call"), migrations.RunSQL.noop),
        migrations.RunSQL(_RECORDS.format(address="LOWER(TRIM(lead.email))", channels="email"), migrations.RunSQL.noop),
    ]
