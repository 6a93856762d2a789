"""
Messages that may mean STOP without saying it: automated messages wait until an advisor has read what was meant.

The whole-message keywords (leads/opt_out_words.py) act at once and by themselves; these patterns only ask.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from crm import events
from crm.models import Actor, Advisor
from leads import suppression, takeover
from leads.models import Conversation, Lead, Message

_REACHING = r"(?:text|txt|messag|call|contact|e-?mail|writ|bother|spam|harass)\w*"

#: Each with what it is there for. They are looked for anywhere in the message, without case.
PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"\b(?:stop|quit|cease) (?:\w+ ){{0,2}}{_REACHING}\b", "please stop texting me"),
    (rf"\b(?:do not|don'?t|dont|never) (?:\w+ )?{_REACHING} (?:me|us|this number|here)\b", "don't text me again"),
    (rf"\bno more (?:of )?(?:these )?{_REACHING}\b", "no more texts"),
    (r"\b(?:remove|delete) (?:me|us|my (?:number|name|phone|email))\b", "remove me from your list"),
    (r"\btake (?:me|us|my \w+) off\b", "take my number off your list"),
    (r"\b(?:unsubscribe|opt(?:ing)?[ -]?out)\b", "I want to unsubscribe"),
    (r"\b(?:leave me alone|lose (?:my|this) number|wrong number)\b", "leave me alone"),
    (r"\bdo not call list\b", "put me on your do not call list"),
    (r"\b(?:please|pls|just) stop\b(?! by)|^\W*stop (?:it|this|please|now)\b", "please stop"),
    (r"\b(?:qu[ií]te(?:n?me|nme)|b[oó]rr(?:e|en)me|elim[ií]n(?:e|en)me|s[aá]qu(?:e|en)me)\b", "quíteme de su lista"),
    (r"\b(?:borr|elimin|quit)\w+ mi (?:n[uú]mero|nombre|tel[eé]fono|correo)\b", "borre mi número"),
    (r"\bno (?:quiero|deseo)(?: recibir)?(?: m[aá]s)? (?:mensaje|llamada|texto|correo)\w*", "no quiero más mensajes"),
    (r"\bno m[aá]s (?:mensaje|llamada|texto|correo)\w*", "no más mensajes"),
    (r"\bd[eé]j[ea]n?me en paz\b|\bn[uú]mero equivocado\b|\bdar(?:me)? de baja\b", "déjeme en paz"),
    (r"\b(?:por favor|ya) (?:pare|paren|basta|alto)\b|\bya no me \w+", "por favor pare"),
    (r"\bno me (?:escrib\w+|mand\w+|llam\w+|contact\w+)|\bdej[ea]n? de (?:escrib|mand|llam)\w+", "no me escriba más"),
)
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _ in PATTERNS), re.IGNORECASE)


def sounds_like_opt_out(body: str) -> bool:
    return _ANY.search(" ".join(body.replace("’", "'").split())) is not None


def suspect(conversation: Conversation, message: Message, *, by: Actor, now: dt.datetime) -> None:
    """Automated messages to this conversation wait from now on, and its lead's page asks what was meant."""
    waiting = Conversation.objects.filter(pk=conversation.pk, suspected_opt_out_at=None)
    if not waiting.update(suspected_opt_out_at=now):
        return  # it is being asked already
    conversation.suspected_opt_out_at = now
    events.record(
        "contact.suspected_opt_out",
        organization=message.organization_id,
        lead_id=message.lead_id,
        by=by,
        now=now,
        message=str(message.uuid),
        address=message.address,
        words=message.body[:160],
    )


@transaction.atomic
def settle(lead: Lead, *, was_opt_out: bool, by: Advisor, now: dt.datetime) -> bool:
    """An advisor says what was meant. False when somebody has said so before."""
    suspected = Conversation.objects.filter(leads=lead, suspected_opt_out_at__isnull=False)
    if not suspected.update(suspected_opt_out_at=None):
        return False
    if lead.conversation:
        lead.conversation.suspected_opt_out_at = None
    actor = Actor.advisor(by)
    events.record(
        "contact.suspicion_settled",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=actor,
        now=now,
        was_opt_out=was_opt_out,
    )
    takeover.look_again(lead, now)
    if was_opt_out:
        reason = f"They asked to stop, in their own words; {by.name} read it so"
        suppression.opt_out(lead.organization, lead.address, reason=reason, by=actor, now=now)
    return True
