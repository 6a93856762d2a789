"""Why messages are held, refused, cancelled or doubted, as rows keep it; see crm/wording.py."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from crm import wording

#: The gate: leads/contact_rules.py, contact_caps.py, contact_hours.py, business_hours.py.
_GATE = (
    gettext_noop("This lead was deleted."),
    gettext_noop("Opted out on {day}."),
    gettext_noop("On the do-not-call list: {reason}"),
    gettext_noop("On the do-not-call list."),
    gettext_noop("Wrong number, as found out on {day}."),
    gettext_noop("They may have asked to stop, and nobody has said yet whether they did."),
    gettext_noop("{name} called all the same: {why}"),
    gettext_noop("There is no e-mail address."),
    gettext_noop("There is no phone number that can be dialled."),
    gettext_noop("No automated messages in {stage}."),
    gettext_noop("No consent is on record."),
    gettext_noop("They may have asked to stop; an advisor has to say whether they did."),
    gettext_noop("An advisor has the conversation; the AI keeps silent until it is given back."),
    gettext_noop("{count} contacts within 24 hours; no more than {most} are allowed."),
    gettext_noop("One automated message in 20 hours; the last went out {ago}."),
    gettext_noop("{number} h ago"),
    gettext_noop("{number} min ago"),
    gettext_noop("Can be contacted now."),
    gettext_noop("Can be contacted until {time}, their time."),
    gettext_noop("Quiet hours: it is {time} in {place}, open from {opens}."),
    gettext_noop("Quiet hours: it is {time} in {place}, opens {opens} their time ({clock})."),
    gettext_noop("Quiet hours: it is {time} in {place}, opens {opens} their time."),
    gettext_noop("Assignment rules"),
    gettext_noop("Quiet hours: no hour is open everywhere this number may be. Its state or time zone would help."),
    gettext_noop("Outside business hours, which never meet the hours in which this person may be contacted."),
    gettext_noop("Outside business hours: {organization} is open from {opens}."),
)
#: What became of messages: leads/outbox.py, claiming.py, reaping.py, reviewing.py, approving.py, routing.py.
_OUTCOMES = (
    gettext_noop("Not sent: {words}"),
    gettext_noop("Not sent: stopped at the last moment."),
    gettext_noop("Skipped: {words}"),
    gettext_noop("the borrower replied."),
    gettext_noop("nobody approved it within {days} days."),
    gettext_noop("{name} rejected the draft: {reason}"),
    gettext_noop("{name} rejected the draft"),
    gettext_noop("{name} handed the conversation to a person"),
    gettext_noop("Edited and approved by {name}"),
    gettext_noop("Approved by {name}"),
    gettext_noop("a person answers instead"),
    gettext_noop("Given up after {count} attempts."),
    gettext_noop("Given up: whoever carried it stopped, {count} times."),
    gettext_noop("Something went wrong while sending."),
    gettext_noop("Something went wrong before sending; it is tried again."),
    gettext_noop("Whoever was sending it stopped."),
    gettext_noop("asking fails"),
    gettext_noop("the account was changed since"),
    gettext_noop("The provider proves that it never got it."),
    gettext_noop("Nobody can tell whether it arrived: {doubt}"),
    gettext_noop("Not sent again: {name} left it; nobody can tell whether it arrived"),
    gettext_noop("Sent again by {name}"),
    gettext_noop("No {channel} account is connected: see the settings."),
    gettext_noop("Cancelled: {reason}."),
    gettext_noop("{name} discarded what waited while sending was stopped."),
    gettext_noop("Restored from the backup of {day} UTC. Enter the STOPs that came since, then go on."),
    gettext_noop("Restored from a backup of {day} UTC: it may have gone out since."),
    gettext_noop("opted out"),
    gettext_noop("wrong number"),
    gettext_noop("Call back"),
    gettext_noop("a call"),
    gettext_noop("do not call"),
)
#: Why something was done about a person: leads/messaging.py, suppression.py, consents.py, handoffs.py, intake.
_REASONS = (
    gettext_noop("The borrower wrote STOP"),
    gettext_noop("wrote START after a STOP"),
    gettext_noop("Unsubscribed by the link in an e-mail"),
    gettext_noop("The borrower asks for a person."),
    gettext_noop("Handed over from a draft."),
    gettext_noop("The AI asks for a person."),
    gettext_noop("The summary says that they wait for a person."),
    gettext_noop("They ask about rates, costs or approval."),
    gettext_noop("They write about something that a person should read."),
    gettext_noop("The lead was deleted"),
    gettext_noop("Stated by {name}"),
    gettext_noop("Corrected by {name}"),
    gettext_noop("Entered by {name}"),
    gettext_noop("Written by {name}, from a draft by {writer}"),
    gettext_noop("Written by {name}"),
    gettext_noop("message by {name}"),
    gettext_noop("Answer to {keyword}"),
    gettext_noop("the composer, without a model"),
    gettext_noop("You should answer this yourself. {reason}"),
    gettext_noop("The AI budget for {month} (${sum}) is spent, so no model was asked."),
)
#: What is wrong with a text that no person wrote: leads/text_checks.py.
_FINDINGS = (
    gettext_noop("There is no text."),
    gettext_noop("It makes {count} texts; {most} are the most."),
    gettext_noop("It has {count} characters; {most} are the most for an e-mail."),
    gettext_noop("The e-mail has no subject."),
    gettext_noop("The subject has more than {most} characters."),
    gettext_noop("It holds characters that can't be seen."),
    gettext_noop("It mixes letters of different alphabets in one word."),
    gettext_noop("It names an amount that nothing here mentions: {words}"),
    gettext_noop("It links to {host}, which is not among the organisation's link hosts."),
    gettext_noop("It holds a link in disguise."),
    gettext_noop("It gives an e-mail address that is not ours: {words}"),
    gettext_noop("It gives a number that is not ours: {words}"),
    gettext_noop("It speaks of something that must not be sent by message: {words}"),
    gettext_noop("It speaks of opting out; the system does that itself."),
    gettext_noop("It has a blank that nobody filled in: {words}"),
    gettext_noop("It repeats the rules that the writer was given."),
    gettext_noop("It addresses somebody else: {words}"),
    gettext_noop("It names somebody or something that nothing here mentions: {words}"),
    gettext_noop("It says again, word for word, what was said before."),
    gettext_noop("It is too long."),
)

#: What jobs over many leads did, and why a row was refused: leads/bulk_*.py.
_JOBS = (
    gettext_noop("Assign to %(name)s"),
    gettext_noop("Move to %(stage)s"),
    gettext_noop("Tag with “%(tag)s”"),
    gettext_noop("Take the tag “%(tag)s” off"),
    gettext_noop("Do not call: %(reason)s"),
    gettext_noop("Follow up with %(sequence)s"),
    gettext_noop("%(stage)s asks for a reason."),
    gettext_noop("%(stage)s asks for the funded amount."),
)

wording.learn((*_JOBS, *_GATE, *_OUTCOMES, *_REASONS, *_FINDINGS))
