"""What advisors can be told of: its name in their choices, and whether a letter comes unless they choose otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import MailChoice
from crm.wording import spoken

NOW, DAILY, OFF = MailChoice.NOW, MailChoice.DAILY, MailChoice.OFF


@dataclass(frozen=True, slots=True)
class Kind:
    """
    says makes a line of who the lead is and of the notification's data; mail is the choice of those who made none.

    is_for_managers: only they are told.
    """

    label: Any
    icon: str
    mail: MailChoice
    says: Callable[[str, Mapping[str, Any]], str]
    is_for_managers: bool = False


def _assigned(who: str, data: Mapping[str, Any]) -> str:
    if data.get("number"):
        return _("%(number)d leads are yours now") % data
    return _("%(who)s is your lead now") % {"who": who}


def _offered(who: str, data: Mapping[str, Any]) -> str:
    if data.get("taken_by"):
        return _("%(name)s claimed %(who)s") % {"name": data["taken_by"], "who": who}
    return _("%(who)s is free to claim: the first gets it") % {"who": who}


def _unassigned(who: str, data: Mapping[str, Any]) -> str:
    if data.get("number"):
        return _("The rules found nobody for %(number)d leads") % data
    return _("The rules found nobody for %(who)s") % {"who": who}


KINDS: dict[str, Kind] = {
    "assigned": Kind(gettext_lazy("A lead is assigned to you"), "people", NOW, _assigned),
    "offered": Kind(gettext_lazy("A lead is free to claim"), "clock", NOW, _offered),
    "reply": Kind(
        gettext_lazy("Your borrower replies"), "reply", OFF, lambda who, data: _("%(who)s replied") % {"who": who}
    ),
    "document": Kind(
        gettext_lazy("Your borrower hands in a document"),
        "file",
        DAILY,
        lambda who, data: _("%(who)s handed in a document") % {"who": who},
    ),
    "handoff": Kind(
        gettext_lazy("The AI hands over: a person is wanted"),
        "people",
        NOW,
        lambda who, data: _("%(who)s needs a person; the AI keeps silent") % {"who": who},
    ),
    "draft": Kind(
        gettext_lazy("A draft awaits approval"),
        "spark",
        OFF,
        lambda who, data: _("A draft to %(who)s awaits your yes") % {"who": who},
    ),
    "trouble": Kind(
        gettext_lazy("A message is given up, or nobody knows whether it arrived"),
        "alert",
        NOW,
        lambda who, data: _("A message to %(who)s needs you") % {"who": who},
    ),
    "opt_out": Kind(
        gettext_lazy("Somebody may have asked to stop"),
        "lock",
        NOW,
        lambda who, data: _("%(who)s may have asked to stop") % {"who": who},
    ),
    "callback": Kind(
        gettext_lazy("A callback is due"), "phone", OFF, lambda who, data: _("Call %(who)s back now") % {"who": who}
    ),
    "job": Kind(
        gettext_lazy("An import or another job of yours is finished"),
        "check",
        OFF,
        lambda who, data: _("Finished: %(title)s") % {"title": spoken(str(data.get("title", "")))},
    ),
    "unassigned": Kind(
        gettext_lazy("The rules find nobody for a lead"), "alert", DAILY, _unassigned, is_for_managers=True
    ),
    "webhook": Kind(
        gettext_lazy("A webhook is switched off"),
        "link",
        NOW,
        lambda who, data: _("A webhook was switched off"),
        is_for_managers=True,
    ),
}
