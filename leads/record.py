"""Everything on record about one phone number or e-mail address, in order of time: for whoever asks why."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Event, Organization
from crm.wording import spoken
from leads import event_words, message_words
from leads.models import Consent, ContactDecision, Direction, DoNotCall, Lead, Message
from leads.spreadsheets import harmless

#: What happened to its leads that tells why they were or were not contacted: enrollments, opt-outs, who spoke.
_TOLD = Q(name__startswith="sequence.") | Q(name__startswith="contact.") | Q(name__startswith="conversation.")
_LEADS = Q(name__in=("lead.created", "lead.deleted", "message.sent_again", "message.left"))
#: What the gate said, by its kind.
KINDS: dict[str, Any] = {
    "allowed": gettext_lazy("allowed"),
    "later": gettext_lazy("later"),
    "never": gettext_lazy("never"),
    "anyway": gettext_lazy("anyway"),
}
COLUMNS = ("When (UTC)", "What", "Who", "Said or done", "Why")


@dataclass(frozen=True, slots=True)
class Entry:
    at: dt.datetime
    what: str
    who: str
    words: str
    why: str = ""


def record_of(organization: Organization, address: str, now: dt.datetime) -> list[Entry]:
    """Oldest first; six statements."""
    by_address = {"organization": organization, "address": address}
    same = Q(email__iexact=address) if "@" in address else Q(phone_e164=address)
    leads = list(Lead.objects.filter(same, organization=organization).order_by("pk"))
    entries = [
        *(_lead(lead) for lead in leads),
        *(entry for row in Consent.objects.filter(**by_address) for entry in _consent(row)),
        *(entry for row in DoNotCall.objects.filter(**by_address) for entry in _suppression(row)),
        *(_message(message, now) for message in Message.objects.filter(**by_address)),
        *(_decision(decision) for decision in ContactDecision.objects.filter(**by_address)),
        *(_event(event, now) for event in _events(organization, leads)),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def as_csv(entries: Iterable[Entry]) -> str:
    """For a spreadsheet, in which no cell is taken for a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in entries:
        at = entry.at.astimezone(dt.UTC).isoformat(timespec="seconds")
        rows.writerow([at, *map(harmless, (entry.what, entry.who, entry.words, entry.why))])
    return out.getvalue()


def _lead(lead: Lead) -> Entry:
    words = ", ".join((f"{lead.display_name} ({lead.uuid})", lead.phone or _("no phone"), lead.email or _("no e-mail")))
    gone = _("deleted %(day)s UTC") % {"day": f"{lead.deleted_at:%Y-%m-%d %H:%M}"} if lead.deleted_at else ""
    return Entry(lead.created_at, _("lead"), lead.created_by_label or lead.get_source_display(), words, gone)


def _consent(consent: Consent) -> Iterator[Entry]:
    words = _("%(basis)s for %(channels)s") % {"basis": consent.get_basis_display(), "channels": consent.channels}
    why = ", ".join(filter(None, (consent.source, consent.evidence)))
    yield Entry(consent.recorded_at, _("consent"), consent.actor_label, words, why)
    if consent.revoked_at:
        yield Entry(consent.revoked_at, _("consent revoked"), "", words, consent.revoked_because)


def _suppression(entry: DoNotCall) -> Iterator[Entry]:
    yield Entry(entry.created_at, _("suppression"), entry.actor_label, entry.get_kind_display(), entry.reason)
    if entry.lifted_at:
        yield Entry(entry.lifted_at, _("suppression lifted"), entry.lifted_by, entry.get_kind_display())


def _message(message: Message, now: dt.datetime) -> Entry:
    is_in = message.direction == Direction.INBOUND
    what = (_("%(channel)s in") if is_in else _("%(channel)s out")) % {"channel": message.get_channel_display()}
    state = "" if is_in else message_words.state_of(message, now)[1]
    why = "; ".join(filter(None, (spoken(str(message.reason.get("words") or "")), state)))
    text = f"{message.subject}: {message.body}" if message.subject else message.body
    return Entry(message.sent_at or message.created_at, what, message.author_label or message.author, text, why)


def _decision(decision: ContactDecision) -> Entry:
    until = _(", until %(day)s UTC") % {"day": f"{decision.until:%Y-%m-%d %H:%M}"} if decision.until else ""
    words = f"{spoken(decision.purpose)}: {KINDS.get(decision.verdict, decision.verdict)}{until}"
    return Entry(
        decision.decided_at,
        _("decision"),
        "",
        words,
        _("%(reason)s (rule: %(rule)s)") % {"reason": spoken(decision.words), "rule": decision.rule},
    )


def _events(organization: Organization, leads: list[Lead]) -> Iterable[Event]:
    of_leads = Event.objects.filter(organization=organization, lead_id__in=[lead.pk for lead in leads])
    return of_leads.filter(_TOLD | _LEADS)


def _event(event: Event, now: dt.datetime) -> Entry:
    line = event_words.told(event, now)
    return Entry(event.happened_at, event.name, event.actor_label, line.words, line.why)
