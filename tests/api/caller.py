"""An HTTP client of a contract."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


class Caller:
    """Shows the same headers on every request; bodies are sent and answers read as JSON."""

    def __init__(self, prefix: str = "", **headers: str) -> None:
        self.prefix = prefix
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client = Client()

    def __call__(self, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        """The answer; a body of str or bytes is sent as it is."""
        data = "" if body is None else body if isinstance(body, str | bytes) else json.dumps(body)
        shown = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.generic(
            method,
            self.prefix + path,
            data=data,
            content_type=shown.pop("Content-Type", "application/json"),
            headers=shown,
        )

    def get(self, path: str = "", **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str = "", body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)

    def patch(self, path: str = "", body: Any = None, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)

    def delete(self, path: str = "", **headers: str) -> Any:
        return self("DELETE", path, **headers)
