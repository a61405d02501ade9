"""Names the process that took a lease or a slot, and tells whether it can still ask."""

import os
from functools import cache
from pathlib import Path

_CANNOT_RUN = ("T", "X", "Z")
"""The kernel's letters for a process that is stopped (SIGSTOP, Ctrl-Z) or has ended."""


def new_owner() -> str:
    """A name that no other owner has: process id, process namespace, and chance."""
    return f"{os.getpid()} {_pids()} {os.urandom(4).hex()}"


def cannot_ask(owner: str) -> bool:
    """Whether the process of that name has certainly ended, or is stopped.

    False where nobody can tell: in another container, or for a stopped one without /proc.
    """
    pid, pids, _ = owner.split(" ")
    if pids != _pids():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return _letter(pid) in _CANNOT_RUN


def _letter(pid: str) -> str | None:
    """The state of a process; its name, which stands before it, may hold anything."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return line.rpartition(")")[2].split()[0]


@cache
def _pids() -> str:
    """The process namespace: containers may share a home, and each counts process ids anew."""
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "all"
