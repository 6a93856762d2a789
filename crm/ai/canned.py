"""
The composer that needs no model: plain, polite sentences chosen by the instructions and the facts.

The same brief always gives the same words. It promises nothing: no rate, no approval, no date.
"""

from __future__ import annotations

import re

from crm.ai.base import Brief, Draft

#: The first row with a word of the instructions in it says what the message is about.
_OPENINGS = (
    (("payment", "overdue", "past due", "collection"), "I'm reaching out about your account and the options you have"),
    (("appointment", "schedule", "call", "meeting"), "I'd like to find a time to talk"),
    (("document", "paperwork", "upload", "statement"), "I'm checking in about the paperwork for your application"),
    (("renew", "refinanc", "again", "returning"), "I wanted to see whether we can help you again"),
    (("welcome", "introduc", "new lead"), "thanks for getting in touch with us"),
    (("application", "apply", "loan", "funding", "mortgage"), "I'm following up on your application"),
)
_ANY_OPENING = "I'm following up on your request"

_QUESTIONS = (
    (("payment", "flexible"), "Which arrangement would work for you?"),
    (("appointment", "schedule", "call", "meeting"), "When would suit you?"),
    (("blocker", "stuck", "holding", "obstacle", "hesita"), "Is anything holding you up that I can help with?"),
    (("document", "paperwork", "upload", "statement"), "Can you send it over, or shall we go through it together?"),
    (("question",), "What questions can I answer for you?"),
)
_ANY_QUESTION = "Is there anything I can help with?"

_STAGES = {
    "submitted": "Your file is with our team.",
    "approved": "Your file has come a long way.",
}
_MOST_ITEMS = 3


def compose(brief: Brief) -> Draft:
    """A short text from the instructions, what is still needed, the last messages, the first name and the stage."""
    instructions = brief.instructions.lower()
    name = f" {_one_line(brief.first_name)}" if brief.first_name.strip() else ""
    opening = _chosen(_OPENINGS, instructions, _ANY_OPENING)
    sentences = [
        f"Hi{name}, this is {_one_line(brief.company)}: {opening}.",
        _about_their_last_words(brief),
        _STAGES.get(brief.stage.strip().lower(), ""),
        _about_what_is_needed(brief),
        _chosen(_QUESTIONS, instructions, _ANY_QUESTION),
    ]
    text = " ".join(sentence for sentence in sentences if sentence)
    return Draft(text, f"{_one_line(brief.company)}: {_subject(opening)}" if brief.is_email else "")


def _chosen(rows: tuple[tuple[tuple[str, ...], str], ...], instructions: str, otherwise: str) -> str:
    for stems, sentence in rows:
        if any(re.search(rf"\b{re.escape(stem)}", instructions) for stem in stems):
            return sentence
    return otherwise


def _about_their_last_words(brief: Brief) -> str:
    """A borrower who wrote last is thanked, and is told that a question was seen."""
    if not brief.conversation or not brief.conversation[-1].by_borrower:
        return ""
    if "?" in brief.conversation[-1].text:
        return "Thank you for your question, I'd be glad to go through it with you."
    return "Thank you for your message."


def _about_what_is_needed(brief: Brief) -> str:
    items = [_one_line(item) for item in brief.still_needed]
    if not items:
        return ""
    named, left = items[:_MOST_ITEMS], len(items) - _MOST_ITEMS
    if left > 0:
        named.append(f"{left} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"To move forward we still need: {listed}."


def _subject(opening: str) -> str:
    return "your account" if "account" in opening else "your application"


def _one_line(text: str) -> str:
    return " ".join(text.split())
