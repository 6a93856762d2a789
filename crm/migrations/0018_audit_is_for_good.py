"""
Nothing changes or deletes an audit entry, whoever asks. A table that is empty may be truncated: tests do.

SQLite drops a table's triggers with the table: a later migration that alters crm_auditentry must make them again.
"""

from django.db import migrations

MAKE = {
    "postgresql": [
        """
        CREATE FUNCTION crm_audit_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                PERFORM 1 FROM crm_auditentry LIMIT 1;
                IF NOT FOUND THEN RETURN NULL; END IF;
            END IF;
            RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER audit_is_for_good BEFORE UPDATE OR DELETE ON crm_auditentry
            FOR EACH ROW EXECUTE FUNCTION crm_audit_is_for_good()
        """,
        """
        CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON crm_auditentry
            FOR EACH STATEMENT EXECUTE FUNCTION crm_audit_is_for_good()
        """,
    ],
    "sqlite": [
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON crm_auditentry
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
        """,
        """
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON crm_auditentry
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
        """,
    ],
}
DROP = {
    "postgresql": [
        "DROP TRIGGER audit_is_for_good ON crm_auditentry",
        "DROP TRIGGER audit_is_not_emptied ON crm_auditentry",
        "DROP FUNCTION crm_audit_is_for_good()",
    ],
    "sqlite": ["DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_deleted"],
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_audit_log")]
    operations = [migrations.RunPython(make, drop)]
