"""What a whole message must say to count as STOP, START or HELP."""

from __future__ import annotations

import re
from enum import StrEnum


class Keyword(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    Keyword.STOP: {
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "arret",
        "arrêt", "alto", "parar", "pare", "paren", "basta", "cancelar", "detener", "terminar", "baja", "dar de baja",
        "no mas", "no más",
    },
    Keyword.START: {"start", "unstop"},
    Keyword.HELP: {"help", "info", "ayuda"},
}  # fmt: skip
_MEANING = {word: keyword for keyword, words in _WORDS.items() for word in words}
_MARKS = re.compile(r"[^\w\s]|_")


def keyword_in(body: str) -> Keyword | None:
    """ "Stop." is STOP; "we must stop this bill" is nothing: the whole message counts, without case and punctuation."""
    return _MEANING.get(" ".join(_MARKS.sub(" ", body).casefold().split()))
