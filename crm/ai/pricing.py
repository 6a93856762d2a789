"""What a text costs, in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from crm.ai.base import Account

_MILLION = Decimal(1_000_000)


class Tokens(Protocol):
    """What was read and written."""

    input_tokens: int
    output_tokens: int


def cost_of(account: Account, used: Tokens) -> Decimal | None:
    """By the configured prices, else by the published ones; None when nobody knows."""
    if account.prices:
        read, written = account.prices
        return (used.input_tokens * read + used.output_tokens * written) / _MILLION
    if account.url:
        return None  # somebody's own server, whatever its models are called
    import genai_prices  # a second of imports, which nobody waits for who uses no model

    provider, _, name = account.model.partition(":")
    try:
        return genai_prices.calc_price(used, model_ref=name, provider_id=provider).total_price
    except LookupError:
        return None


def has_price(account: Account) -> bool:
    """Whether its texts can be counted in money."""
    return cost_of(account, _Trial()) is not None


@dataclass
class _Trial:
    input_tokens: int = 1
    output_tokens: int = 1
