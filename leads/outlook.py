"""What the gate would say at moments to come: the same rules on the same facts, and on contacts that are supposed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from leads.consents import consented
from leads.contact_caps import DAY, Contact, recent_contacts
from leads.contact_rules import Case, judge
from leads.contactability import suppressed
from leads.takeover import pauses
from leads.verdicts import Ask, Verdict


class Outlook:
    """
    The gate's answers to these asks, and to no others, from now on.

    Their leads come with stage and organization loaded. As many statements as contactability.answer takes, all of them
    when it is made; what happens afterwards it does not know.
    """

    def __init__(self, asks: Sequence[Ask], now: dt.datetime) -> None:
        self._suppressed = suppressed(asks)
        self._consented = consented(asks)
        self._pauses = pauses(asks, now)
        self._contacts: dict[tuple[int, str], list[Contact]] = defaultdict(list)
        for key, found in recent_contacts(asks, now).items():
            self._contacts[key] = list(found)

    def verdict(self, ask: Ask, at: dt.datetime) -> Verdict:
        organization_id = ask.lead.organization_id
        contacts = {
            key: [contact for contact in found if at - DAY < contact.at <= at] for key, found in self._contacts.items()
        }
        return judge(
            Case(
                ask,
                at,
                suppressed=self._suppressed.get((organization_id, ask.address)),
                contacts=contacts,
                consented=self._consented,
                pause=self._pauses.get((organization_id, ask.lead.address)),
            )
        )

    def suppose_contact(self, ask: Ask, at: dt.datetime) -> None:
        """From now on as if a machine had contacted them then."""
        self._contacts[ask.lead.organization_id, ask.address].append(Contact(at))
