"""A part of a pass that breaks must not keep the others from their work."""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class Parts:
    """The parts of one pass. One that broke rests until the next pass; raise_first() tells of it when all is done."""

    def __init__(self) -> None:
        self._broken: dict[str, Exception] = {}

    def run[T](self, part: str, work: Callable[[], T], otherwise: T) -> T:
        """What the work returned; otherwise, when it broke."""
        if part in self._broken:
            return otherwise
        try:
            return work()
        except Exception as error:
            log.exception("%s broke; the rest of the pass goes on", part)
            self._broken[part] = error
            return otherwise

    def raise_first(self) -> None:
        for error in self._broken.values():
            raise error
