"""What a card on the board says: why the lead matters now, before anything else but its name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import cast

from django.db.models import ForeignKey, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from crm.models import Advisor
from crm.printing import filled, kept_by_language
from crm.statements import statement
from crm.templatetags.look import glyph, length, money
from leads import checklists, contactability
from leads.checklists import Progress
from leads.lights import Light, light_of
from leads.models import Channel, Lead, LeadTag, Priority, Slot, Source, Stage

STALE_AFTER = dt.timedelta(days=10)
#: A fresh lead is worth a call at once: who calls within minutes reaches far more people.
CALL_NOW = dt.timedelta(minutes=10)
QUIET_AFTER = dt.timedelta(days=7)
TAGS_SHOWN = 2
#: Fields whose rows are at hand: assigning one checks far more than that.
_ORGANIZATION, _STAGE, _ADVISOR = (
    cast(ForeignKey, Lead._meta.get_field(name)) for name in ("organization", "stage", "advisor")
)
_SOURCES = dict(Source.choices)
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
        return (
            getattr(lead, "product", "")
            or lead.industry
            or lead.source_label
            or str(_SOURCES.get(lead.source, lead.source))
        )

    @property
    def html(self) -> SafeString:
        """The card on the board; a board has hundreds of them."""
        lead, light = self.lead, self.light
        their_time = light.aside if light.shape == "open" else ""  # the words of a closed one say it themselves
        amount = lead.requested_amount
        whose = (self.advisor.name, self.advisor.initials) if self.advisor else None
        values = {
            "uuid": str(lead.uuid),
            "version": str(lead.version),
            "key": str(lead.id),
            "name": escape(lead.display_name),
            "amount": str(amount),
            "money": money(amount),
            "detail": escape(str(self.detail)),
            "light_label": escape(light.label),
            "light_words": escape(light.words),
            "their_time": escape(their_time),
            "age": length(self.seconds),
            "next": _next_html(self.next),
            "tags": _tags_html(tuple(self.tags)) if self.tags else "",
            "progress": _progress_html(self.progress) if self.progress.total else "",
            "end": _end_html(lead.priority, whose, self.is_mine),
        }
        return filled(
            "leads/_card.html",
            values,
            is_stale=self.is_stale,
            light=light.shape,
            sign=glyph(f"light-{light.shape}"),
            has_their_time=bool(their_time),
            has_amount=amount is not None,
        )


@kept_by_language(maxsize=2000)
def _next_html(line: Line) -> SafeString:
    return render_to_string("leads/_card_next.html", {"line": line})


@kept_by_language(maxsize=2000)
def _tags_html(tags: tuple[str, ...]) -> SafeString:
    return render_to_string("leads/_card_tags.html", {"tags": tags[:TAGS_SHOWN], "more_tags": tags[TAGS_SHOWN:]})


@kept_by_language(maxsize=500)
def _progress_html(progress: Progress) -> SafeString:
    ring = f"{progress.ratio * _RING:.1f}"
    return render_to_string("leads/_card_progress.html", {"progress": progress, "ring": ring})


@kept_by_language(maxsize=2000)
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
        _ORGANIZATION.set_cached_value(lead, advisor.organization)
        _STAGE.set_cached_value(lead, stages[lead.stage_id])
        _ADVISOR.set_cached_value(lead, team.get(lead.advisor_id) if lead.advisor_id else None)
    ids = [lead.id for lead in leads]
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
            tags=tags[lead.id],
            progress=progress[lead.id],
            light=lights[lead.id],
            next=next_line(lead, lights[lead.id], now),
            seconds=(now - lead.stage_entered_at).total_seconds(),
            is_stale=is_stale(lead, now),
        )
        for lead in leads
    ]


def html_of(cards: Iterable[Card]) -> SafeString:
    """Cards under each other."""
    return mark_safe("".join(card.html + "\n" for card in cards))  # noqa: S308


def tags_of(lead_ids: Iterable[int]) -> defaultdict[int, list[str]]:
    """The names of each lead's tags in the order in which they were given; one statement."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for lead_id, name in _tag_names(list(lead_ids)):
        names[lead_id].append(name)
    return names


@statement
def _tag_names(lead_ids: list[int]) -> QuerySet[LeadTag, tuple[int, str]]:
    return LeadTag.objects.filter(lead_id__among=lead_ids).order_by("pk").values_list("lead_id", "tag__name")


def is_stale(lead: Lead, now: dt.datetime) -> bool:
    """It has stood in its stage for too long; a closed lead never does."""
    return not lead.stage.is_terminal and now - lead.stage_entered_at >= STALE_AFTER


def next_line(lead: Lead, light: Light, now: dt.datetime) -> Line:
    """What an advisor should know or do next about the lead."""
    talk = lead.conversation if lead.conversation_id else None
    waiting = talk.unanswered_since if talk else None
    if talk and talk.needs_handoff and not lead.stage.is_terminal:
        return Line(_("Asked for a person"), "people", "reply")
    if waiting and not lead.stage.is_terminal:
        return Line(_("Reply waiting %(ago)s") % {"ago": _ago(waiting, now)}, "message", "reply")
    if light.shape == "never":
        return Line(light.words, "alert")
    if lead.stage.slot == Slot.LOST and lead.lost_reason:
        return Line(lead.lost_reason, "note")
    contacted = max(filter(None, (lead.contacted_at, lead.last_called_at)), default=None)
    if contacted is None:
        return _never_contacted(lead, light, now)
    if now - contacted >= QUIET_AFTER and not lead.stage.is_terminal:
        return Line(_("No contact for %(days)s days") % {"days": (now - contacted).days}, "clock", "due")
    is_call = contacted == lead.last_called_at
    words = _("Called %(ago)s ago") if is_call else _("Last contact %(ago)s ago")
    return Line(words % {"ago": _ago(contacted, now)}, "phone" if is_call else "send")


def _never_contacted(lead: Lead, light: Light, now: dt.datetime) -> Line:
    age = now - lead.created_at
    if lead.stage.is_terminal:
        return Line(_("Never contacted"), "clock")
    if age < CALL_NOW and light.shape == "open":
        return Line(_("New %(ago)s ago, call now") % {"ago": _ago(lead.created_at, now)}, "clock", "reply")
    if age < dt.timedelta(days=1):
        return Line(_("New %(ago)s ago, no contact yet") % {"ago": _ago(lead.created_at, now)}, "clock", "due")
    return Line(_("No contact yet, came %(ago)s ago") % {"ago": _ago(lead.created_at, now)}, "clock", "due")


def _ago(moment: dt.datetime, now: dt.datetime) -> str:
    return length((now - moment).total_seconds())
