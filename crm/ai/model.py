"""
Texts by a language model, through pydantic-ai.

The standing rules and the organisation's instructions go as the system's words. What a borrower said, or might have
typed into a form, goes as JSON in the user's: data that the rules tell the model to obey in nothing. That is a hint, no
wall: the wall is leads/text_checks.py, which reads whatever comes back.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from anthropic import AsyncAnthropic
from anthropic import DefaultAsyncHttpxClient as AnthropicHttp
from django.conf import settings
from openai import AsyncOpenAI
from openai import DefaultAsyncHttpxClient as OpenAIHttp
from pydantic import BaseModel, Field
from pydantic_ai import Agent
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage, UsageLimits

from crm.ai import pricing
from crm.ai.base import Account, Brief, Draft, Source, Summary, Unwritten
from crm.ai.rules import SUMMARIZING, WRITING

_TRIAL = "This is a test of the connection. Answer with the text: ready."
#: One answer, and one more when the first is not in the agreed form.
_REQUESTS = 2
_MAX_TOKENS = 2000
_LONGEST_SAID = 1600
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_LONG_NUMBER = re.compile(r"[+(]{0,2}(?:\d[ ().-]{0,2}){6,}\d")


class WrittenText(BaseModel):
    """The message to the borrower."""

    text: str = Field(max_length=4000, description="The message, ready to send. Empty only when wants_handoff is true.")
    subject: str = Field("", max_length=255, description="For an e-mail: its subject. Else empty.")
    wants_handoff: bool = Field(description="True when a person should answer instead of this message.")
    reason: str = Field("", max_length=500, description="For the advisor: why this message, or why a person. One line.")


class WrittenSummary(BaseModel):
    """What the conversation has come to."""

    summary: str = Field(min_length=1, max_length=600, description="Two or three plain sentences for the advisor.")
    needs_handoff: bool = Field(description="True when the borrower waits for something that only a person can do.")
    reason: str = Field("", max_length=500, description="Why a person is needed. Empty when none is.")


def compose(brief: Brief) -> Draft:
    """The text that the brief's model writes. Raises Unwritten."""
    rules = f"{WRITING}\n\nWhat the company wants this message to do:\n{brief.instructions}"
    written, source = _ask(brief, rules, WrittenText, version=_version(WRITING))
    return Draft(written.text.strip(), written.subject.strip(), written.wants_handoff, written.reason.strip(), source)


def summarize(brief: Brief) -> Summary:
    """What the brief's model makes of the conversation. Raises Unwritten."""
    written, source = _ask(brief, SUMMARIZING, WrittenSummary, version=_version(SUMMARIZING))
    return Summary(written.summary.strip(), written.needs_handoff, written.reason.strip(), source)


def try_out(account: Account) -> str:
    """Whether the provider lets us in and knows the model; the answer costs a fraction of a cent. Raises Unwritten."""
    began = time.monotonic()
    try:
        _run(_greeting(account))
    except (AgentRunError, UserError, TimeoutError) as error:
        raise Unwritten(_in_words(error)[0]) from error
    return f"{account.model} answered after {time.monotonic() - began:.1f} s."


async def _greeting(account: Account) -> None:
    seconds = timeout()
    async with asyncio.timeout(seconds), _model(account, seconds) as model:
        await Agent(model, output_type=WrittenText, instructions=_TRIAL, retries=_REQUESTS - 1).run(
            json.dumps(facts_of(Brief(instructions="", company="Leadwright"))),
            model_settings=ModelSettings(max_tokens=_MAX_TOKENS, timeout=seconds),
            usage_limits=UsageLimits(request_limit=_REQUESTS),
        )


def _version(rules: str) -> str:
    """Changes whenever the standing rules do."""
    return hashlib.sha256(rules.encode()).hexdigest()[:12]


def _ask[Output: BaseModel](brief: Brief, rules: str, form: type[Output], *, version: str) -> tuple[Output, Source]:
    account = brief.account
    assert account is not None
    data = facts_of(brief)
    usage = RunUsage()
    asked = {"rules": rules.removeprefix(WRITING).strip(), "data": data}
    began = time.monotonic()
    try:
        output = _run(_answer(account, rules, data, form, usage))
    except (AgentRunError, UserError, TimeoutError) as error:
        words, permanent = _in_words(error)
        source = _source(account, version, asked, usage, time.monotonic() - began)
        raise Unwritten(words, permanent=permanent, source=source) from error
    return output, _source(account, version, asked, usage, time.monotonic() - began)


