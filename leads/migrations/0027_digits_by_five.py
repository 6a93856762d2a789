"""
Long numbers are found by their pieces on PostgreSQL. (SQLite finds them in its full-text index as before.)

Three digits at a time, which is all that a trigram index knows, have a hundred thousand of a million leads in common.
"""

from django.db import migrations

_FORWARDS = (
    """
    CREATE FUNCTION lead_digits(words text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
    BEGIN
        RETURN ARRAY(
            SELECT substr(run[1], place, 5)
            FROM regexp_matches(words, '[0-9]{5,}', 'g') AS run, generate_series(1, length(run[1]) - 4) AS place
        );
    END $$
    """,
    "CREATE INDEX lead_digits ON leads_lead USING gin (lead_digits(search_text))",
    "ANALYZE leads_lead",  # or the planner knows nothing of the pieces until the next round of autovacuum
)
_BACKWARDS = ("DROP INDEX lead_digits", "DROP FUNCTION lead_digits(text)")


def only_on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("leads", "0026_privacy")]

    operations = [migrations.RunPython(only_on_postgresql(_FORWARDS), only_on_postgresql(_BACKWARDS))]
