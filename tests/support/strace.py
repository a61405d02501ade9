"""One step of a victim under strace: its system calls seen, or something done to the N-th."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash_checks import LastWords
from fork_server import Victim
from waiting import PATIENCE

RENAME = "?rename,?renameat,renameat2"
LINK = "?link,linkat"
UNLINK = "?unlink,unlinkat"
SYNC = "fsync,fdatasync"


def _why_not() -> str:
    """Why no process can be traced here; empty where it can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    with subprocess.Popen(["sleep", "20"]) as sleeping:
        try:
            # As with a victim, it is not a child of strace's: Yama may forbid that.
            command = ["timeout", "--signal=INT", "0.2", strace, "-o", os.devnull]
            command += ["-p", str(sleeping.pid)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        except subprocess.TimeoutExpired:
            return "strace hangs here"
        finally:
            sleeping.kill()
    return "" if "attached" in done.stderr else f"strace may not trace here: {done.stderr}"


_UNTRACEABLE = _why_not()
traced = pytest.mark.skipif(bool(_UNTRACEABLE), reason=_UNTRACEABLE)
"""For tests that need strace."""


@dataclass(frozen=True)
class Seen:
    """What a victim said, whether it was killed, and what strace wrote."""

    words: LastWords
    killed: bool
    log: str

    @property
    def struck(self) -> bool:
        """Whether there was such a call to do something to."""
        return self.killed or "(INJECTED)" in self.log


def seen(victim: Victim, calls: str, log: Path, *options: str) -> Seen:
    """Let a victim get ready, then trace the one step for which it waits."""
    said = victim.until_ready()
    assert LastWords(said).failures == [], "a step failed that nothing was done to"
    command = ["strace", "-f", "-o", str(log), "-e", f"trace={calls}", *options]
    with subprocess.Popen(
        [*command, "-p", str(victim.pid)], stderr=subprocess.PIPE, bufsize=0
    ) as tracer:
        assert tracer.stderr is not None
        assert b"attached" in tracer.stderr.readline()
        victim.go_on()
        last, killed = victim.bury()
        tracer.communicate(timeout=PATIENCE)
    return Seen(LastWords([*said, *last]), killed, log.read_text())


def struck(victim: Victim, calls: str, doing: str, log: Path) -> Seen:
    """The same with something done to a call, in strace's words: `signal=SIGKILL:when=3`."""
    return seen(victim, calls, log, "-e", f"inject={calls}:{doing}")
