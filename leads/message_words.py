"""Messages and decisions about them, in an advisor's words: who wrote it, why, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.wording import in_english, spoken
from leads.lights import RULES
from leads.models import Author, Channel, ContactDecision, Direction, Message, MessageState
from leads.timeline_entries import Bubble, Line, moment
from leads.verdicts import ANYWAY, CALL

type State = tuple[str, str, str]  # icon, words, tone

_ICON = {"borrower": "", "advisor": "", "sequence": "sequence", "ai": "spark"}


def told(message: Message, now: dt.datetime) -> Bubble:
    icon, words, tone = state_of(message, now)
    voice = voice_of(message)
    return Bubble(
        at=message.created_at,
        uuid=message.uuid,
        voice=voice,
        icon="" if message.author == Author.SYSTEM else _ICON[voice],
        by=_by(message),
        detail=_detail(message),
        subject=message.subject,
        body=message.body,
        state=words,
        state_icon=icon,
        tone=tone,
        needs_review=message.state == MessageState.NEEDS_REVIEW,
        awaits_approval=message.state == MessageState.APPROVAL,
    )


def voice_of(message: Message) -> str:
    """Whose words they are; what a machine wrote is never shown as an advisor's."""
    if message.direction == Direction.INBOUND:
        return "borrower"
    if message.author == Author.ADVISOR:
        return "advisor"
    return "ai" if message.is_composed or message.author == Author.AI else "sequence"


def _by(message: Message) -> str:
    return spoken(message.author_label) or str(_NAMELESS.get(Author(message.author), "Leadwright"))


_NAMELESS = {
    Author.AI: gettext_lazy("AI"),
    Author.BORROWER: gettext_lazy("Borrower"),
    Author.SEQUENCE: gettext_lazy("Sequence"),
}


def _detail(message: Message) -> str:
    """The rest of the line above the bubble: step, how it was written, why, channel."""
    parts = []
    if isinstance(step := message.reason.get("step", message.reason.get("order")), int):
        parts.append(_("step %(number)s") % {"number": step + 1})
    elif message.author == Author.SYSTEM and (words := spoken(str(message.reason.get("words") or ""))):
        parts.append(words[:1].lower() + words[1:])
    if message.is_composed:
        parts.append(_("AI") if message.reason.get("model") else _("composed"))
        if instead := spoken(str(message.reason.get("instead") or "")):
            parts.append(_plain(instead[:1].lower() + instead[1:]))
    if approval := spoken(str(message.reason.get("approval") or "")):
        parts.append(approval[:1].lower() + approval[1:])
    return "".join(f", {part}" for part in parts) + f" · {message.get_channel_display()}"


def state_of(message: Message, now: dt.datetime) -> State:
    icon, words, tone = _STATES[MessageState(message.state)](message, now)
    return icon, str(words), tone


def _queued(message: Message, now: dt.datetime) -> State:
    why = f": {_plain(message.state_reason)}" if message.state_reason else ""
    if message.not_before <= now:
        return "clock", _("Queued%(why)s") % {"why": why}, ""
    at = moment(message.not_before, now)
    if message.attempts or message.crashes:
        return "clock", _("Tries again at %(at)s%(why)s") % {"at": at, "why": why}, "held"
    return (
        "clock",
        _("Held until %(at)s%(why)s") % {"at": at, "why": why} if why else _("Goes out at %(at)s") % {"at": at},
        "held",
    )


def _sent(message: Message, now: dt.datetime) -> State:
    at = message.sent_at or message.created_at
    return "check", _("Sent %(when)s") % {"when": moment(at, message.created_at)}, ""


def _delivered(message: Message, now: dt.datetime) -> State:
    at = message.delivered_at or message.sent_at or message.created_at
    return "check", _("Delivered %(when)s") % {"when": moment(at, message.created_at)}, ""


def _cancelled(message: Message, now: dt.datetime) -> State:
    reason = message.state_reason
    if reason.startswith(("Cancelled", "Not sent", "Skipped")):
        return "close", _plain(reason), "held"
    return "close", _("Cancelled: %(reason)s") % {"reason": _plain(reason)} if reason else _("Cancelled"), "held"


def _bad(words: str | Promise) -> Callable[[Message, dt.datetime], State]:
    def state(message: Message, now: dt.datetime) -> State:
        why = _plain(message.state_reason)
        said = why if message.state_reason.startswith(in_english(words)) else f"{words}: {why}"
        return "alert", said if why else str(words), "bad"

    return state


def _plain(reason: str) -> str:
    """Within a line, in the reader's language."""
    return spoken(reason.strip()).rstrip(".")


_STATES: dict[MessageState, Callable[[Message, dt.datetime], State]] = {
    MessageState.RECEIVED: lambda message, now: ("", moment(message.created_at, message.created_at), ""),
    MessageState.DRAFTING: lambda message, now: ("spark", _("Being written"), ""),
    MessageState.APPROVAL: lambda message, now: (
        "spark",
        _("Awaits approval: %(reason)s") % {"reason": _plain(message.state_reason)},
        "held",
    ),
    MessageState.QUEUED: _queued,
    MessageState.SENDING: lambda message, now: ("clock", _("Sending"), ""),
    MessageState.SENT: _sent,
    MessageState.DELIVERED: _delivered,
    MessageState.FAILED: _bad(gettext_lazy("Failed")),
    MessageState.UNKNOWN: lambda message, now: ("clock", _("Not known yet whether it arrived; asking"), "held"),
    MessageState.NEEDS_REVIEW: _bad(gettext_lazy("Needs review")),
    MessageState.DEAD: _bad(gettext_lazy("Given up")),
    MessageState.CANCELLED: _cancelled,
}


def decision_told(decision: ContactDecision, now: dt.datetime) -> Line:
    """A refusal or deferral, with its rule."""
    if decision.channel == CALL:
        return _call_decision_told(decision)
    what = spoken(decision.purpose) or _("A %(channel)s") % {"channel": Channel(decision.channel).label}
    what = what[:1].upper() + what[1:]
    rule = RULES.get(decision.rule, decision.rule)
    why = _("%(reason)s (rule: %(rule)s)") % {"reason": _plain(decision.words), "rule": rule}
    if decision.until:
        until = moment(decision.until, decision.decided_at)
        return Line(
            decision.decided_at,
            "clock",
            _("%(what)s held until %(until)s") % {"what": what, "until": until},
            why=why,
            tone="held",
        )
    return Line(decision.decided_at, "alert", _("%(what)s not sent") % {"what": what}, why=why, tone="held")


def _call_decision_told(decision: ContactDecision) -> Line:
    rule = RULES.get(decision.rule, decision.rule)
    if decision.verdict == ANYWAY:
        said = _plain(str(decision.inputs.get("said", "")))
        why = _("%(reason)s (rule: %(rule)s)") % {"reason": said, "rule": rule}
        return Line(decision.decided_at, "alert", _plain(decision.words), why=why, tone="held")
    why = _("%(reason)s (rule: %(rule)s)") % {"reason": _plain(decision.words), "rule": rule}
    words = _("A call was not placed")
    if decision.until:
        opens = moment(decision.until, decision.decided_at)
        words = _("A call was not placed, open from %(opens)s") % {"opens": opens}
    return Line(decision.decided_at, "alert", words, why=why, tone="held")
