"""One POST to LendWorks' leads with an idempotency key, by a process that dies in the middle of it."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any
from unittest.mock import patch

import django


def die_after(function: Any) -> Any:
    def called(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return called


def main(key: str, body: str, moment: str) -> None:
    django.setup()
    from api import idempotency
    from api.lendworks import views
    from tests.api.caller import Caller

    places: dict[str, tuple[Any, str]] = {
        "after the lead was written": (views, "receive_lead"),
        "after the answer was kept": (idempotency, "_keep"),
    }
    module, name = places[moment]
    with patch.object(module, name, die_after(getattr(module, name))):
        Caller("/v1/leads", Authorization=f"Bearer {key}", Host="localhost").post("", body, Idempotency_Key="k")


if __name__ == "__main__":
    main(*sys.argv[1:])
