"""A kill, or an error, at each system call of a save: the old or the new, and never a false word.

(Rows 46, 48 and 49.) Two calls of each step are killed in the suite, and one of each is given the
error that it most likely has; with `RUSHES_WHOLE=1` all calls, and all errors.
"""

from pathlib import Path

import pytest
from crash_checks import Kept, Recovery, missing, wrongs
from film_server import FilmServer
from fork_server import ForkServer
from sampling import WHOLE, sample
from strace import LINK, RENAME, SYNC, UNLINK, Seen, struck, traced

CALLS = {
    "add": ("openat", "write", SYNC, LINK, RENAME, UNLINK),
    "finish": ("pwrite64", SYNC),
    "download": ("openat", "write", SYNC, LINK, RENAME, UNLINK, "ftruncate"),
    "prune": ("pwrite64",),
    "rotate": ("openat", "write", RENAME),
}
LIKELY = {
    "openat": ("ENOSPC",),
    "write": ("EDQUOT",),
    "pwrite64": ("ENOSPC",),
    SYNC: ("EIO",),
    LINK: ("EINTR",),
    RENAME: ("EIO",),
    UNLINK: ("EIO",),
    "ftruncate": ("EIO",),
}
ERRORS = ("ENOSPC", "EDQUOT", "EIO", "EINTR")
MANY = (("download", "openat"), ("download", UNLINK))
"""Steps with a dozen calls of that name: kills are tried at each of them, errors by hand."""


def every_call(
    forks: ForkServer, films: FilmServer, tmp_path: Path, step: str, call: str, doing: str
) -> list[tuple[Seen, list[str]]]:
    """Strike the first, the second, … call of that name, until the step has no more of them."""
    done: list[tuple[Seen, list[str]]] = []
    for number in range(1, 60):
        home = tmp_path / str(number)
        victim = forks.bear(home=str(home), seed=1, films=films.url, once=step)
        one = struck(victim, call, f"{doing}:when={number}", tmp_path / "trace")
        if not one.struck:
            return done
        wrong = [*wrongs(home, one.words.possible(Kept()), "v1"), *missing(home, one.words)]
        wrong += Recovery(home, films.url, one.words.tried).wrongs()
        done.append((one, wrong))
    raise AssertionError(f"{step} has no end of {call}")


@traced
@pytest.mark.parametrize(
    ("step", "call"),
    [(step, call) for step, calls in CALLS.items() for call in sample(calls, 2, step)],
)
def test_a_kill_at_each_system_call_of_a_save_leaves_the_old_or_the_new(
    forks: ForkServer, films: FilmServer, tmp_path: Path, step: str, call: str
) -> None:
    kills = every_call(forks, films, tmp_path, step, call, "signal=SIGKILL")
    print(f"\n{step}: killed at {len(kills)} × {call}")
    assert kills
    assert [wrong for _, wrong in kills if wrong] == []


@traced
@pytest.mark.parametrize(
    ("step", "call", "error"),
    [
        (step, call, error)
        for step, calls in CALLS.items()
        for call in sample((one for one in calls if WHOLE or (step, one) not in MANY), 1, step)
        for error in (ERRORS if WHOLE else LIKELY[call])
    ],
)
def test_an_error_at_each_system_call_is_never_reported_as_saved(
    forks: ForkServer, films: FilmServer, tmp_path: Path, step: str, call: str, error: str
) -> None:
    errors = every_call(forks, films, tmp_path, step, call, f"error={error}")
    said = sum(bool(done.words.failures) for done, _ in errors)
    print(f"\n{step}: {error} at {len(errors)} × {call}, {said} reported as not saved")
    assert errors
    assert [wrong for _, wrong in errors if wrong] == []
    # Python tries again what was interrupted; of the log nothing is promised.
    if call in (SYNC, "write", "pwrite64") and error != "EINTR" and step != "rotate":
        assert said == len(errors)
