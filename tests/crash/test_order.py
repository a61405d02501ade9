"""A name is given to what is on disk, and is on disk itself before it is promised (row 52)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pytest
from film_server import FilmServer
from fork_server import ForkServer
from strace import LINK, RENAME, SYNC, seen, traced

_CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += 0$")
_PATH = re.compile(r'(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>(?:, "(?P<in>[^"]*)")?|"(?P<name>[^"]*)"')
_NO_PROMISE = (".bak", ".lock")
"""What a name may end in that nobody relies on: the backup is another name of the old file."""


@dataclass
class Order:
    """Names given in a trace, and what was wrong about them."""

    given: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    def read(self, log: str) -> "Order":
        """Take in a trace of one step, from its beginning to its end."""
        synced, open_ends = set[PurePosixPath](), dict[PurePosixPath, list[str]]()
        for call, paths in _calls(log):
            if call.endswith("sync"):
                synced.add(paths[0])
                open_ends.pop(paths[0], None)
                continue
            old, new = paths
            if new.name.endswith(_NO_PROMISE):
                continue
            self.given.append(new.name)
            open_ends.setdefault(new.parent, []).append(new.name)
            if old not in synced:
                self.wrong.append(f"{new.name} was given before its bytes were synced")
        self.wrong += [f"{name} was never synced" for names in open_ends.values() for name in names]
        return self


def _calls(log: str) -> Iterator[tuple[str, list[PurePosixPath]]]:
    """The calls that worked, with the paths they are about; those of threads put together."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        pid = line.partition(" ")[0]
        if line.endswith(" <unfinished ...>"):
            begun[pid] = line.removesuffix(" <unfinished ...>")
        elif resumed := re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line):
            line = begun.pop(pid) + resumed[1]
        if called := _CALL.match(line):
            yield called[2], [_path(found) for found in _PATH.finditer(called[3])]


def _path(found: re.Match[str]) -> PurePosixPath:
    return PurePosixPath(found["folder"] or "/", found["in"] or found["name"] or "")


@traced
@pytest.mark.parametrize(
    ("step", "named"),
    [
        ("add", {"default.toml"}),
        ("label", {"default.toml"}),
        ("remove", {"default.toml"}),
        ("download", {"video-1.mp4", "video-1.mp4.json"}),
    ],
)
def test_a_name_comes_after_its_bytes_are_synced_and_before_its_folder_is(
    forks: ForkServer, films: FilmServer, tmp_path: Path, step: str, named: set[str]
) -> None:
    victim = forks.bear(home=str(tmp_path / "home"), seed=1, films=films.url, once=step)
    done = seen(victim, f"{SYNC},{LINK},{RENAME}", tmp_path / "trace", "-y")
    order = Order().read(done.log)
    print(f"\n{step}: {len(order.given)} names given, {len(order.wrong)} out of order")
    assert done.words.failures == []
    assert named <= set(order.given)
    assert order.wrong == []


@traced
@pytest.mark.parametrize("careless", ["unsynced", "forgotten"])
def test_a_trace_shows_a_careless_writer(forks: ForkServer, tmp_path: Path, careless: str) -> None:
    victim = forks.bear(home=str(tmp_path), seed=1, films="", once="add", writer=careless)
    done = seen(victim, f"{SYNC},{LINK},{RENAME}", tmp_path / "trace", "-y")
    assert Order().read(done.log).wrong
