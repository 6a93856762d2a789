"""
The composer that needs no model: plain, polite sentences chosen by the instructions and the facts.

The same brief always gives the same words. It promises nothing (no rate, no approval, no date), and leaves to a person
what only a person can answer.
"""

from __future__ import annotations

import re

from crm.ai.base import Brief, Draft, Said, Summary

type Table = tuple[tuple[tuple[str, ...], str], ...]

#: The first row with a word of the instructions in it says what the message is about.
_OPENINGS: Table = (
    (("payment", "overdue", "past due", "collection"), "I'm reaching out about your account and the options you have"),
    (("appointment", "schedule", "call", "meeting"), "I'd like to find a time to talk"),
    (("document", "paperwork", "upload", "statement"), "I'm checking in about the paperwork for your application"),
    (("renew", "refinanc", "again", "returning"), "I wanted to see whether we can help you again"),
    (("welcome", "introduc", "new lead"), "thanks for getting in touch with us"),
    (("application", "apply", "loan", "funding", "mortgage"), "I'm following up on your application"),
)
_ANY_OPENING = "I'm following up on your request"
#: Said instead when we wrote before, so that the third message does not begin like the first.
_LATER_OPENINGS = ("I'm checking in again", "just a short note from us", "I wanted to reach out once more")

_QUESTIONS: Table = (
    (("payment", "flexible"), "Which arrangement would work for you?"),
    (("appointment", "schedule", "call", "meeting"), "When would suit you?"),
    (("blocker", "stuck", "holding", "obstacle", "hesita"), "Is anything holding you up that I can help with?"),
    (("document", "paperwork", "upload", "statement"), "Can you send it over, or shall we go through it together?"),
    (("question",), "What questions can I answer for you?"),
)
_ANY_QUESTION = "Is there anything I can help with?"

_STAGES = {
    "application": "Your application is under way.",
    "submitted": "Your file is with our team.",
    "approved": "Your file has come a long way.",
}
#: What the borrower wrote last, and what a polite person says to it. The first row that fits.
_REPLIES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(?:sent|attached|uploaded|emailed|here (?:is|are))\b", re.I),
        "Thank you, I'll see that it arrived.",
    ),
    (
        re.compile(r"\b(?:busy|later|not now|tomorrow|next week|weekend)\b", re.I),
        "Thank you for letting me know, no rush.",
    ),
    (re.compile(r"\b(?:thanks|thank you|great|perfect|sounds good)\b", re.I), "You're welcome."),
    (re.compile(r"\?"), "Thank you for your question, I'd be glad to go through it with you."),
)
_ANY_REPLY = "Thank you for your message."

#: What they write about that plain sentences must not answer: the first row that fits says why a person should.
_FOR_A_PERSON: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(?:rates?|apr|interest|fees?|points|cost|how much|qualify|approved|approval)\b[^?]*\?", re.I),
        "They ask about rates, costs or approval.",
    ),
    (
        re.compile(r"\b(?:lawyer|attorney|sue|complaint|complain|fraud|scam|bankrupt\w*|passed away|died)\b", re.I),
        "They write about something that a person should read.",
    ),
)
_MOST_ITEMS = 3
_LONGEST_QUOTE = 140


def compose(brief: Brief) -> Draft:
    """A short text from the instructions, what is still needed, the last messages, the first name and the stage."""
    instructions = brief.instructions.lower()
    name = f" {_one_line(brief.first_name)}" if brief.first_name.strip() else ""
    opening = _chosen(_OPENINGS, instructions, _ANY_OPENING)
    last = _last_words(brief)
    sentences = [
        f"Hi{name}, this is {_one_line(brief.company)}: {_opening_after(brief, opening)}.",
        _reply_to(last),
        "" if last else _STAGES.get(brief.stage.strip().lower(), ""),
        _about_what_is_needed(brief),
        _chosen(_QUESTIONS, instructions, _ANY_QUESTION),
    ]
    text = " ".join(sentence for sentence in sentences if sentence)
    why = _for_a_person(last)
    subject = f"{_one_line(brief.company)}: {_subject(opening)}" if brief.is_email else ""
    return Draft(text, subject, wants_handoff=bool(why), reason=why)


def summarize(brief: Brief) -> Summary:
    """What was collected, what is missing, and what the borrower wrote last."""
    theirs = [said.text for said in brief.conversation if said.by_borrower]
    sentences = [
        f"Collected: {_listed(brief.collected)}." if brief.collected else "",
        f"Waiting on: {_listed(brief.still_needed)}." if brief.still_needed else "",
        f"The borrower wrote last: “{_quoted(theirs[-1])}”" if theirs else "No reply yet.",
    ]
    why = _for_a_person(_last_words(brief))
    return Summary(" ".join(sentence for sentence in sentences if sentence), needs_handoff=bool(why), reason=why)


def _chosen(rows: Table, instructions: str, otherwise: str) -> str:
    for stems, sentence in rows:
        if any(re.search(rf"\b{re.escape(stem)}", instructions) for stem in stems):
            return sentence
    return otherwise


def _opening_after(brief: Brief, opening: str) -> str:
    """The opening, or another one when what we said before holds it already."""
    ours = [said.text for said in brief.conversation if not said.by_borrower]
    if not any(opening in text for text in ours):
        return opening
    return _LATER_OPENINGS[len(ours) % len(_LATER_OPENINGS)]


def _last_words(brief: Brief) -> str:
    """What the borrower wrote, when nobody has answered it yet."""
    last: Said | None = brief.conversation[-1] if brief.conversation else None
    return last.text if last and last.by_borrower else ""


def _reply_to(words: str) -> str:
    if not words:
        return ""
    return next((answer for pattern, answer in _REPLIES if pattern.search(words)), _ANY_REPLY)


def _for_a_person(words: str) -> str:
    return next((why for pattern, why in _FOR_A_PERSON if pattern.search(words)), "")


def _about_what_is_needed(brief: Brief) -> str:
    return f"To move forward we still need: {_listed(brief.still_needed)}." if brief.still_needed else ""


def _listed(items: tuple[str, ...]) -> str:
    """ "A, B, C and 2 more"."""
    named = [_one_line(item) for item in items[:_MOST_ITEMS]]
    if (left := len(items) - _MOST_ITEMS) > 0:
        named.append(f"{left} more")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _quoted(text: str) -> str:
    text = _one_line(text)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1].rstrip()}…"


def _subject(opening: str) -> str:
    return "your account" if "account" in opening else "your application"


def _one_line(text: str) -> str:
    return " ".join(text.split())
