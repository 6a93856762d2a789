"""
What an auditor asks of the log: who came in and how, who did not, what was refused and why.

Words come from a short list, so that they can be counted; nobody's address, number or secret is among them.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from crm.observing import metrics
from crm.observing.logs import SECURITY

log = logging.getLogger(SECURITY)

_WHY = {401: "not signed in", 403: "not permitted", 429: "too many"}
#: As an answer's attribute: why it was refused, where its status alone does not tell.
_ATTRIBUTE = "refused_for"


def tell(event: str, *, level: int = logging.WARNING, why: str = "", factor: str = "", whom: str = "") -> None:
    """why and factor of a few words; whom: see blinded."""
    metrics.count(metrics.SECURITY, event, why or factor)
    about = {"why": why, "factor": factor, "whom": whom}
    log.log(level, event, extra={name: words for name, words in about.items() if words})


def blinded(address: str) -> str:
    """The same mark for the same e-mail address, from which nobody finds it without SECRET_KEY."""
    return salted_hmac(SECURITY, address.strip().lower(), algorithm="sha256").hexdigest()[:16]


def refused_for[T: HttpResponseBase](why: str, response: T) -> T:
    setattr(response, _ATTRIBUTE, why)
    return response


def tell_of_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
    """A line for an answer that let somebody do nothing, and none for any other."""
    if why := getattr(response, _ATTRIBUTE, "") or _WHY.get(response.status_code, ""):
        tell("request.refused", why=why)
    elif response.status_code == 404 and request.resolver_match is not None:
        # Somebody else's rows are as if they were not there (crm/models): which of the two it was, nobody knows here.
        tell("request.refused", level=logging.INFO, why="not there, or not theirs")
