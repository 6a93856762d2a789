"""
The second wall: policies of PostgreSQL by which a statement that forgot its organisation finds nothing.

They bind the role that the site logs in as, which owns no table and is no superuser. raise_wall() makes that role and
the policies, as the owner; keep_up() does the rest of it after each migration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from psycopg import sql

from crm.postgresql import pieces
from crm.postgresql.tables import APPEND_ONLY, OPEN, REACHED, SPECIAL, STAFF_ONLY, THROUGH
from crm.postgresql.walled import everywhere

#: Functions that our indexed searches ask for. By these the planner may look before the policy does, for they tell
#: nothing about a row but yes or no; PostgreSQL does not say so itself, since a bad pattern makes them fail.
LEAKPROOF = (
    "pg_catalog.textlike(text, text)",
    "pg_catalog.lower(text)",
    "pg_catalog.upper(text)",
    "pg_catalog.substr(text, integer, integer)",
    "pg_catalog.arraycontains(anyarray, anyarray)",
    "public.lead_digits(text)",
    *(f"pg_catalog.numeric_{each}(numeric, numeric)" for each in ("eq", "lt", "le", "gt", "ge")),
)

_OWN, _EVERYWHERE = "own_organization", "everywhere"


class Undecided(Exception):
    """A model of which crm/postgresql/tables.py does not say whose it is."""


def condition_of(model: type[models.Model]) -> str | None:
    """What must hold of a row for an organisation to see it; "" when all may, None when none does."""
    label = model._meta.label
    if label in OPEN:
        return ""
    if label in STAFF_ONLY:
        return None
    if label in SPECIAL:
        return SPECIAL[label]
    if label in THROUGH:
        link: Any = model._meta.get_field(THROUGH[label])
        parent = link.related_model._meta.db_table
        return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {link.column})"
    if any(field.name == "organization" and not field.null for field in model._meta.fields):
        return f"organization_id = {REACHED}"
    raise Undecided(label)


def walled_models() -> Iterator[tuple[str, str | None]]:
    """Table and condition of each model that is not open."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and (condition := condition_of(model)) != "":
            yield model._meta.db_table, condition


def is_up(using: str = "default") -> bool:
    """Whether this database has the wall at all."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_policies WHERE tablename = 'crm_organization' AND schemaname = 'public'")
        return cursor.fetchone() is not None


def keep_up(using: str = "default", **_: Any) -> None:
    """After a migration: tables that are new stand behind the wall, too. Nothing where there is none."""
    if is_up(using):
        raise_wall(using=using)


def raise_wall(*, password: str = "", using: str = "default") -> list[str]:
    """
    Make the roles, their rights and the policies, where they are not as they should be; as owner or superuser.

    Returns what was left to a superuser, as SQL.
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        make_roles(cursor)
        if password:
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(_names()[0], sql.Literal(password)))
        for statement in [*_members(cursor), *_rights(cursor), *_policies(cursor)]:
            cursor.execute(statement)
        return _leakproof(cursor)


def make_roles(cursor: Any) -> None:
    """The login and what it may take on, where the server has them not."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [settings.DATABASE_ROLE, _everywhere()])
    known = {name for (name,) in cursor.fetchall()}
    login, all_rows = _names()
    if _everywhere() not in known:
        cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(all_rows))
    if settings.DATABASE_ROLE not in known:
        # What it may take on it does not have of itself: NOINHERIT.
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(login))


def _members(cursor: Any) -> Iterator[sql.Composed]:
    """The login takes all rows on when it says so; the owner has them always, for migrations and backups."""
    cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'crm_organization' AND schemaname = 'public'")
    for member in (settings.DATABASE_ROLE, cursor.fetchone()[0]):
        cursor.execute(
            "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole",
            [f'"{_everywhere()}"', f'"{member}"'],
        )
        if cursor.fetchone() is None:
            yield sql.SQL("GRANT {} TO {}").format(_names()[1], sql.Identifier(member))


def _rights(cursor: Any) -> Iterator[sql.Composed]:
    """All of what a site does with rows, and nothing of what an owner does with tables; for tables to come, too."""
    roles = sql.SQL(", ").join(_names())
    there = cursor.db.introspection.table_names(cursor)
    for words in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {{}}" for table in APPEND_ONLY if table in there),
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        yield sql.SQL(words).format(roles)


def _policies(cursor: Any) -> Iterator[sql.Composed]:
    """For each table whose policies are not what they should be; a policy's comment tells what it was made from."""
    cursor.execute(
        "SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        " WHERE p.polname = %s AND c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity",
        [_EVERYWHERE],
    )
    standing = dict(cursor.fetchall())
    there = set(cursor.db.introspection.table_names(cursor))  # half-way through the migrations some are not
    in_pieces = pieces.of_tables(cursor)
    for model_table, condition in walled_models():
        if model_table not in there:
            continue
        made_from = hashlib.sha256(f"{condition} {_everywhere()}".encode()).hexdigest()
        # A partition has a name by which it can be asked; pg_dump asks each.
        for table in (model_table, *in_pieces[model_table]):
            if standing.get(table) != made_from:
                yield from _policies_of(table, condition, made_from)


def _policies_of(table: str, condition: str | None, made_from: str) -> Iterator[sql.Composed]:
    name, all_rows = sql.Identifier(table), _names()[1]
    for policy in (_OWN, _EVERYWHERE):
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(policy), name)
    if condition is not None:
        yield sql.SQL("CREATE POLICY {} ON {} USING ({})").format(sql.Identifier(_OWN), name, sql.SQL(condition))
    yield sql.SQL("CREATE POLICY {} ON {} TO {} USING (true)").format(sql.Identifier(_EVERYWHERE), name, all_rows)
    comment = "COMMENT ON POLICY {} ON {} IS {}"
    yield sql.SQL(comment).format(sql.Identifier(_EVERYWHERE), name, sql.Literal(made_from))
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(name)


def leaking(using: str = "default") -> list[str]:
    """What a superuser has to run, so that searches find their indexes behind the wall."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT each FROM unnest(%s::text[]) AS each JOIN pg_proc p ON p.oid = to_regprocedure(each)"
            " WHERE NOT p.proleakproof",
            [list(LEAKPROOF)],
        )
        return [f"ALTER FUNCTION {each} LEAKPROOF;" for (each,) in cursor.fetchall()]


def is_superuser(cursor: Any) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(cursor.fetchone()[0])


def _leakproof(cursor: Any) -> list[str]:
    statements = leaking(cursor.db.alias)
    if not is_superuser(cursor):
        return statements
    for statement in statements:
        cursor.execute(statement)
    return []


def _everywhere() -> str:
    return everywhere(settings.DATABASE_ROLE)


def _names() -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(settings.DATABASE_ROLE), sql.Identifier(_everywhere())
