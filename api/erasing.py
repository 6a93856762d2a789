"""What the contracts hold of a borrower who is erased: answers that are kept so that a request is done once."""

from __future__ import annotations

import datetime as dt

from api.models import KeptAnswer
from leads.borrowers import Borrower
from leads.erasing import also


@also
def forget_answers(borrower: Borrower, now: dt.datetime) -> None:
    """Those that name the borrower; none is older than a day."""
    words, ids = borrower.words(), {str(lead.uuid) for lead in borrower.leads}
    kept = KeptAnswer.objects.filter(organization=borrower.organization).values_list("pk", "address", "body")
    found = []
    for pk, address, body in kept.iterator(chunk_size=500):
        text = f"{address}\n{bytes(body).decode('utf-8', 'replace')}"
        if any(words.are_in(part) for part in text.split('"')) or any(each in text for each in ids):
            found.append(pk)
    KeptAnswer.objects.filter(pk__in=found).delete()
