"""What a card on the board says: why the lead matters now, before anything else but its name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from crm.models import Advisor
from crm.templatetags.look import glyph, length
from leads import checklists, contactability
from leads.checklists import Progress
from leads.lights import Light, light_of
from leads.models import Channel, Lead, LeadTag, Priority, Slot, Stage

STALE_AFTER = dt.timedelta(days=10)
#: A fresh lead is worth a call at once: who calls within minutes reaches far more people.
CALL_NOW = dt.timedelta(minutes=10)
QUIET_AFTER = dt.timedelta(days=7)
TAGS_SHOWN = 2
_RING = 31.4  # circumference of the checklist ring


@dataclass(frozen=True, slots=True)
class Line:
    """The one line that says what is next; tone is "reply" (somebody waits), "due" (late) or ""."""

    words: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    lead: Lead
    stage: Stage
    advisor: Advisor | None
    is_mine: bool
    tags: Sequence[str]
    progress: Progress
    light: Light
    next: Line
    seconds: float
    is_stale: bool

    @property
    def detail(self) -> str:
        """What the money is for, else what they do, else where they came from."""
        lead = self.lead
        return getattr(lead, "product", "") or lead.industry or lead.source_label or lead.get_source_display()

    @property
    def face(self) -> dict[str, Any]:
        """
        All that the card shows, ready to be put in: a board has hundreds of cards, and a template takes longer to look
        up and escape a value than it takes to make it. Only what people wrote is left to be escaped.
        """
        lead, light = self.lead, self.light
        url = mark_safe(f"/leads/{lead.uuid}")  # noqa: S308
        return {
            "uuid": mark_safe(str(lead.uuid)),  # noqa: S308
            "version": lead.version,
            "key": mark_safe(str(lead.pk)),  # noqa: S308
            "url": url,
            "name": escape(lead.display_name),
            "amount": lead.requested_amount,
            "detail": self.detail,
            "light": light,
            "light_label": escape(light.label),
            "light_sign": glyph(f"light-{light.shape}"),
            "their_time": light.aside if light.shape == "open" else "",  # the words of a closed one say it themselves
            "tags": self.tags[:TAGS_SHOWN],
            "more_tags": self.tags[TAGS_SHOWN:],
            "is_stale": self.is_stale,
            "age": mark_safe(length(self.seconds)),  # noqa: S308
            "next": _next_html(self.next),
            "progress": _progress_html(self.progress) if self.progress.total else "",
            "end": _end_html(lead.priority, self.advisor and (self.advisor.name, self.advisor.initials), self.is_mine),
        }


@lru_cache(maxsize=2000)
def _next_html(line: Line) -> SafeString:
    return render_to_string("leads/_card_next.html", {"line": line})


@lru_cache(maxsize=500)
def _progress_html(progress: Progress) -> SafeString:
    ring = f"{progress.ratio * _RING:.1f}"
    return render_to_string("leads/_card_progress.html", {"progress": progress, "ring": ring})


@lru_cache(maxsize=2000)
def _end_html(priority: str, advisor: tuple[str, str] | None, is_mine: bool) -> SafeString:
    sign = "pri-medium" if priority == Priority.NORMAL else f"pri-{priority}"
    about = {"priority": priority, "sign": sign, "advisor": advisor, "is_mine": is_mine}
    return render_to_string("leads/_card_end.html", about)


def cards_for(
    leads: Sequence[Lead],
    *,
    advisor: Advisor,
    stages: Mapping[int, Stage],
    team: Mapping[int, Advisor],
    now: dt.datetime,
) -> list[Card]:
    """One card for each lead, in the same order; a fixed number of statements however many there are."""
    for lead in leads:
        lead.organization = advisor.organization
        lead.stage = stages[lead.stage_id]
        lead.advisor = team.get(lead.advisor_id) if lead.advisor_id else None
    ids = [lead.pk for lead in leads]
    tags = tags_of(ids)
    progress = checklists.progress_of(advisor.organization, ids)
    # The advisor's own words count here, not a sequence's: quiet hours warn, a closed stage does not forbid.
    verdicts = contactability.check_many(leads, Channel.SMS, now, automated=False)
    lights = {lead_id: light_of(verdict, now) for lead_id, verdict in verdicts.items()}
    return [
        Card(
            lead=lead,
            stage=lead.stage,
            advisor=lead.advisor,
            is_mine=lead.advisor_id == advisor.pk,
            tags=tags[lead.pk],
            progress=progress[lead.pk],
            light=lights[lead.pk],
            next=next_line(lead, lights[lead.pk], now),
            seconds=(now - lead.stage_entered_at).total_seconds(),
            is_stale=is_stale(lead, now),
        )
        for lead in leads
    ]


def tags_of(lead_ids: Iterable[int]) -> defaultdict[int, list[str]]:
    """The names of each lead's tags in the order in which they were given; one statement."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    rows = LeadTag.objects.filter(lead_id__in=list(lead_ids)).order_by("pk")
    for lead_id, name in rows.values_list("lead_id", "tag__name"):
        names[lead_id].append(name)
    return names


def is_stale(lead: Lead, now: dt.datetime) -> bool:
    """It has stood in its stage for too long; a closed lead never does."""
    return not lead.stage.is_terminal and now - lead.stage_entered_at >= STALE_AFTER


def next_line(lead: Lead, light: Light, now: dt.datetime) -> Line:
    """What an advisor should know or do next about the lead."""
    waiting = lead.conversation.unanswered_since if lead.conversation else None
    if waiting and not lead.stage.is_terminal:
        return Line(f"Reply waiting {_ago(waiting, now)}", "message", "reply")
    if light.shape == "never":
        return Line(light.words, "alert")
    if lead.stage.slot == Slot.LOST and lead.lost_reason:
        return Line(lead.lost_reason, "note")
    contacted = max(filter(None, (lead.last_contacted_at, lead.last_called_at)), default=None)
    if contacted is None:
        return _never_contacted(lead, light, now)
    if now - contacted >= QUIET_AFTER and not lead.stage.is_terminal:
        return Line(f"No contact for {(now - contacted).days} days", "clock", "due")
    is_call = contacted == lead.last_called_at
    return Line(f"{'Called' if is_call else 'Last contact'} {_ago(contacted, now)} ago", "phone" if is_call else "send")


def _never_contacted(lead: Lead, light: Light, now: dt.datetime) -> Line:
    age = now - lead.created_at
    if lead.stage.is_terminal:
        return Line("Never contacted", "clock")
    if age < CALL_NOW and light.shape == "open":
        return Line(f"New {_ago(lead.created_at, now)} ago, call now", "clock", "reply")
    if age < dt.timedelta(days=1):
        return Line(f"New {_ago(lead.created_at, now)} ago, no contact yet", "clock", "due")
    return Line(f"No contact yet, came {_ago(lead.created_at, now)} ago", "clock", "due")


def _ago(moment: dt.datetime, now: dt.datetime) -> str:
    return length((now - moment).total_seconds())
