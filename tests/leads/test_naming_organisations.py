"""
What people and carriers do with messages and events names the organisation, as an equation that the server sees.

They are the two tables that grow fastest. Before they can lie in pieces by organisation (docs/scaling.md), statements
must name it: such a one looks into one of the pieces, any other into all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from crm.models import Advisor
from leads import messaging, outbox, receipts
from leads.models import Message
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db

_TABLES = re.compile(r'(FROM|JOIN|UPDATE) "?(leads_message|crm_event)\b')
_NAMED = re.compile(r'organization_id"? (=|IN \()')


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements about the two tables."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _TABLES.search(sql):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def names_it(sql: str) -> bool:
    conditions = re.split(r"\bWHERE\b", sql, maxsplit=1)
    return len(conditions) > 1 and bool(_NAMED.search(conditions[1]))


def test_what_is_done_all_day_names_its_organisation(
    make_lead: MakeLead, alice: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    client, lead = client_of(alice), make_lead(name="Mary Minor")
    sent = messaging.write(lead, body="Hello", by_advisor=alice, now=now)
    outbox.deliver_now([sent.pk])
    sent.refresh_from_db()
    with asked() as statements:
        arrived = receipts.Receipt(sent.provider, sent.provider_id, receipts.Status.DELIVERED)
        receipts.note(arrived, organizations=[lead.organization_id], now=now)
        messaging.receive(lead.organization, address=lead.phone_e164 or "", body="Yes, please", now=now)
        messaging.write(lead, body="Good", by_advisor=alice, now=now)
        for page in ("/board", "/leads", f"/leads/{lead.uuid}"):
            assert client.get(page).status_code == 200, page
    assert sent.provider_id
    nameless = {sql for sql in statements if not names_it(sql)}
    assert not nameless, "\n\n".join(sorted(nameless))
    assert len(set(statements)) > 5


def test_a_statement_by_the_row_alone_is_seen(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    message = messaging.write(make_lead(), body="Hello", by_advisor=alice, now=now)
    with asked() as statements:
        assert Message.objects.get(pk=message.pk) == message
        assert Message.objects.get(organization=message.organization_id, pk=message.pk) == message
    assert [names_it(sql) for sql in statements] == [False, True]
