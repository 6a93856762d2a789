"""Which tables lie in partitions, and in which; see partitions.py."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_QUERY = """
SELECT whole.relname, piece.relname FROM pg_partitioned_table
JOIN pg_class whole ON whole.oid = partrelid JOIN pg_inherits ON inhparent = partrelid
JOIN pg_class piece ON piece.oid = inhrelid
WHERE whole.relnamespace = 'public'::regnamespace ORDER BY length(piece.relname), piece.relname
"""


def of_tables(cursor: Any) -> defaultdict[str, list[str]]:
    """The names of each table's partitions, in order; none for a table that is whole."""
    cursor.execute(_QUERY)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for table, piece in cursor.fetchall():
        found[table].append(piece)
    return found
