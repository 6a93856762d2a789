"""What each part of the lead page needs to be drawn; the page draws them all, a fragment's view just its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from crm.access import AdvisorRequest
from crm.models import Advisor
from leads import (
    assignment_words,
    call_panel,
    calling,
    contact,
    contactability,
    facts,
    merging,
    offering,
    permissions,
    scoring,
    tagging,
)
from leads.change_mark import mark_of
from leads.contactability import Verdict, address_on
from leads.duplicates import twins_of
from leads.lead_forms import ComposeForm, NoteForm, ReplyForm, channels_of
from leads.lights import light_of
from leads.models import Channel, Lead, OfferState, Slot, Stage
from leads.timeline import TABS, Place, Show, TimelinePage, newest_part, page_of, with_days
from leads.timeline_entries import moment

type Context = dict[str, Any]

QUICK_REPLIES = ("Yes", "Who is this?", "STOP", "START")


@dataclass(frozen=True, slots=True)
class PathStep:
    stage: Stage
    is_done: bool
    is_here: bool


def head(request: AdvisorRequest, lead: Lead, now: dt.datetime) -> Context:
    """Name, money, light, stage path, and what may be done to the lead as a whole."""
    stages = list(Stage.objects.filter(organization_id=lead.organization_id).order_by("position", "pk"))
    light = light_of(contactability.check(lead, channels_of(lead)[0], now), now)
    return {
        "lead": lead,
        "light": light,
        "path": _path(stages, lead),
        "stages": stages,
        "seconds_in_stage": (now - lead.stage_entered_at).total_seconds(),
        "may_delete": permissions.may_delete_leads(request.advisor),
        "may_see_the_record": bool(lead.address) and permissions.may_see_the_record(request.advisor),
        "may_lift_number": light.rule == contactability.Rule.WRONG_NUMBER
        and permissions.may_lift_do_not_call(request.advisor),
        "may_lift": lead.is_do_not_call and permissions.may_lift_do_not_call(request.advisor),
        "pauses": _pauses(lead, now),
        "offer": _offer(request, lead, now),
        "now": now,
    }


def _pauses(lead: Lead, now: dt.datetime) -> Context:
    """What waits in the conversation until somebody decides."""
    conversation = lead.conversation
    until = conversation.ai_paused_until if conversation else None
    return {
        "suspected": conversation is not None and conversation.suspected_opt_out_at is not None,
        "ai_until": moment(until, now) if until and until > now else "",
        "needs_person": conversation is not None and conversation.needs_handoff,
    }


def _offer(request: AdvisorRequest, lead: Lead, now: dt.datetime) -> Context | None:
    """While a group may claim it: until when, who they are, and whether whoever looks is one of them."""
    if lead.advisor_id is not None or lead.assigned_because.get("outcome") != "offered":
        return None
    offer = offering.offer_of(lead)
    if offer is None or offer.state != OfferState.OPEN or offer.expires_at <= now:
        return None
    people = list(offer.advisors.all())
    return {
        "uuid": offer.uuid,
        "until": moment(offer.expires_at, now),
        "people": ", ".join(person.name for person in people),
        "is_mine": request.advisor in people,
    }


def _path(stages: list[Stage], lead: Lead) -> list[PathStep]:
    """The way to the money, and how much of it is behind the lead; a lost one has left it."""
    is_lost = lead.stage.slot == Slot.LOST
    aside = Slot.CONVERTED if is_lost else Slot.LOST
    steps = [stage for stage in stages if stage.slot != aside or stage.pk == lead.stage_id]
    here = next((index for index, stage in enumerate(steps) if stage.pk == lead.stage_id), 0)
    return [PathStep(stage, index < here and not is_lost, index == here) for index, stage in enumerate(steps)]


def call(request: AdvisorRequest, lead: Lead, now: dt.datetime) -> Context:
    """The advisor's call that has still to be logged, if there is one. One statement, three more for its panel."""
    mine = calling.open_call(lead, request.advisor)
    return call_panel.of_call(mine, lead, now) if mine else {}


