"""Why steps were sent, held or skipped, and why follow-up ended, as rows keep it; see crm/wording.py."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from crm import wording

wording.learn(
    (
        gettext_noop("Step {number} of {sequence}, version {version}"),
        gettext_noop("step {number} of {sequence}, version {version}"),
        gettext_noop("Enrollment in {sequence}"),
        gettext_noop("The sequence was deleted"),
        gettext_noop("The sequence has no such step"),
        gettext_noop("The borrower replied"),
        gettext_noop("The message before it awaits approval"),
        gettext_noop("The message before it has not gone out yet"),
        gettext_noop("The message before it went out later than planned"),
        gettext_noop("Waits until “{task}” is done"),
        gettext_noop("The task before it was done later than planned"),
        gettext_noop("Moved to {stage}"),
        gettext_noop("Opted out"),
        gettext_noop("Do not call"),
        gettext_noop("Wrong number"),
        gettext_noop("Restored from a backup of {day} UTC: this step may have been said since"),
        gettext_noop("Merged into {name}"),
        gettext_noop("Paused with the sequence"),
        gettext_noop("Paused by {name}: {reason}"),
        gettext_noop("Paused by {name}"),
        gettext_noop("Stopped by {name}"),
        gettext_noop("Stopped by an administrator"),
        gettext_noop("Undone: {title}"),
        gettext_noop("Reached its goal: {goal}"),
        gettext_noop("Trigger of {sequence}"),
        gettext_noop("Goal"),
        gettext_noop("Written anew for {name}."),
        gettext_noop("A person approves each AI text of this sequence."),
        gettext_noop("The text could not be written. {words}"),
        gettext_noop("A person should answer. {reason}"),
        gettext_noop("Something went wrong while planning this step."),
    )
)
