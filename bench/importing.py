"""A file of leads tried out, brought in and taken back, as a worker does it: a process of its own, for its memory."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator

_HEADINGS = "Company,First name,Last name,Phone,E-mail,Amount,City,State,Tags,Lead ID"


def main(rows: int) -> None:
    """Prints JSON: seconds by what was done, how many rows were refused, and the process's memory in MB at most."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from bench.load import BENCH
    from crm.memory import settle
    from crm.models import Actor, Advisor
    from leads import bulk_jobs
    from leads.importing import imports
    from leads.importing.plans import Plan

    settle()
    by = Advisor.objects.select_related("user", "organization").get(organization__name=BENCH)
    upload = SimpleUploadedFile("bench.csv", "\n".join(_lines(rows, int(time.time()))).encode())
    begun_with = _memory()
    job = imports.receive(by, upload, now=timezone.now())
    seconds = {}
    imports.plan(job, Plan.of(job.options), by=by, now=timezone.now())
    seconds["tried out"] = _taken(_until_done)
    job.refresh_from_db()
    imports.begin(job, now=timezone.now())
    seconds["brought in"] = _taken(_until_done)
    job.refresh_from_db()
    done, refused = job.done, job.refused
    bulk_jobs.undo(job, by=Actor.advisor(by), now=timezone.now())
    seconds["taken back"] = _taken(_until_done)
    memory = {"before": begun_with, "most": _memory()}
    json.dump({"rows": rows, "done": done, "refused": refused, "seconds": seconds, "memory": memory}, sys.stdout)


def _until_done() -> None:
    from leads import bulk_jobs

    while bulk_jobs.work():
        pass


def _lines(rows: int, serial: int) -> Iterator[str]:
    """Every fiftieth row has a number that nobody can be called at."""
    yield _HEADINGS
    for row in range(rows):
        phone = "12" if row % 50 == 7 else f"(612) {200 + row // 10_000 % 800}-{row % 10_000:04d}"
        yield (
            f'Harbor Works {row},Mary,Doe,{phone},mary{row}@mail.example,"{row % 400 + 1},000",Austin,TX,"SBA, Fair",'
            f"{serial}-{row}"
        )


def _taken(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _memory() -> float:
    """In MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
