"""The floors: what hand-written SQL does with the same rows, and nothing besides."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
from django.db.models import JSONField

from leads.models import Lead, Stage

_INDEXED = (
    "uuid",
    "organization_id",
    "stage_id",
    "position",
    "stage_entered_at",
    "phone",
    "phone_e164",
    "name",
    "email",
)
_MOMENTS = ("created_at", "updated_at")


def insert_statement(organization_id: int) -> str:
    """An INSERT of one lead with %(phone)s, all other columns at their defaults; RETURNING id."""
    stage = Stage.objects.filter(organization_id=organization_id).order_by("position")[0]
    values = {
        "uuid": "gen_random_uuid()",
        "organization_id": str(organization_id),
        "stage_id": str(stage.pk),
        "position": "extract(epoch from now())::bigint * 1000 << 20",
        "stage_entered_at": "now()",
        "phone": "%(phone)s",
        "phone_e164": "%(phone)s",
        "created_at": "now()",
        "updated_at": "now()",
    }
    columns = {name: values.get(name) or default for name, default in _defaults().items()}
    names, expressions = ", ".join(columns), ", ".join(columns.values())
    return f"INSERT INTO leads_lead ({names}) VALUES ({expressions}) RETURNING id"


def _defaults() -> dict[str, str]:
    """Every column that must be given, with its default as SQL."""
    found = {}
    for field in Lead._meta.concrete_fields:
        if field.primary_key or field.generated or field.null:
            continue
        found[str(field.column)] = (
            "'{}'"
            if isinstance(field, JSONField)
            else f"'{field.default}'"
            if field.has_default() and not callable(field.default)
            else "''"
        )
    return found | {"phone_e164": "NULL", "version": "1", "is_do_not_call": "false"}


def staged_copy(connection: psycopg.Connection, organization_id: int, phones: Sequence[str]) -> None:
    """COPY the rows to a temporary table and insert from there what is new, in one transaction."""
    stage = Stage.objects.filter(organization_id=organization_id).order_by("position")[0]
    now = datetime.now(UTC)
    names = ", ".join((*_INDEXED, *_MOMENTS))
    others = {name: default for name, default in _defaults().items() if name not in (*_INDEXED, *_MOMENTS)}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE staged (LIKE leads_lead) ON COMMIT DROP")
        for column in ("id", "search_text", *others):
            cursor.execute(f"ALTER TABLE staged ALTER COLUMN {column} DROP NOT NULL")
        with cursor.copy(f"COPY staged ({names}) FROM STDIN") as copy:
            for rank, phone in enumerate(phones):
                row = (uuid.uuid4(), organization_id, stage.pk, rank, now, phone, phone, "Jane Doe", "jane@doe.example")
                copy.write_row((*row, now, now))
        cursor.execute(
            f"INSERT INTO leads_lead ({names}, {', '.join(others)}) "
            f"SELECT {names}, {', '.join(others.values())} FROM staged ON CONFLICT DO NOTHING"
        )


def board(connection: psycopg.Connection, organization_id: int) -> None:
    """The newest 25 of each stage by LATERAL, and a row of counters for each stage."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT card.* FROM leads_stage AS stage CROSS JOIN LATERAL (
                SELECT id, uuid, name, business_name, requested_amount, priority, advisor_id, stage_id, position,
                       stage_entered_at, last_contacted_at, phone_e164, email, version, created_at
                FROM leads_lead WHERE organization_id = stage.organization_id AND stage_id = stage.id
                    AND deleted_at IS NULL
                ORDER BY position DESC, id DESC LIMIT 25
            ) AS card WHERE stage.organization_id = %s
            """,
            [organization_id],
        ).fetchall()
        cursor.execute(
            "SELECT DISTINCT ON (stage_id) stage_id, leads, requested FROM leads_stagetally WHERE organization_id = %s",
            [organization_id],
        ).fetchall()
