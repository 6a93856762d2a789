"""
python -m tests.faults.bulk_scenario COMMAND: a job over many leads, in a process of its own.

begin:N   an organisation with N leads, and a job that tags them all
bring:N   an organisation, and a file of N rows that is to be brought in
work      what a worker does with it, a few rows at a time
expire    the lease of a worker that is dead
told      what became of it
brought   what became of the file
"""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.utils import timezone  # noqa: E402

from crm.models import Actor, Advisor, Event, Role, User  # noqa: E402
from crm.organizations import found  # noqa: E402
from leads import bulk_jobs  # noqa: E402
from leads.bulk_actions import action_of  # noqa: E402
from leads.bulk_intake import receive_leads  # noqa: E402
from leads.importing import imports  # noqa: E402
from leads.importing.action import ImportLeads  # noqa: E402
from leads.importing.plans import Plan  # noqa: E402
from leads.models import BulkJob, BulkRow, Lead, LeadTag  # noqa: E402

ROWS_AT_ONCE = 7


def somebody() -> Advisor:
    now = timezone.now()
    organization = found(name=f"Bulk {now.timestamp()}", quiet_hours=False, now=now)
    user = User.objects.create_user(f"{now.timestamp()}@bulk.example")
    return Advisor.objects.create(organization=organization, user=user, role=Role.MANAGER)


def begin(count: int) -> int:
    advisor, now = somebody(), timezone.now()
    organization = advisor.organization
    rows = [{"phone": f"+1415555{number + 1000}", "name": f"Lead {number}"} for number in range(count)]
    receive_leads(organization=organization, rows=rows, by=Actor.system(), now=now)
    action = action_of("tag")
    assert action is not None
    leads = Lead.objects.visible_to(advisor)
    job = bulk_jobs.start(advisor, action, leads, title="Tag", options={"tag": "Once"}, expected=count, now=now)
    return job.total


def bring(count: int) -> int:
    lines = "".join(f"+1415555{number + 1000},Lead {number}\n" for number in range(count))
    file = SimpleUploadedFile("leads.csv", f"Phone,Name\n{lines}".encode())
    advisor, now = somebody(), timezone.now()
    job = imports.receive(advisor, file, now=now)
    imports.plan(job, Plan.of(job.options), by=advisor, now=now)
    bulk_jobs.work()
    imports.begin(job, now=now)
    return job.total


def work() -> int:
    bulk_jobs.BATCH = ImportLeads.rows_at_once = ROWS_AT_ONCE
    return bulk_jobs.work()


def expire() -> int:
    return BulkJob.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())


def told() -> dict[str, object]:
    job = BulkJob.objects.latest("pk")
    of_job = {"organization": job.organization_id, "name": "lead.updated"}
    return {
        "state": job.state,
        "done": job.done,
        "waiting": BulkRow.objects.filter(job=job, state="waiting").count(),
        "tags": LeadTag.objects.filter(lead__organization=job.organization).count(),
        "facts": Event.objects.filter(**of_job).count(),
    }


def brought() -> dict[str, object]:
    job = BulkJob.objects.select_related("file").latest("pk")
    return {
        "state": job.state,
        "done": job.done,
        "new": job.file.created,
        "waiting": BulkRow.objects.filter(job=job, state="waiting").count(),
        "leads": Lead.objects.filter(import_job_id=job.uuid).count(),
        "facts": Event.objects.filter(organization=job.organization_id, name="lead.created").count(),
    }


def main() -> None:
    name, _, number = sys.argv[1].partition(":")
    commands = {"begin": begin, "bring": bring, "work": work, "expire": expire, "told": told, "brought": brought}
    command = commands[name]
    print(json.dumps(command(int(number)) if number else command()))  # type: ignore[operator]


if __name__ == "__main__":
    main()
