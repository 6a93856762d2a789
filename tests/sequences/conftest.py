"""A sequence to follow, and an outside witness of what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_django import Settings

from crm.models import Actor, Organization
from leads import messaging
from leads.models import Lead
from sequences import authoring, enrolling
from sequences.models import Enrollment, Sequence

ME = Actor.system("test")

type MakeSequence = Callable[..., Sequence]
type Sent = Callable[[], list[dict[str, str]]]
type Enroll = Callable[..., Enrollment]


@pytest.fixture(autouse=True)
def sent(settings: Settings, tmp_path: Path) -> Sent:
    """What the simulator has accepted so far, in order."""
    settings.SIMULATOR_LOG = str(tmp_path / "sent.jsonl")

    def read() -> list[dict[str, str]]:
        log = Path(settings.SIMULATOR_LOG)
        return [orjson.loads(line) for line in log.read_bytes().splitlines()] if log.exists() else []

    return read


def step(message: str = "Hi {{first_name}}", **more: Any) -> dict[str, Any]:
    return {"kind": "fixed", "message": message, "skip_if_replied": False} | more


def ai_step(instructions: str = "Ask about any blockers", **more: Any) -> dict[str, Any]:
    return {"kind": "ai", "instructions": instructions} | more


@pytest.fixture
def make_sequence(organization: Organization, now: dt.datetime) -> MakeSequence:
    def make(*steps: dict[str, Any], **more: Any) -> Sequence:
        given = {"organization": organization, "name": "Welcome", "by": ME, "now": now} | more
        return authoring.create_sequence(steps=steps or (step(),), **given)

    return make


@pytest.fixture
def enroll(now: dt.datetime) -> Enroll:
    def enroll(lead: Lead, sequence: Sequence, at: dt.datetime = now) -> Enrollment:
        return enrolling.enroll(lead, sequence, by=ME, now=at).enrollment

    return enroll


def reply(lead: Lead, body: str, at: dt.datetime) -> None:
    messaging.receive(lead.organization, address=lead.phone_e164 or "", body=body, now=at)
