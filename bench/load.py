"""Fill the benchmark's database: one organisation with many leads, written by the server itself."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from crm.models import Advisor, Credential, Organization, Role, Tier, User
from crm.organizations import found
from leads import tallies
from leads.models import Conversation, Lead, LeadTag, Stage, Tag
from leads.positions import ROOM

#: Keys to take turns with, so that no request meets its rate limit.
KEYS = 40
#: The organisation.
BENCH = "Bench Lending"

_PHONE = "'+1' || (2000000000 + n)"
_WORDS = "harbor pine granite river cedar summit maple iron copper willow falcon prairie lantern anchor".split()  # noqa: SIM905
_FIRST = ["mary", "john", "ana", "luis", "kim", "omar", "ruth", "ivan", "lea", "noah"]
_LAST = ["doe", "smith", "garcia", "chen", "okafor", "novak", "silva", "kaur", "moss", "berg"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the measurements need to know about the data; the secrets are of keys made for this run."""

    organization: Organization
    advisor: Advisor
    lendworks: list[str]
    recoverbiz: list[str]


def load(leads: int) -> Loaded:
    """An organisation with so many leads in its eight stages, a team, tags on every other lead, and keys."""
    now = dt.datetime.now(dt.UTC)
    organization = found(name=BENCH, now=now, quiet_hours=False)
    user = User.objects.create_user("bench@bench.example", "bench bench bench")
    advisor = Advisor.objects.create(organization=organization, user=user, role=Role.MANAGER)
    Tag.objects.bulk_create(Tag(organization=organization, name=name) for name in ("SBA", "Referral", "Repeat"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # millions of references that are right as they are
        _insert_conversations(organization, leads)
        _insert_leads(organization, advisor, leads)
        _insert_tags(organization)
        cursor.execute("SET session_replication_role = DEFAULT")
        tallies.recount(organization)
        cursor.execute("VACUUM ANALYZE")
    return keys_for(organization)


def keys_for(organization: Organization) -> Loaded:
    """Fresh keys for an organisation that is there already."""
    advisor = Advisor.objects.select_related("user", "organization").get(organization=organization)
    secrets: dict[str, list[str]] = {"lendworks": [], "recoverbiz": []}
    for kind, _ in itertools.product(secrets, range(KEYS)):
        secrets[kind].append(Credential.issue(kind, organization=organization)[1])
    Credential.objects.update(tier=Tier.PREMIUM)
    return Loaded(organization, advisor, **secrets)


def _insert_conversations(organization: Organization, leads: int) -> None:
    """One for each lead, as there is when it has been enrolled."""
    given = {"id": "n", "organization_id": str(organization.pk), "address": _PHONE, "message_count": "0"}
    _insert(Conversation, given, leads)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{Conversation._meta.db_table}', 'id'), {leads})")


def _insert_leads(organization: Organization, advisor: Advisor, leads: int) -> None:
    stages = list(Stage.objects.filter(organization=organization).order_by("position").values_list("pk", flat=True))
    given = {
        "uuid": "gen_random_uuid()",
        "organization_id": str(organization.pk),
        "stage_id": f"(ARRAY{stages})[1 + (n % 8)]",
        "position": f"(extract(epoch from now())::bigint * 1000 << 20) - ({leads} - n) * {ROOM}",
        "stage_entered_at": f"now() - ({leads} - n) * interval '1 second'",
        "advisor_id": f"CASE WHEN n % 3 = 0 THEN {advisor.pk} END",
        "name": f"{_pick(_FIRST, 'n / 7')} || ' ' || {_pick(_LAST, 'n / 11')} || ' ' || n",
        "first_name": _pick(_FIRST, "n / 7"),
        "last_name": _pick(_LAST, "n / 11"),
        "business_name": f"{_pick(_WORDS, 'n / 13')} || ' ' || {_pick(_WORDS, 'n / 17')} || ' ' || (n % 9973)",
        "phone": _PHONE,
        "phone_e164": _PHONE,
        "conversation_id": "n",
        "email": "'person' || n || '@mail.example'",
        "requested_amount": "(n % 400) * 1000",
        "requested_amount_given": "((n % 400) * 1000)::text",
        "priority": "(ARRAY['low','normal','high','urgent'])[1 + (n % 4)]",
        "source": "'api'",
        "status_code": "'NEW'",
        "version": "1",
        "created_at": f"now() - ({leads} - n) * interval '1 second'",
        "updated_at": "now()",
    }
    _insert(Lead, given, leads)


def _insert(model: type[models.Model], given: dict[str, str], number: int) -> None:
    """So many rows, the nth with these expressions of n; what is not given is empty."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = {
        field.column: given.get(field.column) or _default(field)
        for field in fields
        if field.column in given or not field.primary_key
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM generate_series(1, {number}) AS n"
        )


def _insert_tags(organization: Organization) -> None:
    tags = list(Tag.objects.filter(organization=organization).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LeadTag._meta.db_table} (lead_id, tag_id) "
            f"SELECT id, (ARRAY{tags})[1 + (id % 3)] FROM leads_lead WHERE id % 2 = 0"
        )


def _default(field: models.Field[Any, Any]) -> str:
    if field.null:
        return "NULL"
    if isinstance(field, models.JSONField):
        return "'{}'::jsonb"
    return "false" if isinstance(field, models.BooleanField) else "''"


def _pick(words: list[str], number: str) -> str:
    return f"(ARRAY{words})[1 + (({number}) % {len(words)})]"
