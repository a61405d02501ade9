"""The commands that are tortured: each with a home for it, and what it has promised at its end."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomli_w
from film_fetch import fetch_film
from film_server import FILM, film_of
from home import Kept
from task_server import KEY
from tormentor import Outcome, Tormentor, Trial

from rushes.providers.errors import RushesError
from rushes.watch.disk.paths import Paths
from rushes.watch.task import Entry, Ref, Task

OLD, NEW, RUNNING = "tk-hiapi-0001", "tk-hiapi-0002", "tk-hiapi-run0003"
ACCOUNT = "studio"
"""An account of config.toml only: where that cannot be read, no gateway in the world is asked."""

FIRST, SECOND = "take 1", "take 2"
_TIMEOUT = "20s"
_UNSAVED = ("history not saved", "history.db cannot be written")
"""In a warning: that something of the history is not on disk."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where commands run: a process that runs them, the gateway's URL, and the CA to trust."""

    tormentor: Tormentor
    url: str
    ca_file: str = ""

    def well(self, home: Path, *argv: str) -> Outcome:
        """How a command goes to which nothing is done; raises AssertionError where it does not."""
        folder = home.with_name(f"{home.name}-well")
        folder.mkdir(exist_ok=True)
        done = self.tormentor.run(Trial(argv, environ(home), str(folder)))
        assert done.code == 0, done
        shutil.rmtree(folder)
        return done


def environ(home: Path) -> dict[str, str]:
    """The whole environment of a command."""
    return {"RUSHES_HOME": str(home), "HOME": str(home), "STUDIO_API_KEY": KEY, "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command. `prepare` makes its home, `promises` yields what it said and did not keep.

    `fetches`: whether it is to save the film of OLD.
    """

    argv: tuple[str, ...]
    prepare: Callable[[Stage, Path], None]
    promises: Callable[[Outcome, Kept], Iterator[str]]
    fetches: bool = False

    def patient(self, timeout: str) -> tuple[str, ...]:
        """The same command with another time-out, where it has one."""
        return tuple(timeout if word == _TIMEOUT else word for word in self.argv)

    @property
    def name(self) -> str:
        """The command as a person would write it."""
        return " ".join(self.argv)


# -- homes ----------------------------------------------------------------------------------------


def watched(stage: Stage, home: Path) -> None:
    """A home that knows the gateway, and watches one task that was never asked about."""
    home.mkdir(mode=0o700, parents=True)
    config = home / "config.toml"
    config.touch(mode=0o600)
    table = {"dialect": "hiapi", "base_url": stage.url, "poll_interval": "0.2s"}
    tables: dict[str, object] = {"providers": {ACCOUNT: table}}
    if stage.ca_file:
        tables["network"] = {"ca_file": stage.ca_file}
    config.write_text(tomli_w.dumps(tables))
    stage.well(home, "add", ACCOUNT, OLD, "--label", FIRST)


def _with_one_that_runs(stage: Stage, home: Path) -> None:
    watched(stage, home)
    stage.well(home, "add", ACCOUNT, RUNNING)


def _seen_to_succeed(stage: Stage, home: Path) -> None:
    watched(stage, home)
    stage.well(home, "ls", "--poll")


def _begun(stage: Stage, home: Path) -> None:
    """The task has succeeded, and a third of its film is there already."""
    _seen_to_succeed(stage, home)
    task = Task(entry=Entry(ref=Ref(ACCOUNT, OLD), added=datetime(2026, 11, 22, tzinfo=UTC)))
    try:
        fetch_film(Paths.under(home).downloads, stage.url, task, FILM // 3)
    except RushesError:
        return
    raise AssertionError("nothing was cut")


def unsaved(done: Outcome) -> bool:
    """Whether a command said that not all of the history is on disk."""
    return any(words in done.err for words in _UNSAVED)


# -- promises -------------------------------------------------------------------------------------


def _added(done: Outcome, kept: Kept) -> Iterator[str]:
    said = f"{ACCOUNT}:{NEW}" in done.out
    if (said or done.code == 0) and kept.labels.get(NEW) != SECOND:
        yield f"lost: {NEW} was added"
    yield from _still_labelled(kept, FIRST)


def _labelled(done: Outcome, kept: Kept) -> Iterator[str]:
    yield from _still_labelled(kept, *((SECOND,) if done.code == 0 else (FIRST, SECOND)))


def _still_labelled(kept: Kept, *labels: str) -> Iterator[str]:
    if kept.labels.get(OLD) not in labels:
        yield f"lost: {OLD} had the label {labels}, not {kept.labels.get(OLD)}"


def _polled(done: Outcome, kept: Kept) -> Iterator[str]:
    """The task that runs was polled for the first time."""
    yield from _still_labelled(kept, FIRST)
    told = f"{ACCOUNT}:{RUNNING}\trunning" in done.out
    if told and not unsaved(done) and kept.statuses.get(RUNNING) != "running":
        yield f"lost: {RUNNING} was seen to run, and is {kept.statuses.get(RUNNING)}"


def _waited(done: Outcome, kept: Kept) -> Iterator[str]:
    yield from _still_labelled(kept, FIRST)
    if done.code == 0 and not unsaved(done) and kept.statuses.get(OLD) != "succeeded":
        yield f"lost: {OLD} was seen to succeed, and is {kept.statuses.get(OLD)}"


def _fetched(done: Outcome, kept: Kept) -> Iterator[str]:
    yield from _still_labelled(kept, FIRST)
    files = [Path(line) for line in done.out.splitlines() if line.endswith(".mp4")]
    for path in files:
        if not path.exists() or path.read_bytes() != film_of(OLD):
            yield f"lost: {path.name} was saved"
    if done.code == 0 and not files and not kept.saved.get(OLD):
        yield "lost: all was well, and no file is saved"
    if done.code == 0 and not unsaved(done) and not kept.saved.get(OLD):
        yield "lost: what was saved is not known"


def _waited_for_files(done: Outcome, kept: Kept) -> Iterator[str]:
    yield from _waited(done, kept)
    if done.code == 0 and not unsaved(done) and not kept.saved.get(OLD):
        yield "lost: what was saved is not known"


SCENARIOS = (
    Scenario(("add", ACCOUNT, NEW, "--label", SECOND), watched, _added),
    Scenario(("label", OLD, SECOND), _seen_to_succeed, _labelled),
    Scenario(("ls", "--poll"), _with_one_that_runs, _polled),
    Scenario(("wait", OLD, "--timeout", _TIMEOUT), watched, _waited),
    Scenario(("get", OLD), _begun, _fetched, fetches=True),
    Scenario(("wait", OLD, "--download", "--timeout", _TIMEOUT), watched, _waited_for_files, True),
)
