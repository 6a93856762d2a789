"""An assignment rule in words, for the list of rules."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.templatetags.look import money
from leads.filters import titled
from leads.models import AssignmentRule, Source, Way


def conditions_of(rule: AssignmentRule) -> list[str]:
    """What a lead must have, in short sentences; none: every lead fits."""
    sources = [titled(Source(each).label) for each in rule.sources if each in Source.values]
    words = [
        _("Came by %(sources)s") % {"sources": ", ".join(sources)} if sources else "",
        _("Source “%(name)s”") % {"name": rule.source_label} if rule.source_label else "",
        _("In %(states)s") % {"states": ", ".join(rule.states)} if rule.states else "",
        _("Product “%(name)s”") % {"name": rule.product} if rule.product else "",
        _amounts(rule),
        _("Campaign “%(name)s”") % {"name": rule.campaign.name} if rule.campaign else "",
        _("List “%(name)s”") % {"name": rule.dial_list.name} if rule.dial_list else "",
    ]
    return [each for each in words if each]


def _amounts(rule: AssignmentRule) -> str:
    least, most = rule.least_amount, rule.most_amount
    if least is not None and most is not None:
        return _("Asks for %(least)s to %(most)s") % {"least": money(least), "most": money(most)}
    if least is not None:
        return _("Asks for %(least)s or more") % {"least": money(least)}
    return _("Asks for %(most)s or less") % {"most": money(most)} if most is not None else ""


def people_of(rule: AssignmentRule) -> str:
    """Who gets the leads, and how."""
    named = [
        each.advisor.name if each.weight == 1 or rule.way != Way.TURNS else f"{each.advisor.name} ×{each.weight}"
        for each in rule.members.all()
    ]
    people = ", ".join(named)
    match rule.way:
        case Way.TURNS:
            return _("In turns: %(people)s") % {"people": people}
        case Way.CLAIM:
            words = ngettext(
                "First to claim within %(minutes)d minute: %(people)s",
                "First to claim within %(minutes)d minutes: %(people)s",
                rule.claim_minutes,
            )
            return words % {"minutes": rule.claim_minutes, "people": people}
        case Way.ADVISOR:
            return people
        case _:
            return _("Nobody: left unassigned")
