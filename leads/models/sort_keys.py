"""
What lists of leads are sorted by besides plain columns.

No parameters in them: a prepared statement would no longer match its index.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Func


class Filled(Func):
    """NULL for an empty text."""

    arity = 1
    template = "NULLIF(%(expressions)s, '')"
    output_field = models.TextField()


class Heading(Func):
    """The name that a list shows, in lower case: the first of these fields that is not empty."""

    template = "LOWER(COALESCE(%(expressions)s))"
    output_field = models.TextField()

    def __init__(self, *fields: str) -> None:
        super().__init__(*(Filled(field) for field in fields))


class OrZero(Func):
    """Zero for NULL, so that what is unknown has its place in the order too."""

    arity = 1
    template = "COALESCE(%(expressions)s, 0)"
    output_field = models.FloatField()  # as a decimal, SQLite would get it in a CAST that its index does not have


def heading() -> Heading:
    """As Lead.display_name picks it."""
    return Heading("business_name", "name", "phone", "email")
