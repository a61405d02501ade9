"""Commands that are started while the home's disk is full (row 80): all is shown and polled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from full_disk import Outcome, can_mount, outcomes

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

OVER, RUNNING = "opening shot", "neon alley"
UNSAVED = "warning: history not saved: "
NO_ROOM = f"{UNSAVED}no space left"
Run = Callable[..., list[Outcome]]
pytestmark = pytest.mark.sampled(1)
"""Either kind of a full disk."""


@pytest.fixture(params=["mounted", "limited"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What fills the home's disk: a file system of its own, or the process's limit."""
    if request.param == "mounted" and not can_mount(tmp_path):
        pytest.skip("no mount namespace of our own here")
    return str(request.param)


@pytest.fixture
def run(disk: str, staged: Rushes) -> Run:
    """Run commands in the staged home, whose disk is full."""

    def run(*commands: str) -> list[Outcome]:
        argvs = [command.split() for command in commands]
        environ = staged.process_environ()
        return outcomes(staged.home, environ, argvs, mounted=disk == "mounted")

    return run


@pytest.fixture
def watched(staged: Rushes, play: Play) -> Rushes:
    """A home with a task that is over, and one that runs."""
    play.offset = 60
    staged.watch(play.ref(OVER), play.ref(RUNNING))
    assert staged("ls", "--poll").code == 0
    return staged


def warnings(outcome: Outcome) -> list[str]:
    return [line for line in outcome.err.splitlines() if line.startswith(UNSAVED)]


def ids(play: Play, *labels: str) -> list[str]:
    return [play.ref(label).partition(":")[2] for label in labels]


def test_commands_that_read_show_all_that_is_known_with_one_warning(
    watched: Rushes, play: Play, run: Run, disk: str
) -> None:
    ref = play.ref(OVER)
    commands = ["ls", "ls --json", "export", f"show {ref}", f"show --raw {ref}", "verify"]
    done = dict(zip(commands, run(*commands), strict=True))
    for command, outcome in done.items():
        assert outcome.code == 0, (command, outcome)
        (warning,) = warnings(outcome)
        assert warning == NO_ROOM if disk == "mounted" else warning.startswith(UNSAVED)
    for command in ("ls", "ls --json", "export"):
        assert all(known in done[command].out for known in ids(play, OVER, RUNNING))
        assert all(known in done[command].out for known in ("succeeded", "running"))
    assert "succeeded" in done[f"show {ref}"].out


def test_commands_that_ask_poll_on_and_a_file_is_saved_on_another_disk(
    watched: Rushes, play: Play, run: Run, disk: str, tmp_path: Path
) -> None:
    play.offset = 400
    over, films = play.ref(OVER), tmp_path / "films"
    commands = f"wait {play.ref(RUNNING)}", "ls --poll", f"get {over} --dir {films}"
    waited, polled, got = run(*commands)
    assert (waited.code, polled.code) == (0, 0)
    assert "succeeded" in waited.out
    assert polled.out.count("succeeded") == 2
    assert [len(warnings(outcome)) for outcome in (waited, polled, got)] == [1, 1, 1]
    if disk == "mounted":  # the limit is no other one's on another disk
        assert got.code == 0
        saved = [Path(line) for line in got.out.splitlines()]
        assert saved
        assert all(path.stat().st_size and films in path.parents for path in saved)


def test_commands_without_history_do_what_they_always_do(watched: Rushes, run: Run) -> None:
    for outcome in run("watchlists", "info", "config check", "providers"):
        assert outcome.code == 0
        assert outcome.out
        assert len(warnings(outcome)) <= 1


def test_what_cannot_be_saved_is_refused_and_named(watched: Rushes, play: Play, run: Run) -> None:
    new, known = "hiapi:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR", play.ref(OVER)
    for outcome in run(f"add {new}", f"label {known} first", f"tag {known} good", f"rm {known}"):
        assert outcome.code == 3
        path = watched.home / "watchlists" / "default.toml"
        assert f"rushes: cannot save {path}: " in outcome.err
        assert "Traceback" not in outcome.err


def test_without_a_history_tasks_are_polled_and_shown_all_the_same(
    staged: Rushes, play: Play, run: Run
) -> None:
    play.offset = 60
    staged.watch(play.ref(OVER), play.ref(RUNNING))
    for found in staged.home.glob("history.db*"):
        found.unlink()
    listed, polled = run("ls", "ls --poll")
    assert (listed.code, listed.err) == (0, "")
    assert (polled.code, len(warnings(polled))) == (0, 1)
    assert "succeeded" in polled.out
