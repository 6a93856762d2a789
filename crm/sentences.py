"""What those who carry messages or write them say, and who does things by itself; see crm/wording.py."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from crm import wording
from crm.channels import twilio_errors

wording.learn(words for _, words in twilio_errors.CODES.values())
wording.learn(
    (
        gettext_noop("Twilio says {code}"),
        gettext_noop("Twilio can't be reached: {error}"),
        gettext_noop("No answer from Twilio: {error}"),
        gettext_noop("Twilio's answer can't be read: {error}"),
        gettext_noop("Twilio's answer names no message."),
        gettext_noop("Twilio took {count} texts with these words at that time."),
        gettext_noop("Twilio took a text to this number at that time, in other words."),
        gettext_noop("Twilio's list may not show it yet."),
        gettext_noop("Twilio's list can't be read: {error}"),
        gettext_noop("Twilio's list of texts to this number is too long to be looked through."),
        gettext_noop("Twilio says that the account “{name}” is {state}."),
        gettext_noop("Twilio knows the account as “{name}”, and it is active."),
        gettext_noop("Twilio answered {status}."),
        gettext_noop("No Twilio account is connected."),
        gettext_noop("The mail server hung up: {error}"),
        gettext_noop("The connection to the mail server broke: {error}"),
        gettext_noop("No mail server is set up for this site: see EMAIL_HOST."),
        gettext_noop("The mail server accepts our log-in."),
        gettext_noop("The mail server does not accept our log-in."),
        gettext_noop("The mail server can't be reached: {error}"),
        gettext_noop("The mail server's answer can't be read: {error}"),
        gettext_noop("The mail server answered {code}."),
        gettext_noop("The mail server says: {words}"),
        gettext_noop("This number does not exist."),
        gettext_noop("The carrier is busy."),
        gettext_noop("The phone was switched off."),
        gettext_noop("The model declined to write this."),
        gettext_noop("The model's answer was not in the agreed form."),
        gettext_noop("The model's provider turned our key away."),
        gettext_noop("The model's provider takes no more requests at the moment."),
        gettext_noop("The model took too long."),
        gettext_noop("The model's provider failed or could not be reached."),
        gettext_noop("The model could not be asked."),
        gettext_noop("Something went wrong while the text was written."),
        gettext_noop("It answered that it is gone for good (410)."),
        gettext_noop("Nothing has arrived for {days} days."),
        gettext_noop("The endpoint is switched off."),
        gettext_noop("Whoever sent it stopped, again and again."),
        gettext_noop("The carrier"),
        gettext_noop("System"),
        gettext_noop("an administrator"),
    )
)
