"""manage.py serve: the whole product in the foreground, web server and worker."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.models import Organization
from crm.processes import Group, StopRequest

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class Command(BaseCommand):
    help = "Migrate, then run web server and worker until Ctrl-C or SIGTERM. An empty database gets demo data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, port: int, host: str, no_demo: bool, **options: Any) -> None:
        stop = StopRequest()
        self._check_port(host, port)
        call_command("migrate", interactive=False, verbosity=0)
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        has_demo = "load_demo" in get_commands() and not (no_demo or settings.IS_PRODUCTION)
        if has_demo and not Organization.objects.exists():
            self._say("Making demo data …")
            call_command("load_demo", "--quiet")
        os.environ.setdefault("LOCAL_URL", f"http://localhost:{port}")
        web = Group([sys.executable, "-m", "crm.webserver", host, str(port)])
        worker = Group(_WORKER)
        try:
            self._wait_until_up(web, host, port, stop)
            self._greet(host, port, has_demo)
            while not stop.wait(0.5):
                if web.exit_code is not None:
                    raise CommandError(f"The web server ended with {web.exit_code}.")
                if worker.exit_code is not None:
                    self.stderr.write(f"The worker ended with {worker.exit_code}; starting it again.")
                    worker.kill()
                    worker = Group(_WORKER)
                    stop.wait(1)
        finally:
            _stop_all(web, worker)

    def _check_port(self, host: str, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise CommandError(
                        f"Port {port} on {host} is taken by another program. Choose another one: "
                        f"make run PORT={port + 1}, or manage.py serve --port {port + 1}"
                    ) from error
                raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}") from error

    def _wait_until_up(self, web: Group, host: str, port: int, stop: StopRequest) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not stop and web.exit_code is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, port)) == 0:
                    return
            if time.monotonic() > deadline:
                raise CommandError(f"The web server did not start within {_START_SECONDS:.0f} s.")
            stop.wait(0.1)

    def _greet(self, host: str, port: int, has_demo: bool) -> None:
        url = f"http://{host}:{port}"
        self._say(f"Leadwright is at {url}  (Ctrl-C stops it)")
        if has_demo:
            call_command("load_demo", "--show", "--url", url, stdout=self.stdout)
            self.stdout.flush()

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


_WORKER = [sys.executable, "manage.py", "worker"]


def _stop_all(web: Group, worker: Group) -> None:
    web.stop(_STOP_SECONDS)
    worker.stop(_STOP_SECONDS)
