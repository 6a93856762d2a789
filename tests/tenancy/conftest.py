"""Nobody is asked but this machine: the model that the organisations have connected stands here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fake_openai import FakeOpenAI


@pytest.fixture(scope="session")
def _provider() -> Iterator[FakeOpenAI]:
    server = FakeOpenAI(key="sk-canary")
    yield server
    server.close()


@pytest.fixture(autouse=True)
def nobody_outside(_provider: FakeOpenAI, settings: Settings) -> None:
    settings.AI_PROVIDER_URLS = {"openai": _provider.url}
