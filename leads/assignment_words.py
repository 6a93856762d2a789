"""Why a lead is whose it is, in words: from what leads/assignment_choice.py kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leads.models import Way


def told(because: Mapping[str, Any]) -> str:
    """One or two sentences; "" when no rule had anything to do with it."""
    sentence = _OUTCOMES.get(str(because.get("outcome")), _nothing)(because)
    return " ".join(filter(None, (sentence, _skips(because), *map(_pass, because.get("passed", ())))))


def short(because: Mapping[str, Any]) -> str:
    """For the line under the advisor's name."""
    rule = because.get("rule")
    return _("by “%(rule)s”") % {"rule": rule} if rule and because.get("outcome") in ("assigned", "claimed") else ""


def _assigned(because: Mapping[str, Any]) -> str:
    in_turns = because.get("way") == Way.TURNS
    words = (
        _("Assigned to %(advisor)s by “%(rule)s”: round robin, their turn.")
        if in_turns
        else _("Assigned to %(advisor)s by “%(rule)s”.")
    )
    return words % because


def _claimed(because: Mapping[str, Any]) -> str:
    return _("%(advisor)s was the first to claim it, by “%(rule)s”.") % because


def _offered(because: Mapping[str, Any]) -> str:
    return _("Offered by “%(rule)s” for %(minutes)s min: the first to claim it gets it.") % because


def _left(because: Mapping[str, Any]) -> str:
    return _("Left unassigned by “%(rule)s”.") % because


def _no_rule(because: Mapping[str, Any]) -> str:
    return _("No rule fits it: unassigned.")


def _nobody(because: Mapping[str, Any]) -> str:
    """All for one reason is said in one sentence: "Nobody is licensed in NY: unassigned."."""
    skipped = [skip for rule in because.get("passed", ()) for skip in rule.get("skipped", ())]
    if not skipped and any(rule.get("unclaimed") for rule in because.get("passed", ())):
        return _("Nobody claimed it in time: unassigned.")
    kinds = {(kind, detail if kind == "license" else "") for _name, kind, detail in skipped}
    if len(kinds) == 1:
        kind, detail = kinds.pop()
        if kind == "license":
            return _("Nobody is licensed in %(state)s: unassigned.") % {"state": detail}
        if kind == "full":
            return _("Everybody has as many open leads as they may: unassigned.")
        if kind == "paused":
            return _("Everybody is paused: unassigned.")
    return _("Nobody may take it: unassigned.")


def _nothing(because: Mapping[str, Any]) -> str:
    return ""


_OUTCOMES = {
    "assigned": _assigned,
    "claimed": _claimed,
    "offered": _offered,
    "left": _left,
    "nobody": _nobody,
    "no_rule": _no_rule,
}


def _skips(because: Mapping[str, Any]) -> str:
    people = _listed(because.get("skipped", ()))
    return _("Skipped: %(people)s.") % {"people": people} if people else ""


def _pass(rule: Mapping[str, Any]) -> str:
    """A rule that fitted, but had nobody."""
    if rule.get("unclaimed"):
        return _("Nobody claimed it by “%(rule)s”.") % rule
    people = _listed(rule.get("skipped", ()))
    return (
        _("“%(rule)s” had nobody: %(people)s.") % {"rule": rule.get("rule", ""), "people": people}
        if people
        else _("“%(rule)s” names nobody.") % rule
    )


def _listed(skipped: Sequence[Sequence[str]]) -> str:
    return "; ".join(f"{name} ({_obstacle(kind, detail)})" for name, kind, detail in skipped)


def _obstacle(kind: str, detail: str) -> str:
    match kind:
        case "license":
            return _("not licensed in %(state)s") % {"state": detail}
        case "full":
            return _("has %(most)s open leads already") % {"most": detail}
        case "paused":
            until = date_format(timezone.localtime(dt.datetime.fromisoformat(detail)), "j M H:i")
            return _("paused until %(until)s") % {"until": until}
        case _:
            return _("no longer works here")
