"""Facts, notes and calls in an advisor's words: one table from the name of a fact to what a person reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import ActorKind, Event
from crm.wording import spoken
from leads import assignment_words, contact
from leads.field_words import label_of, shown
from leads.models import Call, ConsentBasis, Note, Source, Suppression
from leads.timeline_entries import CallLine, Line, Sound

type Told = tuple[str, str, str]  # icon, what they did, why

#: Facts whose message or note stands on the timeline itself, and those that only the audit log tells.
TOLD_ELSEWHERE = (
    "message.received",
    "message.queued",
    "message.sent",
    "message.delivered",
    "message.failed",
    "message.dead",
    "message.needs_review",
    "message.awaits_approval",
    "message.cancelled",
    "conversation.started",
    "note.added",
    "call.logged",
    "call.recording_played",
    "document.viewed",
    "borrower.exported",
    "borrower.export_taken",
)


def told(event: Event, now: dt.datetime) -> Line:
    words = (event.actor_kind == ActorKind.SEQUENCE and _BY_SEQUENCE.get(event.name)) or _WORDS.get(event.name)
    icon, what, why = words(event.data) if words else ("dots", _spelled_out(event.name), "")
    return Line(event.happened_at, icon, what, who=spoken(event.actor_label), why=why, text=_text_of(event))


def _text_of(event: Event) -> str:
    """Whose a new lead became, where rules said so; what is offered is told by itself."""
    because = event.data.get("because") or {}
    is_told = event.name == "lead.created" and because.get("outcome") != "offered"
    return assignment_words.told(because) if is_told else ""


def note_told(note: Note, now: dt.datetime) -> Line:
    who = note.advisor.name if note.advisor else _("Somebody who left")
    return Line(note.created_at, "note", _("noted"), who=who, text=note.body)


def call_told(call: Call, now: dt.datetime) -> CallLine:
    """With its recordings loaded."""
    who = call.advisor.name if call.advisor else ""
    number = contact.national(contact.e164(call.phone)) or call.phone
    if who:
        words = _("was called by %(number)s") if call.is_inbound else _("called %(number)s")
    else:
        words = _("Call from %(number)s") if call.is_inbound else _("Call to %(number)s")
    ending = _("still to be logged") if call.is_open else _code(call.disposition)
    details = [_minutes(call.ended_at - call.started_at) if call.ended_at else "", ending]
    if call.why_anyway:
        details.append(_("called all the same: %(why)s") % {"why": call.why_anyway})
    return CallLine(
        at=call.started_at,
        pk=call.pk,
        words=words % {"number": number},
        who=who,
        why=", ".join(filter(None, details)),
        text=call.notes,
        is_open=call.is_open,
        sounds=[Sound(each.uuid, each.seconds, each.added_by_label) for each in call.recordings.all()],
    )


def _minutes(length: dt.timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _code(disposition: str) -> str:
    """NO ANSWER reads "no answer"; short codes such as NI stay as they are."""
    is_code = disposition.isupper() and len(disposition) > 3
    return disposition.replace("_", " ").lower() if is_code else spoken(disposition)


def _spelled_out(name: str) -> str:
    """For facts that are not in the table yet: "loan.file_opened" reads "loan: file opened"."""
    return name.replace(".", ": ").replace("_", " ")


def _created(data: Mapping[str, Any]) -> Told:
    door = Source(data["source"]).label if data.get("source") in Source.values else ""
    door = str(door)
    door = door if door[:2].isupper() else door.lower()
    came = _("by %(door)s") % {"door": door} if door else ""
    if file := data.get("file"):
        came = _("from the file %(name)s") % {"name": file}
    parts = [came, str(data.get("source_label") or "")]
    if basis := data.get("consent"):
        known = ConsentBasis(basis).label if basis in ConsentBasis.values else basis
        parts.append(_("consent: %(basis)s") % {"basis": known})
    return "plus", _("brought the lead in"), ", ".join(filter(None, parts))


def _filled(data: Mapping[str, Any]) -> Told:
    return "note", _("added %(fields)s") % {"fields": _listed(data.get("fields", []))}, ""


def _updated(data: Mapping[str, Any]) -> Told:
    changes: Mapping[str, Any] = data.get("changes", {})
    before_after = [
        _before_after(label_of(name), shown(old), shown(new) or _("nothing"))
        for name, (old, new) in changes.items()
        if label_of(name)
    ]
    return "note", _("changed %(fields)s") % {"fields": _listed(changes)}, "; ".join(before_after)


def _before_after(label: str, before: str, after: str) -> str:
    if not before:
        return _("%(field)s is now %(after)s") % {"field": label, "after": after}
    return _("%(field)s was %(before)s, now %(after)s") % {"field": label, "before": before, "after": after}


def _listed(names: Any) -> str:
    labels = dict.fromkeys(label_of(str(name)).lower() for name in names)
    return ", ".join(filter(None, labels)) or _("a detail")


def _suppressed(data: Mapping[str, Any]) -> Told:
    if data.get("kind") == Suppression.OPT_OUT:
        return "lock", _("opted out of messages"), _why(data)
    if data.get("kind") == Suppression.WRONG_NUMBER:
        return "alert", _("found out that the number is wrong"), _why(data)
    return "lock", _("set do-not-call"), _why(data)


def _unsuppressed(data: Mapping[str, Any]) -> Told:
    kinds: dict[Any, str] = {
        Suppression.OPT_OUT: _("took the opt-out back"),
        Suppression.WRONG_NUMBER: _("found the number to be right"),
    }
    return "undo", kinds.get(data.get("kind"), _("lifted do-not-call")), ""


def _suspicion_settled(data: Mapping[str, Any]) -> Told:
    return "check", _("read it as an opt-out") if data.get("was_opt_out") else _("read it as no opt-out"), ""


def _assigned(data: Mapping[str, Any]) -> Told:
    to = data.get("advisor")
    why = assignment_words.told(data.get("because") or {})
    return "people", _("assigned the lead to %(to)s") % {"to": to} if to else _("left the lead without an advisor"), why


def _offered(data: Mapping[str, Any]) -> Told:
    return "people", _("offered the lead to a group"), assignment_words.told(data.get("because") or {})


def _offer_expired(data: Mapping[str, Any]) -> Told:
    because = data.get("because") or {}
    is_given = because.get("outcome") in ("assigned", "offered")  # which is told by itself
    return (
        "clock",
        _("found that nobody claimed it by “%(rule)s”") % {"rule": data.get("rule", "…")},
        ("" if is_given else assignment_words.told(because)),
    )


def _skipped(data: Mapping[str, Any]) -> Told:
    step = data.get("step")
    return (
        "right",
        _("skipped step %(step)s") % {"step": step + 1} if isinstance(step, int) else _("skipped a step"),
        _why(data),
    )


def _consent_changed(data: Mapping[str, Any]) -> Told:
    basis = data.get("after") or ""
    words = ConsentBasis(basis).label if basis in ConsentBasis.values and basis else _("none")
    return "lock", _("corrected the consent: %(words)s") % {"words": words}, str(data.get("source") or "")


def _given(data: Mapping[str, Any]) -> Told:
    due = data.get("due_at")
    when = (
        _("due %(day)s") % {"day": date_format(timezone.localtime(dt.datetime.fromisoformat(due)), "D j M H:i")}
        if due
        else ""
    )
    return "clock", _("set a task: %(title)s") % {"title": data.get("title", "…")}, when


def _requested(data: Mapping[str, Any]) -> Told:
    return "link", _("made an upload link for the borrower"), ", ".join(map(str, data.get("items", [])))


def _deleted(data: Mapping[str, Any]) -> Told:
    kept = data.get("name_of_kept")
    return (
        ("merge", _("merged this into “%(kept)s”") % {"kept": kept}, "")
        if kept
        else ("close", _("deleted the lead"), "")
    )


def _handed_in(data: Mapping[str, Any]) -> Told:
    return (
        "file",
        _("handed in “%(title)s”") % {"title": data.get("file", "…")},
        _("for %(item)s") % {"item": item} if (item := data.get("item")) else "",
    )


def _removed(data: Mapping[str, Any]) -> Told:
    if later := data.get("replaced_by"):
        return "file", _("replaced “%(title)s” by “%(later)s”") % {"title": data.get("file", "…"), "later": later}, ""
    return "close", _("removed “%(title)s”") % {"title": data.get("file", "…")}, ""


def _why(data: Mapping[str, Any]) -> str:
    return spoken(str(data.get("reason") or ""))


def _says(icon: str, words: str | Promise) -> Callable[[Mapping[str, Any]], Told]:
    """A sentence with the fact's own data put in; data["reason"], if any, is the why."""

    def tell(data: Mapping[str, Any]) -> Told:
        return icon, str(words).format_map(_Forgiving(data)), _why(data)

    return tell


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _snoozed(data: Mapping[str, Any]) -> Told:
    until = timezone.localtime(dt.datetime.fromisoformat(data["until"]))
    return "clock", _("put it off until %(until)s") % {"until": date_format(until, "j M H:i")}, ""


