"""The whole site as people get it: the web server with its compressed files, on a port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

from bench import http


@contextlib.contextmanager
def served(environment: Mapping[str, str]) -> Iterator[str]:
    """Its address, while the block runs."""
    port = http.free_port()
    command = [sys.executable, "-m", "crm.webserver", http.HOST, str(port)]
    process = subprocess.Popen(command, env=os.environ | dict(environment), start_new_session=True)
    try:
        http.wait_until_open(process, port)
        yield f"http://{http.HOST}:{port}"
    finally:
        http.end(process)
