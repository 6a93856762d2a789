"""Search in leads: one function for pages and contracts, on a trigram index of either database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql

from leads.models import LeadQuerySet

_PHONEISH = re.compile(r"[\d\s().+/\-]*\d[\d\s().+/\-]*\Z", re.ASCII)
_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_LONG_NUMBER = re.compile("[0-9]{5}")


def search(leads: LeadQuerySet, text: str) -> LeadQuerySet:
    """
    Those of the leads in which every word of the text occurs: in business, name, e-mail, external id or phone.

    A phone number is found however it is written, here or there.
    """
    return containing(leads, terms(text))


def containing(leads: LeadQuerySet, words: Iterable[str]) -> LeadQuerySet:
    """Those of the leads in whose search text each of the words, in lower case, occurs as it stands."""
    for word in words:
        leads = leads.filter(_occurs(word, leads.db))
    return leads


def terms(text: str) -> list[str]:
    """What must occur: the words, in lower case; of a phone number its digits as one word."""
    text = text.replace("\x00", " ").strip().lower()
    if _PHONEISH.match(text):
        return [_NOT_DIGITS.sub("", text)]
    return text.split()[:8]


class Written(Value):
    """A text that stands in the statement itself, where a parameter would be."""

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        return sql.Literal(self.value).as_string(connection.connection).replace("%", "%%"), ()


class HasDigitsOf(Func):
    """Whether a text has each piece of five digits that another has: what the index of these pieces answers."""

    template = "lead_digits(%(expressions)s)"
    arg_joiner = ") @> lead_digits("
    arity = 2
    output_field = BooleanField()


def _occurs(term: str, using: str) -> Q:
    if connections[using].vendor == "sqlite" and len(term) >= 3:
        phrase = '"' + term.replace('"', '""') + '"'
        rows = RawSQL("SELECT rowid FROM leads_lead_search WHERE leads_lead_search MATCH %s", [phrase])
        return Q(pk__in=rows)
    # A plan that is kept for any term walks down all leads for a rare one, or fetches every lead with a common one.
    written = Written(term)
    if connections[using].vendor == "postgresql" and _LONG_NUMBER.search(term):
        # No LIKE: the planner would take the two for independent, and the trigram index for a help.
        return Q(HasDigitsOf(F("search_text"), written)) & Q(GreaterThan(StrIndex("search_text", written), 0))
    return Q(search_text__contains=written)


SQLITE_INDEX = """
CREATE VIRTUAL TABLE IF NOT EXISTS leads_lead_search
    USING fts5(search_text, content='leads_lead', content_rowid='id', tokenize='trigram');
CREATE TRIGGER IF NOT EXISTS leads_lead_search_insert AFTER INSERT ON leads_lead BEGIN
    INSERT INTO leads_lead_search(rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER IF NOT EXISTS leads_lead_search_delete AFTER DELETE ON leads_lead BEGIN
    INSERT INTO leads_lead_search(leads_lead_search, rowid, search_text)
    VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER IF NOT EXISTS leads_lead_search_update AFTER UPDATE ON leads_lead
WHEN old.search_text IS NOT new.search_text BEGIN
    INSERT INTO leads_lead_search(leads_lead_search, rowid, search_text)
    VALUES ('delete', old.id, old.search_text);
    INSERT INTO leads_lead_search(rowid, search_text) VALUES (new.id, new.search_text);
END;
"""


def install_sqlite_index(using: str = "default", **_: Any) -> None:
    """Tie the full-text index to the leads table; harmless when it is tied already."""
    connection = connections[using]
    if connection.vendor != "sqlite" or "leads_lead" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'leads_lead_search_update'")
        if cursor.fetchone():
            return
        for statement in _statements(SQLITE_INDEX):
            cursor.execute(statement)
        cursor.execute("INSERT INTO leads_lead_search(leads_lead_search) VALUES ('rebuild')")


def _statements(script: str) -> list[str]:
    """Split at semicolons that end a statement, not at those inside a trigger."""
    statements, current = [], ""
    for line in script.strip().splitlines():
        current += line + "\n"
        is_trigger = current.lstrip().startswith("CREATE TRIGGER")
        if line.rstrip().endswith(";") and (not is_trigger or line.startswith("END")):
            statements.append(current)
            current = ""
    return statements
