"""The one door through which leads come in: every page, import and contract calls it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import fresh, insert_rows
from crm.models import Actor, Event, Organization
from crm.statements import statement
from leads import (
    assigning,
    consents,
    contact,
    fields,
    notifying,
    offering,
    positions,
    scoring,
    stage_rules,
    tagging,
    tallies,
)
from leads.assignment_choice import Decision
from leads.errors import DuplicateLead, InvalidPhone, InvalidValue
from leads.models import AssignmentTurn, Consent, ConsentBasis, Conversation, Lead, Slot, Source, Stage
from leads.models.lead import ANSWERING, address_of

type Fields = Mapping[str, Any]


class OnDuplicate(StrEnum):
    """What happens when the phone or external id is known: its lead is filled up, or a second one is made."""

    FILL = "fill"
    NEW = "new"


class Action(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Received:
    """changes: what a known lead got, [before, after] by column; only where somebody keeps it for an undo."""

    lead: Lead
    action: Action
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where leads come from: what all rows of one request or file have in common."""

    organization: Organization
    by: Actor
    now: dt.datetime
    source: Source | str = Source.API
    consent: ConsentBasis | str = ConsentBasis.NONE
    consent_source: str = ""
    #: What the facts say besides.
    told: Mapping[str, Any] = field(default_factory=dict)


def receive_lead(
    *,
    organization: Organization,
    fields: Fields,
    by: Actor,
    now: dt.datetime,
    on_duplicate: OnDuplicate = OnDuplicate.FILL,
    source: Source | str = Source.API,
    consent: ConsentBasis | str = ConsentBasis.NONE,
    consent_source: str = "",
) -> Received:
    """
    Take one lead in.

    fields holds Lead columns (phone as it was given, amounts as *_given texts), and may hold stage, advisor, contact,
    company, dial_list (rows) and tags (texts). With FILL, a lead that answers to the phone or external id keeps what
    it has and gets what it lacks. Twenty of these at once for one phone make one lead.

    Raises InvalidPhone (FILL needs a number that can be dialled), InvalidValue, StageRefused when the stage asks for
    what the lead lacks, and DuplicateLead when phone and external id lead to two different leads.
    """
    intake = Intake(organization, by, now, source, consent, consent_source)
    values = prepare(fields, needs_phone=on_duplicate is OnDuplicate.FILL)
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return _take(intake, fields, values, on_duplicate)
        except IntegrityError:
            continue  # somebody else was first; look again
    raise DuplicateLead(_("Another request is writing this lead; try again."))


