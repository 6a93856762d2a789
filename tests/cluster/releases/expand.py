"""The column that will replace first_name. Whoever writes one of the two has written both."""

from django.db import migrations, models

_FORWARDS = [
    "ALTER TABLE leads_lead ADD COLUMN given_name varchar(100) NOT NULL DEFAULT ''",
    """
    CREATE FUNCTION lead_given_name() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            NEW.given_name := COALESCE(NULLIF(NEW.given_name, ''), NEW.first_name, '');
        ELSIF NEW.given_name = OLD.given_name AND NEW.first_name <> OLD.first_name THEN
            NEW.given_name := NEW.first_name;
        END IF;
        NEW.first_name := NEW.given_name;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER lead_given_name BEFORE INSERT OR UPDATE OF first_name, given_name ON leads_lead"
    " FOR EACH ROW EXECUTE FUNCTION lead_given_name()",
]
_BACKWARDS = ["DROP FUNCTION lead_given_name() CASCADE", "ALTER TABLE leads_lead DROP COLUMN given_name"]


class Migration(migrations.Migration):
    dependencies = [("leads", "__newest__")]

    operations = [
        migrations.RunSQL(
            _FORWARDS,
            _BACKWARDS,
            state_operations=[
                migrations.AlterField(
                    "lead", "first_name", models.CharField(blank=True, db_column="given_name", max_length=100)
                )
            ],
        )
    ]
