"""Whoever is to write: the model of the brief's account, or the composer that needs none."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from django.conf import settings

from crm import heartbeat
from crm.ai import canned
from crm.ai.base import Brief, Draft, Source, Summary, Unwritten, composer

log = logging.getLogger(__name__)

_SOMETHING = "Something went wrong while the text was written."


def compose(brief: Brief) -> Draft:
    """A text for the brief. Raises Unwritten."""
    if brief.account is None:
        return replace(canned.compose(brief), source=Source(instead=brief.instead))
    from crm.ai import model  # seconds of imports, which nobody waits for who uses no model

    return model.compose(brief)


def summarize(brief: Brief) -> Summary:
    """What the brief's conversation came to. Raises Unwritten."""
    if brief.account is None:
        return replace(canned.summarize(brief), source=Source(instead=brief.instead))
    from crm.ai import model

    return model.summarize(brief)


def composed(brief: Brief) -> Draft:
    """What settings.COMPOSER makes of the brief. Raises Unwritten."""
    return composer()(brief)


def attempt[Text](write: Callable[[Brief], Text], brief: Brief) -> Text | Unwritten:
    """What becomes of it; whatever goes wrong is an Unwritten."""
    try:
        return write(brief)
    except Unwritten as error:
        return error
    except Exception:
        log.exception("writing a text")
        return Unwritten(_SOMETHING)


def all_written[Text](
    briefs: Sequence[Brief], *, seconds: float, write: Callable[[Brief], Text]
) -> Iterator[tuple[int, Text | Unwritten]]:
    """
    The texts with the places of their briefs, each as it is ready; no text is begun after so many seconds.

    Those that need no model come first and one by one; models are asked several at once, in threads that touch no
    database. Shows signs of life while it waits.
    """
    deadline = time.monotonic() + seconds
    by_model = [place for place, brief in enumerate(briefs) if brief.account]
    for place, brief in enumerate(briefs):
        if brief.account is None and time.monotonic() <= deadline:
            yield place, attempt(write, brief)
            heartbeat.beat()
    if not by_model or time.monotonic() > deadline:
        return
    with ThreadPoolExecutor(settings.AI_AT_ONCE, thread_name_prefix="writing") as pool:
        asked: dict[Future[Text | Unwritten], int] = {}
        while True:
            while by_model and len(asked) < settings.AI_AT_ONCE and time.monotonic() <= deadline:
                place = by_model.pop(0)
                asked[pool.submit(attempt, write, briefs[place])] = place
            if not asked:
                return
            done, _ = wait(asked, timeout=1.0, return_when=FIRST_COMPLETED)
            heartbeat.beat()
            for future in done:
                yield asked.pop(future), future.result()
