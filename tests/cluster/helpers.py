"""PgBouncer and Redis of a cluster's own, on ports of their own."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.postgres import NotInstalled
from tests.faults.world import PROJECT
from tests.serving import free_port

ROLE, PASSWORD = "leadwright_app", "the-site-logs-in-with-this"


@contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """In front of that database, as deploy/pgbouncer.ini has it; the address for the site. Raises NotInstalled."""
    program = _program("pgbouncer")
    folder, port = Path(tempfile.mkdtemp(prefix="leadwright-pgbouncer-")), free_port()
    lent = ["-u", "nobody"] if os.getuid() == 0 else []
    command = [program, "-q", *lent, str(_written(folder, port, database_url))]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"postgres://{ROLE}:{PASSWORD}@127.0.0.1:{port}{urlsplit(database_url).path}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _written(folder: Path, port: int, database_url: str) -> Path:
    to = urlsplit(database_url)
    users, path = folder / "users", folder / "pgbouncer.ini"
    settings = configparser.ConfigParser()
    settings.read(PROJECT / "deploy" / "pgbouncer.ini")
    settings["databases"] = {to.path[1:]: f"host={to.hostname} port={to.port}"}
    settings["pgbouncer"].update(
        listen_addr="127.0.0.1", listen_port=str(port), auth_file=str(users), unix_socket_dir=""
    )
    users.write_text(f'"{ROLE}" "{PASSWORD}"\n')
    with path.open("w") as file:
        settings.write(file)
    for each in (folder, users, path):
        each.chmod(0o755)
    return path


class Redis:
    """Which counts requests, and may be killed."""

    def __init__(self) -> None:
        self._program = _program("redis-server")
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        given = ("--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen([self._program, *given], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _program(name: str) -> str:
    if not (path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")):
        raise NotInstalled(f"{name} is nowhere to be found")
    return path
