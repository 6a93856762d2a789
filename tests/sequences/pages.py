"""What the editor sends: its steps as the page has them, and what it was shown."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

HTMX = {"HX-Request": "true"}


def sent(*steps: dict[str, Any], keys: str = "", seen: int = 1, **more: Any) -> dict[str, Any]:
    """A form with these steps; keys: one letter or digit for each, "012…" when none are given."""
    names = keys or "0123456789"[: len(steps)]
    data: dict[str, Any] = {"seen": str(seen), "step": list(names)} | more
    for key, step in zip(names, steps, strict=True):
        data |= {f"s{key}-{name}": value for name, value in step.items() if value is not False}
    return data


def text(message: str = "Hi {{first_name}}", **more: Any) -> dict[str, Any]:
    return {"kind": "fixed", "channel": "sms", "message": message, "delay": "0", "unit": "days"} | more


def ai(instructions: str = "Ask about blockers", **more: Any) -> dict[str, Any]:
    return {"kind": "ai", "channel": "sms", "instructions": instructions, "delay": "1", "unit": "days"} | more


def task(title: str = "Call them", **more: Any) -> dict[str, Any]:
    return {"kind": "task", "title": title, "task_kind": "call", "delay": "1", "unit": "days"} | more


def seen_in(client: Client, address: str) -> str:
    """What the form of the setup remembers."""
    found = re.search(r'name="seen" value="([^"]{9,})"', client.get(address).content.decode())
    assert found
    return found[1]
