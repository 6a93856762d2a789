"""The doorbell: rung once or twice, never a thousand times, and heard every minute anyway."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.tasks import DRAIN, nudge, ring

pytestmark = pytest.mark.django_db


def test_a_thousand_changes_ring_no_more_than_twice(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(20):
            nudge()
    assert [row.task["func"] for row in OrmQ.objects.all()] == [DRAIN, DRAIN]


def test_a_task_that_somebody_has_begun_does_not_keep_the_bell_from_ringing() -> None:
    ring()
    ring()
    OrmQ.objects.update(lock=timezone.now() + dt.timedelta(minutes=10))
    assert ring()
    assert OrmQ.objects.count() == 3


def test_a_change_that_is_rolled_back_rings_nobody(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        nudge()
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()
