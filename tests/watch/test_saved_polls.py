"""The figure of polls that learned intervals saved, as it is kept (`polling/saved_polls.py`)."""

from pathlib import Path

import pytest
from manual_clock import ManualClock

from rushes.providers.secret import Secret
from rushes.watch.disk.state_file import read_state
from rushes.watch.keys.find import KEYRING, Key
from rushes.watch.keys.remembered import in_keyring, note
from rushes.watch.polling.pollers import Pollers
from rushes.watch.polling.saved_polls import EVERY, SavedPolls, saved_polls


class Counting(Pollers):
    """Pollers that saved what a test says."""

    def __init__(self) -> None:
        self.counts: dict[str, float] = {}

    def saved(self) -> dict[str, float]:
        return dict(self.counts)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.toml"


async def test_what_each_process_saved_is_added_up(state: Path, clock: ManualClock) -> None:
    first, second = Counting(), Counting()
    ones, twos = (SavedPolls(state, pollers, clock) for pollers in (first, second))
    first.counts = {"gptge": 10.7, "hiapi": 0.4}
    await ones.note()
    second.counts = {"gptge": 5.0}
    await twos.note()
    first.counts = {"gptge": 12.2, "hiapi": 0.9}
    await ones.note()
    await ones.note()
    assert saved_polls(state) == {"gptge": 17}


async def test_it_is_written_now_and_then_and_beside_what_else_is_kept(
    state: Path, clock: ManualClock
) -> None:
    note(state, "hiapi", Key(Secret("a-secret-key"), KEYRING, "", asked_for=True))
    pollers = Counting()
    saved = SavedPolls(state, pollers, clock)
    pollers.counts = {"gptge": 3.0}
    await saved.look()
    assert "polls_saved" not in read_state(state)
    await clock.advance(EVERY)
    await saved.look()
    assert saved_polls(state) == {"gptge": 3}
    assert in_keyring(state) == {"hiapi"}


@pytest.mark.parametrize(
    "text", ["polls_saved = 7", '[polls_saved]\ngptge = "7"\nhiapi = -1\nttapi = true', "[", ""]
)
def test_what_is_no_figure_is_none(state: Path, text: str) -> None:
    state.write_text(text)
    assert saved_polls(state) == {}


async def test_nothing_is_lost_by_a_folder_that_cannot_be_written(
    tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "file").touch()
    pollers = Counting()
    pollers.counts = {"gptge": 3.0}
    saved = SavedPolls(tmp_path / "file" / "state.toml", pollers, clock)
    await saved.note()
    (tmp_path / "file").unlink()
    await saved.note()
    assert saved_polls(tmp_path / "file" / "state.toml") == {"gptge": 3}
