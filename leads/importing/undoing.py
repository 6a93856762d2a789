"""Take an import back: leads that it made go, others are as they were before, and what people did since stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db.models import Field
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import write_columns
from crm.models import ActorKind, Event
from leads import bulk_pipeline, holds, scoring, tallies
from leads.bulk_actions import KEPT, UNDONE, Batch, leads_to_undo, moment, rows_of
from leads.editing import change_lead
from leads.errors import DomainError
from leads.field_words import label_of
from leads.models import BulkRow, Consent, Lead, LeadTag
from leads.models.lead import address_of

_PEOPLE = (ActorKind.ADVISOR, ActorKind.CREDENTIAL, ActorKind.BORROWER)
_ADDRESS = frozenset({"phone", "phone_e164", "phone_code"})


def take_back(batch: Batch) -> None:
    leads = leads_to_undo(batch)
    held = holds.held_among(leads)
    since, restored, gone = _since(batch, leads), Restoring(batch, leads), []
    for row, lead in rows_of(batch, leads):  # the last row of the file first
        before = row.before or {}
        if not before.get("new"):
            restored.put_back(row, lead, before.get("changes", {}))
        elif lead.pk in held:
            row.settle(KEPT, _("A legal hold stands on it."))
        elif who := _whoever(since.get(lead.pk, ()), moment(before["at"])):
            row.settle(KEPT, _("%(who)s has worked on it since.") % {"who": who})
        else:
            gone.append(lead)
            row.settle(UNDONE)
    restored.write()
    bulk_pipeline.hide_all(gone, by=batch.by, now=batch.now)
    _revoke_consents(batch, [*gone, *restored.leads.values()])


type Facts = Mapping[int, Sequence[tuple[dt.datetime, str]]]


def _since(batch: Batch, leads: Mapping[int, Lead]) -> Facts:
    """When people, keys and borrowers did something with these leads, but for what the import did itself."""
    starts = [moment(row.before["at"]) for row in batch.rows if row.before]
    if not starts:
        return {}
    facts = Event.objects.filter(
        organization_id=batch.job.organization_id,
        lead_id__in=list(leads),
        happened_at__gt=min(starts),
        actor_kind__in=_PEOPLE,
    )
    found: dict[int, list[tuple[dt.datetime, str]]] = {}
    told = facts.values_list("lead_id", "happened_at", "actor_label", KT("data__job"))
    for lead_id, at, who, job in told:
        if lead_id and job != str(batch.job.uuid):
            found.setdefault(lead_id, []).append((at, who))
    return found


def _whoever(facts: Sequence[tuple[dt.datetime, str]], at: dt.datetime) -> str:
    return next((who for when, who in facts if when > at), "")


class Restoring:
    """Known leads on their way back to what they were."""

    def __init__(self, batch: Batch, leads: Mapping[int, Lead]) -> None:
        self.batch = batch
        self.leads: dict[int, Lead] = {}
        self._weights: list[Any] = []
        self._columns: dict[int, set[str]] = {}
        self._changes: dict[int, dict[str, list[Any]]] = {}
        rows = [(row, (row.before or {}).get("changes", {})) for row in batch.rows]
        tagged = [row.lead_id for row, changes in rows if changes.get("tags") and row.lead_id and row.lead_id in leads]
        links = LeadTag.objects.filter(lead_id__in=tagged).values_list("lead_id", "tag__name", "pk") if tagged else ()
        self._tags = {(lead_id, name): pk for lead_id, name, pk in links}
        self._untagged: list[int] = []

    def put_back(self, row: BulkRow, lead: Lead, changes: Mapping[str, Any]) -> None:
        if lead.pk not in self.leads:
            self.leads[lead.pk] = lead
            self._weights.append(tallies.weigh(lead, -1))
        kept = [column for column in changes if column not in _ADDRESS and not self._restore(lead, column, changes)]
        if not self._restore_phone(lead, changes):
            kept.append("phone")
        names = ", ".join(sorted(set(filter(None, map(label_of, kept)))))
        if names:
            row.settle(KEPT, _("Somebody has changed this since, and it stays: %(names)s.") % {"names": names})
        else:
            row.settle(UNDONE)

    def _restore(self, lead: Lead, column: str, changes: Mapping[str, Any]) -> bool:
        if column == "tags":
            links = [self._tags.pop((lead.pk, name), None) for name in changes["tags"]]
            self._untagged += [link for link in links if link]
            return all(links)
        before, after = changes[column]
        now = getattr(lead, column)
        if now != _as_column(column, after):
            return False
        setattr(lead, column, _as_column(column, before))
        self._columns.setdefault(lead.pk, set()).add(column)
        self._changes.setdefault(lead.pk, {})[column] = [after, before]
        return True

    def _restore_phone(self, lead: Lead, changes: Mapping[str, Any]) -> bool:
        """A number on which nothing hung before is put back with the rest; another one by the door for one lead."""
        if "phone" not in changes:
            return True
        before, after = changes["phone"]
        if lead.phone != after:
            return False
        weight = tallies.weigh(lead)  # that door keeps the totals itself
        try:
            change_lead(lead, {"phone": before}, by=self.batch.by, now=self.batch.now)
        except DomainError:
            return False
        self._weights += [weight, tallies.weigh(lead, -1)]
        return True

    def write(self) -> None:
        leads = [lead for lead in self.leads.values() if lead.pk in self._columns]
        columns = set().union(*self._columns.values()) if leads else set()
        for lead in leads:
            columns |= scoring.rescored(lead, self._columns[lead.pk])
            lead.updated_at = self.batch.now
        write_columns(leads, [*sorted(columns), "updated_at"])
        LeadTag.objects.filter(pk__in=self._untagged).delete()
        tallies.add([*self._weights, *(tallies.weigh(lead) for lead in self.leads.values())])
        events.record_all(
            events.fact(
                "lead.updated",
                organization=lead.organization_id,
                lead_id=lead.pk,
                by=self.batch.by,
                now=self.batch.now,
                changes=self._changes[lead.pk],
                job=str(self.batch.job.uuid),
            )
            for lead in leads
        )


def _as_column(column: str, value: Any) -> Any:
    return cast("Field[Any, Any]", Lead._meta.get_field(column)).to_python(value)


def _revoke_consents(batch: Batch, leads: Sequence[Lead]) -> None:
    """What the import attested for those that it takes back; what stood on record before it stays."""
    basis = batch.options.get("consent")
    if not basis or not leads:
        return
    addresses = {address_of(lead.phone_e164, "") for lead in leads} | {lead.email.lower() for lead in leads}
    times = {moment(row.before["at"]) for row in batch.rows if row.before}
    theirs = Consent.objects.filter(
        organization_id=batch.job.organization_id, address__in=addresses - {""}, basis=basis, revoked_at=None
    ).filter(source=batch.options["consent_source"], recorded_at__in=times)
    theirs.update(revoked_at=batch.now, revoked_because=_("The import was undone"))
