"""The one text in which a lead is searched, written by the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from django.db import models
from django.db.models import Func

_PUNCTUATION = "+-() ./"


class Digits(Func):
    """A phone number without its punctuation; "" for NULL."""

    arity = 1
    template = reduce(
        lambda inner, mark: f"REPLACE({inner}, '{mark}', '')", _PUNCTUATION, "COALESCE(%(expressions)s, '')"
    )
    output_field = models.TextField()


class LowerWords(Func):
    """Its arguments in lower case with a space between them. Flat, because SQLite's parser can't nest as deep."""

    template = "LOWER(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()


def search_text(*fields: str, phones: Sequence[str]) -> LowerWords:
    """The words of the fields, then the bare digits of the phones, so that 415.555 finds (415) 555-1234."""
    return LowerWords(*(models.F(field) for field in fields), *(Digits(models.F(phone)) for phone in phones))
