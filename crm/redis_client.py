"""Redis, for what several web processes count and remember together."""

from __future__ import annotations

from functools import cache

from redis import Redis


@cache
def redis_at(url: str) -> Redis:
    """One client with its connections for the process: making one takes longer than to ask Redis."""
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
