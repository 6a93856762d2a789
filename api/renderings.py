"""One lead, as each contract shows it to whoever holds a key of its organisation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from api import bodies
from api.convoso import rendering as convoso
from api.lendworks import rendering as lendworks
from api.recoverbiz import rendering as recoverbiz
from api.rendered import Rendered
from api.userleads import rendering as userleads
from crm.models import CredentialKind
from leads import tagging
from leads.field_words import LABELS
from leads.models import Lead
from leads.models.lead import USUAL_STATUS_CODE

#: What a lead may have that some contract has no word for, by column.
NAMES: Mapping[str, str | Promise] = {
    **{column: label for column, label in LABELS.items() if label},
    "stage": _("Stage"),
    "advisor": _("Advisor"),
    "company": _("Company"),
    "score": _("Score"),
    "is_do_not_call": _("Do not call"),
    "dial_list": _("Dial list"),
    "status_code": _("Dialler's code"),
    "last_called_at": _("Last call"),
    "carrier_name": _("Carrier"),
    "carrier_type": _("Kind of line"),
    "std_company_name": _("Creditor"),
    "std_consumer_number": _("Consumer no."),
    "std_account_number": _("Account no."),
}
_CONTRACTS: Mapping[CredentialKind, tuple[str, Callable[[Lead], Rendered], frozenset[str]]] = {
    CredentialKind.RECOVERBIZ: ("RecoverBiz", recoverbiz.render, recoverbiz.SHOWN),
    CredentialKind.LENDWORKS: ("LendWorks", lendworks.render, lendworks.SHOWN),
    CredentialKind.USERLEADS: ("userleads", userleads.render, userleads.SHOWN),
    CredentialKind.CONVOSO: ("Convoso", convoso.render, convoso.SHOWN),
}


@dataclass(frozen=True, slots=True)
class Rendering:
    """
    asked is the request, text its answer as JSON, "" where the contract has no such lead; words say what is to be said.

    unsaid: what is known of the lead and can't be read there.
    """

    kind: CredentialKind
    name: str
    asked: str
    text: str
    words: str
    unsaid: list[str]


def renderings_of(lead: Lead) -> list[Rendering]:
    """Wants organization, stage, advisor__user, conversation, company and dial_list loaded."""
    known = known_of(lead)
    found = []
    for kind, (name, render, shown) in _CONTRACTS.items():
        rendered = render(lead)
        text = "" if rendered.body is None else _readable(rendered)
        unsaid = [label for column, label in known.items() if column not in shown] if text else []
        found.append(Rendering(kind, name, rendered.asked, text, rendered.words, unsaid))
    return found


def known_of(lead: Lead) -> dict[str, str]:
    """The names of what the lead has, by column."""
    values = {column: getattr(lead, column) for column in NAMES if column != "tags"}
    values["tags"] = tagging.names_of([lead.pk]).get(lead.pk)
    if values["status_code"] == USUAL_STATUS_CODE:
        del values["status_code"]
    return {column: str(NAMES[column]) for column in NAMES if values.get(column)}


def _readable(rendered: Rendered) -> str:
    """The very answer, set out in lines."""
    return json.dumps(json.loads(bodies.rendered(rendered.body)), indent=2, ensure_ascii=False)
