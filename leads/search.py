"""Search in leads: one function for pages and contracts, on a trigram index of either database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import Q
from django.db.models.expressions import RawSQL

from leads.models import LeadQuerySet

_PHONEISH = re.compile(r"[\d\s().+/\-]*\d[\d\s().+/\-]*\Z", re.ASCII)
_NOT_DIGITS = re.compile(r"\D", re.ASCII)


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


def _occurs(term: str, using: str) -> Q:
    if connections[using].vendor == "sqlite" and len(term) >= 3:
        phrase = '"' + term.replace('"', '""') + '"'
        rows = RawSQL("SELECT rowid FROM leads_lead_search WHERE leads_lead_search MATCH %s", [phrase])
        return Q(pk__in=rows)
    return Q(search_text__contains=term)


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