def _run[Output](answer: Coroutine[Any, Any, Output]) -> Output:
    """In a thread of its own, for whoever asks may stand in an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


async def _answer[Output: BaseModel](
    account: Account, rules: str, data: dict[str, Any], form: type[Output], usage: RunUsage
) -> Output:
    """One conversation with the model, which ends in time whatever the model does."""
    seconds = timeout()
    async with asyncio.timeout(seconds), _model(account, seconds) as model:
        agent = Agent(model, output_type=form, instructions=rules, retries=_REQUESTS - 1)
        result = await agent.run(
            json.dumps(data, ensure_ascii=False, indent=1),
            model_settings=ModelSettings(max_tokens=_MAX_TOKENS, timeout=seconds),
            usage_limits=UsageLimits(request_limit=_REQUESTS),
            usage=usage,
        )
    return result.output


def timeout() -> float:
    """Seconds for one text: whoever waits for it holds a lease, which must not run out meanwhile."""
    return min(settings.AI_TIMEOUT_SECONDS, settings.MESSAGE_LEASE_SECONDS / 3)


@asynccontextmanager
async def _model(account: Account, seconds: float) -> AsyncIterator[Model]:
    """
    A client of its own: connections belong to the event loop that made them. It never tries again by itself.

    Nor is it led elsewhere, with the key and what borrowers said.
    """
    provider, _, name = account.model.partition(":")
    key = account.key or "none"  # an empty one would be taken from the environment, and may be somebody else's
    if provider == "openai":
        url = account.url or settings.AI_PROVIDER_URLS["openai"]
        async with AsyncOpenAI(
            api_key=key, base_url=url, max_retries=0, timeout=seconds, http_client=OpenAIHttp(follow_redirects=False)
        ) as openai:
            yield OpenAIChatModel(name, provider=OpenAIProvider(openai_client=openai))
    elif provider == "anthropic":
        url = settings.AI_PROVIDER_URLS["anthropic"]
        async with AsyncAnthropic(
            api_key=key, base_url=url, max_retries=0, timeout=seconds, http_client=AnthropicHttp(follow_redirects=False)
        ) as anthropic:
            yield AnthropicModel(name, provider=AnthropicProvider(anthropic_client=anthropic))
    else:
        raise UserError(f"Nobody here knows a provider called {provider!r}.")


def facts_of(brief: Brief) -> dict[str, Any]:
    """What the model gets to know: no last name and no amount, and nobody's numbers or e-mail addresses."""
    return {
        "channel": "e-mail" if brief.is_email else "text message",
        "company": brief.company,
        "borrower": {
            "first_name": brief.first_name,
            "stage": brief.stage,
            "papers_still_needed": list(brief.still_needed),
            "papers_collected": list(brief.collected),
        },
        "conversation": [
            {"from": "borrower" if said.by_borrower else "company", "text": _masked(said.text[:_LONGEST_SAID])}
            for said in brief.conversation
        ],
    }


def _masked(text: str) -> str:
    """Without account, card, social security and phone numbers, and without e-mail addresses: no draft needs them."""
    return _LONG_NUMBER.sub("(number)", _EMAIL.sub("(e-mail address)", text))


def _source(account: Account, version: str, asked: dict[str, Any], usage: RunUsage, seconds: float) -> Source:
    return Source(
        model=account.model,
        prompt_version=version,
        prompt=asked,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=pricing.cost_of(account, usage) if usage.requests else None,
        milliseconds=int(seconds * 1000),
    )


def _in_words(error: Exception) -> tuple[str, bool]:
    """What went wrong, to a person; and whether it would go wrong again."""
    match error:
        case ContentFilterError():
            return "The model declined to write this.", True
        case UnexpectedModelBehavior():
            return "The model's answer was not in the agreed form.", False
        case ModelAuthenticationError():
            return "The model's provider turned our key away.", False
        case ModelRateLimitError() | ModelQuotaExceededError():
            return "The model's provider takes no more requests at the moment.", False
        case TimeoutError():
            return "The model took too long.", False
        case ModelAPIError():
            return "The model's provider failed or could not be reached.", False
    return "The model could not be asked.", False
