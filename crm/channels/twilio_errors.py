"""What Twilio's error codes mean for a message: https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_noop


class Meaning(StrEnum):
    NEVER = "never"
    LATER = "later"
    OPTED_OUT = "opted out"
    #: Nothing goes out through this account until somebody has looked.
    ACCOUNT = "account"


_N, _L, _A = Meaning.NEVER, Meaning.LATER, Meaning.ACCOUNT

CODES: dict[str, tuple[Meaning, str]] = {
    "14107": (_L, gettext_noop("Twilio asks to send more slowly")),
    "20002": (_A, gettext_noop("Twilio does not know this account")),
    "20003": (_A, gettext_noop("Twilio does not accept the Account SID and auth token")),
    "20005": (_A, gettext_noop("The Twilio account is not active")),
    "20006": (_A, gettext_noop("The Twilio account may not do this")),
    "20008": (_N, gettext_noop("These are Twilio's test credentials")),
    "20404": (_A, gettext_noop("Twilio does not know this account")),
    "20429": (_L, gettext_noop("Twilio asks to send more slowly")),
    "21211": (_N, gettext_noop("This is not a valid phone number")),
    "21212": (_A, gettext_noop("The number that texts come from is not valid")),
    "21214": (_N, gettext_noop("This number can't be reached")),
    "21217": (_N, gettext_noop("This is not a valid phone number")),
    "21219": (_N, gettext_noop("A trial account may only text verified numbers")),
    "21265": (_N, gettext_noop("Short codes can't be texted")),
    "21266": (_N, gettext_noop("Sender and recipient are the same number")),
    "21408": (_N, gettext_noop("The Twilio account may not text this country")),
    "21601": (_A, gettext_noop("The number that texts come from can't send texts")),
    "21602": (_N, gettext_noop("The text is empty")),
    "21603": (_A, gettext_noop("The number that texts come from is missing")),
    "21604": (_N, gettext_noop("The recipient is missing")),
    "21606": (_A, gettext_noop("The number that texts come from does not belong to this account")),
    "21607": (_A, gettext_noop("The number that texts come from is not verified")),
    "21608": (_N, gettext_noop("A trial account may only text verified numbers")),
    "21609": (_A, gettext_noop("Twilio does not accept our address for delivery reports")),
    "21610": (Meaning.OPTED_OUT, gettext_noop("The borrower has opted out at Twilio")),
    "21611": (_L, gettext_noop("Too many texts wait at Twilio for this sender")),
    "21612": (_N, gettext_noop("This sender can't reach this number")),
    "21614": (_N, gettext_noop("This number is not a mobile number")),
    "21617": (_N, gettext_noop("The text is too long")),
    "21619": (_N, gettext_noop("The text is empty")),
    "21635": (_N, gettext_noop("This number is a landline")),
    "21660": (_A, gettext_noop("The number that texts come from does not belong to this account")),
    "21701": (_A, gettext_noop("Twilio does not know this messaging service")),
    "21703": (_A, gettext_noop("The messaging service has no number")),
    "21704": (_A, gettext_noop("The messaging service has no number for this")),
    "21712": (_A, gettext_noop("The number does not belong to the messaging service")),
    "30001": (_L, gettext_noop("Too many texts wait at Twilio for this sender")),
    "30002": (_A, gettext_noop("The Twilio account is suspended")),
    "30003": (_L, gettext_noop("The phone was switched off or out of reach")),
    "30004": (_N, gettext_noop("The recipient or the carrier blocks our texts")),
    "30005": (_N, gettext_noop("This number does not exist or is no longer in use")),
    "30006": (_N, gettext_noop("This number is a landline, or its carrier can't be reached")),
    "30007": (_N, gettext_noop("The carrier filtered the text as unwanted")),
    "30008": (_L, gettext_noop("It did not arrive, and the carrier does not say why")),
    "30010": (_N, gettext_noop("The text costs more than was allowed")),
    "30022": (_L, gettext_noop("The carrier's limit for this campaign is reached")),
    "30023": (_L, gettext_noop("The carrier's limit for today is reached")),
    "30024": (_A, gettext_noop("The number that texts come from is not set up at the carrier")),
    "30032": (_A, gettext_noop("The toll-free number that texts come from is not verified")),
    "30034": (_A, gettext_noop("The number that texts come from is not registered (A2P 10DLC)")),
    "30038": (_N, gettext_noop("The carrier refuses one-time passwords")),
    "63038": (_L, gettext_noop("The account's limit for today is reached")),
}


def explained(code: str, fallback: str = "") -> str:
    """The code in words that an advisor understands."""
    return CODES[code][1] if code in CODES else fallback or f"Twilio says {code}"


def meaning_of(code: str, status: int) -> Meaning:
    """For codes that the table lacks, the HTTP status decides."""
    if code in CODES:
        return CODES[code][0]
    if status in {401, 403, 404}:
        return Meaning.ACCOUNT
    return Meaning.LATER if status in {409, 425, 429} else Meaning.NEVER
