"""Names the process that took a lease, and tells whether it is still running."""

import os
from functools import cache
from pathlib import Path
from secrets import token_hex


def new_owner() -> str:
    """A name that no other owner has: process id, process namespace, and chance."""
    return f"{os.getpid()} {_pids()} {token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether the process of that name has certainly ended; False where nobody can tell."""
    pid, pids, _ = owner.split(" ")
    if pids != _pids():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@cache
def _pids() -> str:
    """The process namespace: containers may share a home, and each counts process ids anew."""
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "all"
