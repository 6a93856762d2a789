"""A lead as one contract shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    asked is the request, without its key. body is what it is answered: None where this contract has no such lead.

    words say why there is none, or what else a reader should know.
    """

    asked: str
    body: Mapping[str, Any] | None
    words: str = ""