_WORDS: dict[str, Callable[[Mapping[str, Any]], Told]] = {
    "lead.created": _created,
    "lead.filled": _filled,
    "lead.updated": _updated,
    "lead.deleted": _deleted,
    "lead.stage_changed": _says("right", gettext_lazy("moved {previous_label} to {label}")),
    "lead.assigned": _assigned,
    "lead.offered": _offered,
    "lead.offer_expired": _offer_expired,
    "lead.hold_placed": _says("lock", gettext_lazy("placed a legal hold")),
    "lead.hold_lifted": _says("undo", gettext_lazy("lifted the legal hold")),
    "lead.restored": _says("undo", gettext_lazy("brought the lead back")),
    "lead.snoozed": _snoozed,
    "lead.dealt_with": _says("check", gettext_lazy("was done with it for now")),
    "checklist.item_asked": _says("file", gettext_lazy("asked for “{item}”")),
    "checklist.item_collected": _says("check", gettext_lazy("ticked off “{item}”")),
    "checklist.item_reopened": _says("undo", gettext_lazy("reopened “{item}”")),
    "checklist.completed": _says("check", gettext_lazy("had the checklist complete")),
    "documents.requested": _requested,
    "documents.request_revoked": _says("close", gettext_lazy("took an upload link back")),
    "lead.merged": _says("merge", gettext_lazy("merged “{other}” into this lead")),
    "lead.unmerged": _says("undo", gettext_lazy("took “{other}” out of this lead again")),
    "lead.made_its_own_again": _says("undo", gettext_lazy("made this a lead of its own again")),
    "document.received": _handed_in,
    "document.removed": _removed,
    "conversation.handoff_requested": _says("people", gettext_lazy("asked for a person")),
    "contact.suppressed": _suppressed,
    "contact.unsuppressed": _unsuppressed,
    "contact.suspected_opt_out": _says("alert", gettext_lazy("may have asked to stop: “{words}”")),
    "contact.suspicion_settled": _suspicion_settled,
    "conversation.taken_over": _says("people", gettext_lazy("took the conversation over; the AI keeps silent")),
    "conversation.given_back": _says("spark", gettext_lazy("gave the conversation back to the AI")),
    "lead.consent_changed": _consent_changed,
    "task.given": _given,
    "task.done": _says("check", gettext_lazy("did “{title}”")),
    "task.reopened": _says("undo", gettext_lazy("reopened “{title}”")),
    "task.cancelled": _says("close", gettext_lazy("took back the task “{title}”")),
    "call.recorded": _says("play", gettext_lazy("kept a recording of a call")),
    "call.recording_removed": _says("close", gettext_lazy("removed a recording of a call")),
    "lead.queued_to_dial": _says("phone", gettext_lazy("put the lead into the hopper")),
    "message.approved": _says("check", gettext_lazy("approved a draft")),
    "message.rejected": _says("close", gettext_lazy("rejected a draft")),
    "message.withdrawn": _says("close", gettext_lazy("withdrew a draft")),
    "message.sent_again": _says("send", gettext_lazy("sent a message again that may have arrived already")),
    "message.left": _says("close", gettext_lazy("left a message that may have arrived")),
    "sequence.enrolled": _says("sequence", gettext_lazy("started the sequence {sequence_name}")),
    "sequence.reactivated": _says("play", gettext_lazy("resumed the sequence {sequence_name}")),
    "sequence.cancelled": _says("close", gettext_lazy("stopped the sequence {sequence_name}")),
    "sequence.paused": _says("clock", gettext_lazy("paused the sequence {sequence_name}")),
    "sequence.resumed": _says("play", gettext_lazy("let the sequence {sequence_name} go on")),
}
#: What a sequence did by itself; its name stands before these words.
_BY_SEQUENCE: dict[str, Callable[[Mapping[str, Any]], Told]] = {
    "sequence.step_skipped": _skipped,
    "sequence.cancelled": _says("close", gettext_lazy("stopped")),
    "sequence.completed": _says("check", gettext_lazy("came to its end")),
}
