"""python -m crm.webserver HOST PORT: the web server, which ends with the process that started it."""

from __future__ import annotations

import os
import sys

import django
from django.core.checks import run_checks
from django.core.management import call_command
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from crm.environment import var_dir
from crm.observing import exposing
from crm.processes import end_with_parent
from crm.production_checks import TAG


def main(host: str, port: int) -> None:
    """WEB_PROCESSES and WEB_THREADS size it; several processes want a REDIS_URL, for limits that all of them share."""
    end_with_parent()
    exposing.begin("web", var_dir())
    _collect_static_files()
    exposing.serve("web", with_rows=False)
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


def _collect_static_files() -> None:
    os.environ["STATIC_COLLECTED"] = "1"  # for the processes that answer, too
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    if wrong := run_checks(tags=[TAG]):
        sys.exit("\n".join(f"{each.id}: {each.msg}" for each in wrong))
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