def duplicates(request: AdvisorRequest, lead: Lead, now: dt.datetime) -> Context:
    """Who may be the same person, and who was found to be."""
    merges = merging.of_lead(lead)
    return {
        "twins": twins_of(lead, request.advisor),
        "merges": merges,
        "fresh_merges": [merge for merge in merges if now - merge.merged_at < _FRESH],
    }


#: So long a merge is told above the page; later, its undoing is in the menu.
_FRESH = dt.timedelta(days=1)


def show_of(text: str) -> Show:
    return Show(text) if text in set(Show) else Show.EVERYTHING


def timeline(lead: Lead, now: dt.datetime, *, show: Show, before: Place | None = None) -> Context:
    """Tabs and a page of entries: the newest, or those before a place (where scripts are off)."""
    page = page_of(lead, now=now, show=show, before=before)
    return {"tabs": TABS, "is_older": before is not None, **_entries(lead, page, now, show)}


def conversation(lead: Lead, now: dt.datetime, *, show: Show, since: Place | None) -> Context:
    """The newest part of the timeline, from the place that the page knows."""
    return _entries(lead, newest_part(lead, now=now, show=show, since=since), now, show)


def _entries(lead: Lead, page: TimelinePage, now: dt.datetime, show: Show) -> Context:
    return {
        "lead": lead,
        "show": show,
        "rows": with_days(page.entries, now),
        "earlier": page.earlier,
        "since": page.oldest,
        "mark": mark_of(lead, now),
    }


def earlier(lead: Lead, now: dt.datetime, *, show: Show, before: Place) -> Context:
    """The page before a place, to be put above it."""
    page = page_of(lead, now=now, show=show, before=before)
    last = page.entries[-1].place.at if page.entries else None
    return {
        "lead": lead,
        "show": show,
        "rows": with_days(page.entries, now),
        "earlier": page.earlier,
        "day_goes_on": last is not None and timezone.localdate(last) == timezone.localdate(before.at),
    }


@dataclass(frozen=True, slots=True)
class Target:
    """A channel to write on: where it leads, its light, and whether quiet hours ask for a second thought."""

    channel: Channel
    to: str
    verdict: Verdict

    @property
    def is_quiet(self) -> bool:
        return self.verdict.rule is contactability.Rule.QUIET_HOURS


def target(lead: Lead, channel: str, now: dt.datetime) -> Target:
    channels = channels_of(lead)
    chosen = Channel(channel) if channel in set(channels) else channels[0]
    address = address_on(lead, chosen)
    to = address if chosen == Channel.EMAIL else contact.national(address)
    return Target(chosen, to, contactability.check(lead, chosen, now, automated=False))


def composer(lead: Lead, now: dt.datetime, *, form: ComposeForm | None = None, channel: str = "") -> Context:
    at = target(lead, channel, now)
    return {
        "lead": lead,
        "compose": form or ComposeForm(initial={"channel": at.channel}),
        "channels": channels_of(lead),
        "target": at,
        "target_light": light_of(at.verdict, now),
    }


def writing(request: AdvisorRequest, lead: Lead, now: dt.datetime) -> Context:
    """Everything below the timeline: message, note, and in a demo the borrower's answer."""
    return {
        **composer(lead, now),
        "note": NoteForm(),
        "is_demo": request.advisor.organization.is_demo,
        "reply": ReplyForm(),
        "quick_replies": QUICK_REPLIES,
    }


def details(lead: Lead, *, editing: str = "", **forms: Any) -> Context:
    """The facts in groups, the advisor, the score's parts and the tags. forms hold what is being edited."""
    return {
        "lead": lead,
        "groups": facts.groups_of(lead, editing=editing),
        "missing": facts.missing_from(lead, editing=editing),
        "tags": tagging.names_of([lead.pk]).get(lead.pk, []),
        "score_parts": scoring.parts_of(lead),
        "editing": editing,
        "because": assignment_words.told(lead.assigned_because),
        **forms,
    }


def team_of(advisor: Advisor) -> list[Advisor]:
    """Who can be made responsible for a lead."""
    team = Advisor.objects.filter(organization_id=advisor.organization_id, is_active=True).select_related("user")
    return sorted(team, key=lambda member: member.name.casefold())
