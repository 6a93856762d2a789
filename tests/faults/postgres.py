"""A PostgreSQL server of the tests' own, which may be shut down hard while others work with it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class NotInstalled(Exception):
    """This machine has clients of PostgreSQL at most, and no server."""


@dataclass(frozen=True, slots=True)
class Server:
    """A cluster in a folder of its own, on a port of its own, for everybody of this machine without a password."""

    programs: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def restart(self, mode: str) -> None:
        """mode: fast ends every session; immediate is a crash, after which the server recovers from its log."""
        self._control("restart", "-m", mode)

    def _control(self, *what: str) -> None:
        log = self.data / "server.log"
        settings = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1 -c max_connections=60"
        _as_somebody(
            [str(self.programs / "pg_ctl"), "-D", str(self.data), "-l", str(log), "-o", settings, "-w", *what],
            self.data,
        )


@contextmanager
def own_server() -> Iterator[Server]:
    """Running, and gone afterwards. Raises NotInstalled."""
    programs = _programs()
    data = Path(tempfile.mkdtemp(prefix="leadwright-postgres-"))
    server = Server(programs, data, _free_port())
    try:
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)
        _as_somebody([str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"], data)
        server._control("start")
        try:
            yield server
        finally:
            server._control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _programs() -> Path:
    """Where initdb and pg_ctl are: Debian keeps them off the path, a folder for each version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    for folder in [*reversed(folders), *(Path(name) for name in os.get_exec_path())]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NotInstalled("initdb and pg_ctl are nowhere to be found")


def _as_somebody(command: list[str], folder: Path) -> None:
    """The server refuses to run as root, so root lends its work to the user postgres."""
    lent = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*lent, *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
