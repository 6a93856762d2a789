"""The guarded port on which Prometheus reads: METRICS_PORT of METRICS_HOST, with METRICS_TOKEN when one is set."""

from __future__ import annotations

import hmac
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.db import connections

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

type Application = Callable[..., Iterable[bytes]]


def begin(role: str, var: Path) -> bool:
    """
    Have this process and its children count, when a port is set; before anything loads the counters.

    role: "web" or "worker"; the worker's port is WORKER_METRICS_PORT. Whether there is a port.
    """
    if not _port(role):
        return False
    folder = var / "metrics" / f"{role}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[VARIABLE] = str(folder)
    return True


def serve(role: str, *, with_rows: bool) -> WSGIServer | None:
    """Answer Prometheus in a thread; with_rows adds what the database knows. None when no port is set."""
    if not (port := _port(role)):
        return None
    # Loaded no sooner: they look at the environment that begin() sets, and at the settings.
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    if with_rows:
        from crm.observing import standing

        registry.register(standing.Standing())
    host = os.environ.get("METRICS_HOST", "127.0.0.1")
    application = guarded(make_wsgi_app(registry), os.environ.get("METRICS_TOKEN", ""))
    server = make_server(host, port, application, _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True, name="metrics").start()
    return server


def guarded(application: Application, token: str) -> Application:
    """Whoever asks must show the token as a bearer; without a token the port's address is the guard."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        shown = environ.get("HTTP_AUTHORIZATION", "")
        if token and not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
            start_response("401 Unauthorized", [("Content-Type", "text/plain"), ("WWW-Authenticate", "Bearer")])
            return [b"A token is needed.\n"]
        try:
            return application(environ, start_response)
        finally:
            connections.close_all()  # each answer has a thread of its own

    return answer


def _port(role: str) -> int:
    return int(os.environ.get("WORKER_METRICS_PORT" if role == "worker" else "METRICS_PORT", "0"))


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass
