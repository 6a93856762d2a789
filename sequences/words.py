"""How pages call things about sequences: lengths of time, what starts them, how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import Channel, Source, TaskKind
from sequences.models import Step, StepKind, TriggerKind

_DAY = 24
#: What a variable of sequences/rendering.py is called in the editor, and in its texts.
VARIABLE_NAMES = {
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "name": gettext_lazy("full name"),
    "company": gettext_lazy("company"),
    "email": gettext_lazy("e-mail"),
    "property_address": gettext_lazy("property address"),
}


def length(hours: int) -> str:
    """3 hours, 1 day, 2 days 12 hours; "" for nothing."""
    days, left = divmod(hours, _DAY)
    parts = []
    if days:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    if left:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", left) % {"count": left})
    return " ".join(parts)


def wait(hours: int) -> str:
    return _("Wait %(length)s") % {"length": length(hours)} if hours else _("At once")


def since_start(hours: int) -> str:
    """When a step comes if nothing holds it: how long after the start, or on which day."""
    if not hours:
        return _("Right at the start")
    if hours < _DAY:
        return _("%(length)s after the start") % {"length": length(hours)}
    return _("On day %(day)d") % {"day": hours // _DAY + 1}


def title(step: Step) -> str:
    """What kind of thing a step is."""
    is_email = step.channel == Channel.EMAIL
    match step.kind:
        case StepKind.AI:
            return _("AI writes an e-mail") if is_email else _("AI writes a text")
        case StepKind.FIXED:
            return _("E-mail") if is_email else _("Text")
    return _("Call") if step.task_kind == TaskKind.CALL else _("Task")


def start(kind: TriggerKind | str, value: str, stages: Mapping[str, str]) -> str:
    """stages: labels by uuid."""
    match kind:
        case TriggerKind.STAGE:
            return _("enters %(stage)s") % {"stage": stages.get(value, _("a stage that is gone"))}
        case TriggerKind.TAG:
            return _("gets the tag %(tag)s") % {"tag": value}
    if not value:
        return _("comes in")
    if value == Source.MANUAL:
        return _("is entered by hand")
    source = str(Source(value).label) if value in Source.values else value
    return _("comes in by %(source)s") % {"source": source}


def starts(phrases: Iterable[str]) -> str:
    """One sentence of all of them, or ""."""
    said = list(phrases)
    if not said:
        return ""
    alternatives = _(" or ").join(filter(None, (", ".join(said[:-1]), said[-1])))
    return _("When a lead %(alternatives)s") % {"alternatives": alternatives}