def _take(intake: Intake, given: Fields, values: dict[str, Any], on_duplicate: OnDuplicate) -> Received:
    ground = _ground_for(intake.organization, values, is_given=given.get("advisor") is not None)
    if on_duplicate is OnDuplicate.NEW:
        whom = _answering(intake.organization, values) if ground.is_known else None
        return _create(intake, given, values, ground, duplicate_of=whom)
    known = find(intake.organization, values, lock=True) if ground.is_known else None
    return _fill(intake, known, given, values) if known else _create(intake, given, values, ground)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a lead meets on arrival: its stage, whether somebody answers to its phone or id, an old conversation."""

    stage: Stage | None
    is_known: bool = False
    conversation: Conversation | None = None
    has_rules: bool | None = None  # None: no rules; False: their desk is not held yet


def _ground_for(organization: Organization, values: Mapping[str, Any], *, is_given: bool) -> _Ground:
    """One statement for all that most leads find nothing of; who is known is then fetched and locked."""
    address = address_of(values.get("phone_e164"), values.get("email") or "")
    ruled = None if is_given else organization.pk
    for stage in _arriving(organization.pk, values.get("phone_e164"), values.get("external_id") or "", address, ruled):
        talk = Conversation.objects.get(pk=stage.conversation_id) if stage.conversation_id else None
        return _Ground(stage, stage.is_known, talk, stage.has_rules)
    return _Ground(None)


@statement
def _arriving(
    organization_id: int, phone: str | None, external_id: str | None, address: str, ruled: int | None
) -> QuerySet[Stage, Any]:
    """ruled: the organisation again, when its rules are to say whose the lead is; their desk is held from here on."""
    answering = Lead.objects.filter(ANSWERING, organization_id=organization_id)
    by_id = answering.filter(~Q(external_id=""), external_id=external_id)  # the index leaves the empty ones out
    talk = Conversation.objects.filter(organization_id=organization_id, address=address).values("pk")[:1]
    stages = Stage.objects.filter(organization_id=organization_id).order_by("position", "pk")
    is_known = Exists(answering.filter(phone_e164=phone)) | Exists(by_id)
    has_rules = assigning.holding(ruled, unless=is_known)
    return stages.annotate(is_known=is_known, conversation_id=Subquery(talk), has_rules=has_rules)[:1]


def record_consents(intake: Intake, leads: Iterable[Lead]) -> None:
    """What the source attests holds for somebody known as well: they came once more."""
    insert_rows(attested(intake, leads), ignore_conflicts=True)


def attested(intake: Intake, leads: Iterable[Lead]) -> Sequence[Consent]:
    """The consents that the source attests, not yet written."""
    return consents.of_leads(
        intake.organization, leads, basis=intake.consent, source=intake.consent_source, by=intake.by, now=intake.now
    )


def prepare(given: Fields, *, needs_phone: bool) -> dict[str, Any]:
    """The column values of one row, checked; see leads/fields.py."""
    values = fields.column_values(given)
    if needs_phone and not values.get("phone_e164"):
        raise InvalidPhone(given.get("phone", ""))
    return values


def find(organization: Organization, values: Mapping[str, Any], *, lock: bool = False) -> Lead | None:
    """The lead that answers to the phone or external id. Raises DuplicateLead when these are two leads."""
    leads = Lead.objects.of(organization).filter(duplicate_of=None)
    if lock:
        leads = leads.select_for_update(no_key=True)
    by_phone = leads.filter(phone_e164=values["phone_e164"]).first() if values.get("phone_e164") else None
    by_id = leads.filter(external_id=values["external_id"]).first() if values.get("external_id") else None
    if by_phone and by_id and by_phone.pk != by_id.pk:
        raise DuplicateLead("phone and external_id belong to two different leads", field="external_id")
    return by_phone or by_id


def _answering(organization: Organization, values: Mapping[str, Any]) -> Lead | None:
    """Whom a new lead with this phone would be a duplicate of."""
    if not values.get("phone_e164"):
        return None
    return Lead.objects.of(organization).filter(phone_e164=values["phone_e164"], duplicate_of=None).first()


def _create(
    intake: Intake, given: Fields, values: dict[str, Any], ground: _Ground, *, duplicate_of: Lead | None = None
) -> Received:
    stage = given.get("stage") or ground.stage or first_stage(intake.organization)
    lead = new_lead(intake, given, values, stage)
    lead.duplicate_of = duplicate_of
    lead.conversation = ground.conversation
    scoring.rescored(lead)
    turns, decided = _assigned(intake, lead, ground)
    told = notifying.of_new_leads([lead], by=intake.by, now=intake.now)
    along = [tallies.changes([tallies.weigh(lead)]), attested(intake, [lead]), turns, told]
    tell = events.write_with(lead, created_fact(lead, intake), by="lead_id", along=along)
    stage_rules.satisfy(lead, stage, {})
    tagging.put_on({lead.pk: given.get("tags") or []}, intake.organization)
    tell()
    if decided and decided.offered_to:
        offering.offer_all([lead], {lead.pk: decided}, intake.organization, by=offering.RULES, now=intake.now)
    return Received(lead, Action.CREATED)


def _assigned(intake: Intake, lead: Lead, ground: _Ground) -> tuple[Sequence[AssignmentTurn], Decision | None]:
    """In memory: the lead belongs to whom the rules choose, unless somebody was named."""
    if ground.has_rules is None or lead.advisor_id is not None:
        return (), None
    if not ground.has_rules:
        assigning.hold(intake.organization)
    turns, decided = assigning.choose_for_new(assigning.desk_of(intake.organization, intake.now), [lead])
    return turns, decided[id(lead)]


def first_stage(organization: Organization) -> Stage:
    stage = Stage.objects.filter(organization=organization).order_by("position", "pk").first()
    if stage is None:
        raise InvalidValue(_("This organisation has no stages yet."), field="stage")
    return stage


def new_lead(intake: Intake, given: Fields, values: Mapping[str, Any], stage: Stage, *, rank: int = 0) -> Lead:
    """A lead that is not yet written. rank is its place within a batch, so that the first row stands on top."""
    now = intake.now + dt.timedelta(microseconds=-rank)
    consented = {"consent_basis": intake.consent, "consent_source": intake.consent_source, "consent_at": intake.now}
    return fresh(
        Lead,
        **{"source": intake.source} | dict(values),
        **consented if intake.consent else {},
        organization=intake.organization,
        stage=stage,
        stage_entered_at=intake.now,
        converted_at=intake.now if stage.slot == Slot.CONVERTED else None,
        position=positions.newest(intake.now) - rank * positions.ROOM,
        advisor=given.get("advisor"),
        created_by_id=intake.by.id if intake.by.kind == "advisor" else None,
        created_at=now,
        updated_at=intake.now,
    )


def created_fact(lead: Lead, intake: Intake) -> Event:
    return events.fact(
        "lead.created",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=intake.by,
        now=intake.now,
        source=lead.source,
        source_label=lead.source_label,
        stage=str(lead.stage.uuid),
        advisor_id=lead.advisor_id,
        consent=intake.consent,
        **({"because": lead.assigned_because} if lead.assigned_because else {}),
        **intake.told,
    )


def _fill(intake: Intake, lead: Lead, given: Fields, values: dict[str, Any]) -> Received:
    received = _filled(intake, lead, given, values)
    record_consents(intake, [lead])
    return received


def _filled(intake: Intake, lead: Lead, given: Fields, values: dict[str, Any]) -> Received:
    before = tallies.weigh(lead, -1)
    filled = fill_empties(lead, given, values)
    if given.get("tags") and not lead.lead_tags.exists():
        tagging.put_on({lead.pk: given["tags"]}, intake.organization)
        filled.add("tags")
    if not filled:
        return Received(lead, Action.SKIPPED)
    lead.updated_at = intake.now
    lead.save(update_fields=[*(filled - {"tags"}), *scoring.rescored(lead, filled), "updated_at"])
    tallies.add([before, tallies.weigh(lead)])
    events.record_all([filled_fact(lead, filled, intake)])
    return Received(lead, Action.UPDATED)


def filled_fact(lead: Lead, filled: set[str], intake: Intake) -> Event:
    return events.fact(
        "lead.filled",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=intake.by,
        now=intake.now,
        fields=sorted(filled),
        **intake.told,
    )


def fill_empties(lead: Lead, given: Fields, values: Mapping[str, Any]) -> set[str]:
    """Give the lead the values it lacks, in memory; returns the names of the columns that changed."""
    changed: set[str] = set()

    def put(column: str, value: Any) -> None:
        setattr(lead, column, value)
        changed.add(column)

    had_name = bool(lead.name)
    for column in values.keys() - fields.CHOICES - {"phone", "phone_e164", "phone_code"}:
        value, own = values[column], getattr(lead, column)
        if column in fields.OBJECTS:
            if missing := {key: item for key, item in (value or {}).items() if key not in own}:
                put(column, own | missing)
        elif column in fields.NAMES and had_name and not given.get(column):
            continue  # a part that was only guessed from another name
        elif value not in ("", None) and own in ("", None):
            put(column, value)
    if had_name and changed & {"first_name", "last_name"}:
        put("name", contact.joined_name(lead.first_name, lead.last_name) or lead.name)
    if not lead.phone and values.get("phone"):
        for column in {"phone", "phone_e164", "phone_code"} & values.keys():
            put(column, values[column])
    return changed
