"""
Logs: a line of JSON for each, or a line for people, with who asked for what; see docs/operations.md.

Everything that logs through the standard library comes out in the same form. No personal data: see redacting.py.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from crm.observing.redacting import redacted

#: One line for each request, when asked for.
ACCESS = "leadwright.access"
#: See security.py.
SECURITY = "leadwright.security"

#: What our own code puts there is no borrower's data.
_OURS = {"timestamp", "level", "logger", "request_id", "organization", "credential", "task", "route", "method"} | {
    "why", "factor", "whom"
}  # fmt: skip


def configuration(*, as_json: bool, level: str, access: bool) -> dict[str, Any]:
    """For settings.LOGGING."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=["status", "milliseconds", "route", "method", "why", "factor", "whom"]),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    render = (
        structlog.processors.JSONRenderer(serializer=_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            ACCESS: {"level": "INFO" if access else level},
            SECURITY: {"level": "INFO" if access else level},
            # It announces every task that is queued and begun.
            "django-q": {"level": max(logging.WARNING, logging.getLevelNamesMapping()[level])},
        },
    }


def say_who(**about: str) -> None:
    """From here on every line of this request says so too: organization (public id), credential (prefix), advisor."""
    structlog.contextvars.bind_contextvars(**about)


def without_personal_data(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        if key not in _OURS and isinstance(value, str):
            line[key] = redacted(value)
    return line


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
