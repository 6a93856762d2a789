"""What a process that runs for long does about its memory once everything is loaded."""

from __future__ import annotations

import gc
from functools import cache

#: So many new objects before they are looked through; a batch of leads is some ten thousand.
_NEW_OBJECTS = 20_000


@cache
def settle() -> None:
    """
    Code, settings and models stay until the end: the collector of cycles need not look at them again and again.

    There are half a million objects of these, and whoever made many rows would meet a look at all of them every time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
