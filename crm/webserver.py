"""python -m crm.webserver HOST PORT: the web server, which ends with the process that started it."""

from __future__ import annotations

import os
import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from crm.processes import end_with_parent


def main(host: str, port: int) -> None:
    """WEB_PROCESSES and WEB_THREADS size it; several processes want a REDIS_URL, for limits that all of them share."""
    end_with_parent()
    Server(
        "crm.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("WEB_PROCESSES", "1")),
        blocking_threads=int(os.environ.get("WEB_THREADS", "4")),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
