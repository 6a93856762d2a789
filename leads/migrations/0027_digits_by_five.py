"""
Long numbers are found by their pieces on PostgreSQL. (SQLite finds them in its full-text index as before.)

Three digits at a time, which is all that a trigram index knows, have a hundred thousand of a million leads in common.
"""

from django.db import migrations

from crm.postgresql.operations import AddRawIndex, OnPostgreSQL

_FUNCTION = """
    CREATE OR REPLACE FUNCTION lead_digits(words text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
    BEGIN
        RETURN ARRAY(
            SELECT substr(run[1], place, 5)
            FROM regexp_matches(words, '[0-9]{5,}', 'g') AS run, generate_series(1, length(run[1]) - 4) AS place
        );
    END $$
"""


class Migration(migrations.Migration):
    # The index takes 75 s for a million leads, which are written meanwhile. Each step may be run twice.
    atomic = False

    dependencies = [("leads", "0026_privacy")]

    operations = [
        OnPostgreSQL(_FUNCTION, "DROP FUNCTION lead_digits(text)"),
        AddRawIndex("lead_digits", "leads_lead USING gin (lead_digits(search_text))"),
        # Or the planner knows nothing of the pieces until the next round of autovacuum.
        OnPostgreSQL("ANALYZE leads_lead", migrations.RunSQL.noop),
    ]
