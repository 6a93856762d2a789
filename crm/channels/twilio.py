"""
Texts through Twilio, each organisation with its own account.

Twilio takes no reference of ours. The StatusCallback carries it instead (?message=<reference>), and lookup() compares
what was said to whom and when; see docs/channels.md for what that proves and what not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Tried, Uncertain
from crm.channels.twilio_errors import Meaning, explained, meaning_of
from crm.channels.twilio_http import Http, MayHaveArrived, NeverLeft
from crm.public_url import public_url

#: How long a message may take to show up in Twilio's list; absence proves nothing before.
SETTLING = dt.timedelta(seconds=60)
#: Twilio's clock may differ from ours by this much, and a message be tried that long before we note the doubt.
SLACK = dt.timedelta(minutes=2)
#: What is looked through at most: two pages of the account's messages to one number.
PAGE, MOST = 200, 400
STATUS_PATH = "/twilio/status"


class Twilio:
    name = "twilio"

    def __init__(self) -> None:
        self._http = Http()

    def send(self, message: Outgoing) -> Accepted:
        client = _client(message.account, self._http)
        try:
            taken = client.messages.create(to=message.to, body=message.body, **_sender(message), **_callback(message))
        except NeverLeft as error:
            raise Refused("unreachable", f"Twilio can't be reached: {error}", permanent=False) from error
        except MayHaveArrived as error:
            raise Uncertain(f"No answer from Twilio: {error}") from error
        except TwilioRestException as error:
            raise _refusal(error) from error
        except (TwilioException, ValueError, KeyError) as error:
            raise Uncertain(f"Twilio's answer can't be read: {type(error).__name__}") from error
        if not taken.sid:
            raise Uncertain("Twilio's answer names no message.")
        return Accepted(str(taken.sid))

    def lookup(self, tried: Tried) -> Accepted | None:
        """
        One message with our words to this number since it was tried is ours; no message at all, in a list that is
        whole and has settled, is the proof that Twilio never took it. Anything between is for a person.
        """
        candidates = [each for each in self._messages_to(tried) if _may_be(each, tried)]
        same_words = [each for each in candidates if each.body == tried.message.body]
        if len(same_words) == 1:
            return Accepted(str(same_words[0].sid))
        if same_words:
            raise CannotTell(f"Twilio took {len(same_words)} texts with these words at that time.")
        if candidates:
            raise CannotTell("Twilio took a text to this number at that time, in other words.")
        if tried.now - tried.since < SETTLING:
            raise CannotTell("Twilio's list may not show it yet.")
        return None

    def try_account(self, account: Mapping[str, str]) -> str:
        """Whether the token opens the account and the account may send."""
        try:
            found = _client(account, self._http).api.accounts(account["external_id"]).fetch()
        except NeverLeft as error:
            raise Uncertain(f"Twilio can't be reached: {error}") from error
        except TwilioRestException as error:
            raise _refusal(error) from error
        except (MayHaveArrived, TwilioException, ValueError, KeyError) as error:
            raise Uncertain(f"Twilio's answer can't be read: {type(error).__name__}") from error
        if found.status != "active":
            words = f"Twilio says that the account “{found.friendly_name}” is {found.status}."
            raise Refused("20005", words, permanent=False, account_trouble=True)
        return f"Twilio knows the account as “{found.friendly_name}”, and it is active."

    def _messages_to(self, tried: Tried) -> Sequence[MessageInstance]:
        """All of them: a filter by time would go by the date sent, which queued messages do not have."""
        client = _client(tried.message.account, self._http)
        try:
            found = client.messages.list(to=tried.message.to, page_size=PAGE, limit=MOST)
        except (NeverLeft, MayHaveArrived, TwilioException, ValueError, KeyError) as error:
            raise CannotTell(f"Twilio's list can't be read: {error}"[:200]) from error
        if len(found) >= MOST:
            raise CannotTell("Twilio's list of texts to this number is too long to be looked through.")
        return found


def _client(account: Mapping[str, str], http: Http) -> Client:
    if not (account.get("external_id") and account.get("secret") and account.get("sender")):
        raise Refused("no_account", "No Twilio account is connected.", permanent=True)
    return Client(account["external_id"], account["secret"], http_client=http)


def _sender(message: Outgoing) -> dict[str, str]:
    sender = message.account["sender"]
    return {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}


def _callback(message: Outgoing) -> dict[str, str]:
    """None while the world does not reach this site: Twilio would refuse the message for it."""
    if not settings.PUBLIC_URL:
        return {}
    return {"status_callback": public_url(f"{STATUS_PATH}?message={quote(message.reference)}")}


def _refusal(error: TwilioRestException) -> Exception:
    status, code = int(error.status), str(error.code)
    if status >= 500 or status < 400 or status == 408:
        return Uncertain(f"Twilio answered {status}.")
    meaning = meaning_of(code, status)
    return Refused(
        code,
        explained(code, str(error.msg)),
        permanent=meaning in {Meaning.NEVER, Meaning.OPTED_OUT},
        has_opted_out=meaning is Meaning.OPTED_OUT,
        account_trouble=meaning is Meaning.ACCOUNT,
    )


def _may_be(found: Any, tried: Tried) -> bool:
    """Whether this could be the message: outbound, from us, not another one of ours, and not from before the try."""
    if str(found.direction).startswith("inbound") or str(found.sid) in tried.known:
        return False
    ours = tried.message.account["sender"]
    theirs = found.messaging_service_sid if ours.startswith("MG") else found.from_
    if theirs and theirs != ours:
        return False
    return not isinstance(found.date_created, dt.datetime) or found.date_created >= tried.since - SLACK
