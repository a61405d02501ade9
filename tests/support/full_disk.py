"""Commands, each in a process of its own, in a home whose disk takes no byte more.

Run as a script it is the process that forks the commands: `outcomes` starts it. Where a file system
of our own can be mounted the home lies on one that is full; elsewhere no process may make a file
longer, which SQLite meets as an error of the disk (M13).
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SIZE = "1m"


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def can_mount(folder: Path) -> bool:
    """Whether a small file system can be mounted at a folder, seen by its own processes only."""
    unshare = shutil.which("unshare")
    mount = [unshare or "", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return unshare is not None and not subprocess.run(mount, capture_output=True).returncode


def outcomes(
    home: Path, environ: Mapping[str, str], commands: Sequence[Sequence[str]], *, mounted: bool
) -> list[Outcome]:
    """What becomes of each command in a home whose disk is full.

    On a file system of its own, where it is `mounted`: nothing that is done there stays.
    """
    inside = ["unshare", "-rm"] if mounted else []
    done = subprocess.run(
        [*inside, sys.executable, __file__, str(home), json.dumps([mounted, *commands])],
        env={**environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return [Outcome(**each) for each in json.loads(done.stdout)]


def _fill_up(home: Path) -> None:
    """Lay a full file system over the home, with all in it that was there."""
    with tempfile.TemporaryDirectory() as aside:
        kept = shutil.copytree(home, Path(aside) / "home")
        options = ["-o", f"size={SIZE},mode=700"]
        subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", home], check=True)
        shutil.copytree(kept, home, dirs_exist_ok=True)
    filler = os.open(home / "filler", os.O_WRONLY | os.O_CREAT, 0o600)
    for size in (4096, 1):
        try:
            while os.write(filler, bytes(size)):
                pass
        except OSError:
            pass


def _outcome(argv: Sequence[str], *, limited: bool) -> Outcome:
    from rushes.tui.shell.process import run

    pipes = [os.pipe(), os.pipe()]
    if (pid := os.fork()) == 0:
        for number, (_, writing) in enumerate(pipes, 1):
            os.dup2(writing, number)
        if limited:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        run(argv)
    for _, writing in pipes:
        os.close(writing)
    # Neither may be more than a pipe holds, since one is read after the other.
    written = [os.fdopen(reading, encoding="utf-8").read() for reading, _ in pipes]
    return Outcome(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), *written)


def _main() -> None:

    mounted, *commands = json.loads(sys.argv[2])
    if mounted:
        _fill_up(Path(sys.argv[1]))
    found = [_outcome(argv, limited=not mounted) for argv in commands]
    print(json.dumps([vars(each) for each in found]))


if __name__ == "__main__":
    _main()
