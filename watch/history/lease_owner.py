"""Which process took a lease, and whether it is still there."""

import os
from functools import cache
from pathlib import Path
from secrets import token_hex


def new_owner() -> str:
    """A name of its own for something in this process."""
    return f"{os.getpid()} {_pids()} {token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether the process that took a lease is certainly gone."""
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
    """Which processes a process id is one of: containers may share a home, and count anew."""
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "all"
