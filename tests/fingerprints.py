"""A hash of all rows of each table, whatever their order: `python -m tests.fingerprints` for another database."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def of(database: Any) -> dict[str, str]:
    found = {}
    with database.cursor() as cursor:
        for table in sorted(database.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.db import connection

    print(json.dumps(of(connection)))
