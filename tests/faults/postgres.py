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
from dataclasses import dataclass, replace
from pathlib import Path


class NotInstalled(Exception):
    """This machine has clients of PostgreSQL at most, and no server."""


@dataclass(frozen=True, slots=True)
class Server:
    """A cluster in a folder of its own, on a port of its own, for everybody of this machine without a password."""

    programs: Path
    data: Path
    port: int
    #: name=value, as they stand in postgresql.conf.
    settings: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def restart(self, mode: str) -> None:
        """mode: fast ends every session; immediate is a crash, after which the server recovers from its log."""
        self._control("restart", "-m", mode)

    def _control(self, *what: str) -> None:
        log = self.data / "server.log"
        given = ["listen_addresses=127.0.0.1", "max_connections=60", *self.settings]
        settings = f"-p {self.port} -k {self.data} " + " ".join(f'-c "{each}"' for each in given)
        _as_somebody(
            [str(self.programs / "pg_ctl"), "-D", str(self.data), "-l", str(log), "-o", settings, "-w", *what],
            self.data,
        )

    def start(self) -> None:
        self._control("start")

    def stop(self) -> None:
        """At once, as when the machine is lost."""
        self._control("stop", "-m", "immediate")

    def base_backup(self, folder: Path, *how: str) -> None:
        """A copy of the running cluster, into a folder that is not there yet."""
        to = ["-D", str(folder), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        quick = ["--checkpoint=fast", "--no-sync"]  # no machine fails here, only servers do
        _as_somebody([str(self.programs / "pg_basebackup"), *to, *quick, *how], self.data)

    def copy(self, folder: Path, *settings: str) -> Server:
        """A streaming replica of this one, made in that folder as docs/operations.md has it; not yet running."""
        self.base_backup(folder, "--write-recovery-conf")
        return replace(self, data=folder, port=free_port(), settings=(*self.settings, *settings))


@contextmanager
def own_server(*settings: str) -> Iterator[Server]:
    """A new cluster, running, and gone afterwards. Raises NotInstalled."""
    programs = _programs()
    with own_folder() as data:
        made = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _as_somebody(made, data)
        with running(Server(programs, data, free_port(), settings)) as server:
            yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """From its start to its sudden end."""
    server.start()
    try:
        yield server
    finally:
        if (server.data / "postmaster.pid").exists():  # else a test has stopped it
            server.stop()


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that the server may write into, and that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-postgres-"))
    try:
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
