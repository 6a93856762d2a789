"""A model to ask, which is a fake that speaks its provider's HTTP API; the site's settings point at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_django import Settings

from crm.models import Actor, Advisor, Organization
from leads.models import Lead, Message, MessageState
from sequences import authoring, engine, enrolling
from tests.conftest import MakeLead
from tests.fake_openai import FakeOpenAI

ME = Actor.system("test")

type Sent = Callable[[], list[dict[str, str]]]
type Follow = Callable[..., Message]


@pytest.fixture(scope="session")
def _server() -> Iterator[FakeOpenAI]:
    server = FakeOpenAI()
    yield server
    server.close()


@pytest.fixture
def model(_server: FakeOpenAI, settings: Settings) -> FakeOpenAI:
    """It writes for every organisation without a model of its own."""
    _server.answer, _server.asked, _server.slowness = "ok", [], 5.0
    _server.at_once = _server.most_at_once = 0
    _server.says = "Hi Jane, it's Acme Lending. Shall we finish your application together?"
    settings.AI_MODEL, settings.AI_BASE_URL, settings.AI_API_KEY = "openai:gpt-4o-mini", _server.url, _server.key
    settings.AI_TIMEOUT_SECONDS = 15.0
    return _server


@pytest.fixture(autouse=True)
def sent(settings: Settings, tmp_path: Path) -> Sent:
    """What the simulator has accepted so far, in order."""
    settings.SIMULATOR_LOG = str(tmp_path / "sent.jsonl")

    def read() -> list[dict[str, str]]:
        log = Path(settings.SIMULATOR_LOG)
        return [orjson.loads(line) for line in log.read_bytes().splitlines()] if log.exists() else []

    return read


@pytest.fixture
def jane(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(name="Jane Miller", email="jane@home.example", advisor=alice)


@pytest.fixture
def follow(organization: Organization, jane: Lead, now: dt.datetime) -> Follow:
    """Start a sequence with one AI step (and more steps, when given), run the engine; the AI step's message."""

    def start(*more: dict[str, Any], lead: Lead = jane, approval: str = "checked", **step: Any) -> Message:
        first = {"kind": "ai", "instructions": "Ask about any blockers", "skip_if_replied": False} | step
        sequence = authoring.create_sequence(
            organization=lead.organization, name="Chase", steps=[first, *more], approval=approval, by=ME, now=now
        )
        enrolling.enroll(lead, sequence, by=ME, now=now)
        engine.tick(now)
        return Message.objects.get(lead=lead, author="ai")

    return start


@pytest.fixture
def draft(follow: Follow) -> Message:
    """It awaits approval because its sequence wants that."""
    message = follow(approval="every")
    assert message.state == MessageState.APPROVAL
    return message
