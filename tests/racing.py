"""Many threads that begin at the same moment, each with its own connection to the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from crm import reach

THREADS = 20


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """What the work gave in each of the threads, all of which began together."""
    start = Barrier(threads)

    def run(number: int) -> Any:
        try:
            start.wait()
            with reach.everybody():  # as the test itself
                return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
