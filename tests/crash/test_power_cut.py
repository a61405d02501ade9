"""The power goes at any moment of a save, and what was not synced is not there (row 52).

What is recorded are the calls of `os`; `tests/support/power_cut.py` says what is then assumed.
History is left out: SQLite syncs by itself.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from unittest.mock import Mock, patch

import pytest
from fs_recording import Tape, recorded
from mp4_files import film
from unsafe_writes import forgotten, in_place, unsynced

from rushes.providers.errors import RushesError
from rushes.watch.task import Entry, Ref
from rushes.watch.transfer.part import open_part
from rushes.watch.transfer.side_file import Origins
from rushes.watch.transfer.validators import Version
from rushes.watch.watchlist import saved
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import load

ADDED = datetime(2026, 11, 22, 12, tzinfo=UTC)
Write = Callable[[Path, bytes], None]


def laid_out(tape: Tape, folder: Path) -> Iterator[tuple[int, Path]]:
    """Everything a power cut could leave, as a folder, with how many saves had returned."""
    # What is done to a copy from here on need not outlive anything.
    with patch.object(os, "fsync", Mock()):
        for number, left in enumerate(tape.power_cuts()):
            root = left.lay_out(folder / str(number))
            yield left.promised, root
            shutil.rmtree(root)


def wrong_lists(tmp_path: Path, edits: int = 3) -> Counter[str]:
    """Edit a list in a new home, cut the power everywhere, and count what is found by its kind."""
    home, name = tmp_path / "home", "watchlists/default.toml"
    home.mkdir()
    first, second = (Entry(ref=Ref("hiapi", task_id), added=ADDED) for task_id in ("a", "b"))
    with recorded(home) as tape:
        file = WatchlistFile(home / name)
        every: tuple[Callable[[], object], ...] = (
            lambda: file.add([first]),
            lambda: file.add([second]),
            lambda: file.remove([first.ref]),
        )
        for edit in every[:edits]:
            edit()
            tape.promise()
    held = [(), (first,), (first, second), (second,), (second,)]
    found = Counter[str]()
    for promised, root in laid_out(tape, tmp_path):
        try:
            there = load(root / name).entries
            WatchlistFile(root / name).add([Entry(ref=Ref("hiapi", "after"), added=ADDED)])
        except RushesError:
            found["broken"] += 1
        else:
            whole = there in held[promised : promised + 2]
            found["whole" if whole else "lost"] += 1
    return found


def test_a_list_is_the_old_one_or_the_new_and_every_edit_that_returned_is_in_it(
    tmp_path: Path,
) -> None:
    found = wrong_lists(tmp_path)
    print(f"\nwatchlist after power cuts: {dict(found)}")
    assert found.keys() == {"whole"}


def wrong_films(tmp_path: Path) -> Counter[str]:
    """Fetch half a film, begin it anew in another version, save it, and cut the power everywhere.

    What is found is whole under its final name, or a part whose bytes are what its side file says.
    """
    home, stem, name = tmp_path / "home", PurePosixPath("hiapi/shot/video-1"), "video-1.12345678"
    home.mkdir()
    films = {f'"v{n}"': film(3_000, seed=n) for n in (1, 2)}
    with recorded(home) as tape:
        for etag, body in films.items():
            with open_part(home / "downloads", stem.parts[:-1], name) as part:
                part.restart(of_version(etag))
                for start in range(0, len(body) // 2, 500):
                    part.write(body[start : start + 500])
        with open_part(home / "downloads", stem.parts[:-1], name) as part:
            part.write(films['"v2"'][part.size :])
            part.publish(["video-1.mp4", "video-1-2.mp4"])
            tape.promise()
    found = Counter[str]()
    for promised, root in laid_out(tape, tmp_path):
        final = root / "downloads" / stem.with_name("video-1.mp4")
        if final.exists():
            found["final" if final.read_bytes() == films['"v2"'] else "broken"] += 1
        elif promised:
            found["lost"] += 1
        with open_part(root / "downloads", stem.parts[:-1], name) as part:
            body = films.get(part.origins.version.etag or "", b"") if part.origins else None
            if body is not None:
                found["resumed" if part.head(part.size) == body[: part.size] else "mixed"] += 1
    return found


def of_version(etag: str) -> Origins:
    return Origins("https://cdn.example/film", "hiapi:tk-1", 1, Version(etag, 3_000))


@pytest.mark.parametrize("beside", [False, True], ids=["one thread", "synced beside"])
def test_a_film_is_whole_or_a_part_that_is_what_its_side_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    if beside:
        monkeypatch.setattr("rushes.watch.transfer.part.BESIDE_FROM", 1)
        monkeypatch.setattr("rushes.watch.transfer.part.SYNC_EVERY", 700)
    found = wrong_films(tmp_path)
    print(f"\nfilm after power cuts: {dict(found)}")
    assert found.keys() == {"final", "resumed"}


@pytest.mark.parametrize(
    ("write", "caught"), [(in_place, "broken"), (unsynced, "lost"), (forgotten, "lost")]
)
def test_the_same_power_cuts_catch_a_careless_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write, caught: str
) -> None:
    monkeypatch.setattr(saved, "atomic_write", write)
    found = wrong_lists(tmp_path, edits=1)
    print(f"\n{write.__name__} after power cuts: {dict(found)}")
    assert found[caught]
