"""Say at the start, not at the first text, that the model's settings can't be right."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from crm import ai_accounts


@register()
def model_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.AI_MODEL:
        return []
    found: list[CheckMessage] = []
    if not ai_accounts.is_model(settings.AI_MODEL):
        providers = " or ".join(ai_accounts.PROVIDERS)
        found.append(Error(f"AI_MODEL must be provider:name, where the provider is {providers}.", id="crm.E001"))
    if settings.AI_BASE_URL and not settings.AI_MODEL.startswith("openai:"):
        found.append(
            Error("AI_BASE_URL is for servers that speak OpenAI's API: AI_MODEL must be openai:….", id="crm.E002")
        )
    if not settings.AI_API_KEY and not settings.AI_BASE_URL:
        found.append(Warning("AI_MODEL is set, but AI_API_KEY is not: its provider will turn us away.", id="crm.W001"))
    return found
