"""kill -9 on the way from a link to a bucket, at any step and any moment (reliability.md, row 305).

A few kills in the suite; 200, for the figure, with `RUSHES_WHOLE=1`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from mp4_files import film
from object_stores import Store, moto, store
from putting_child import Killed, Life
from sampling import rounds

from rushes.watch.bucket.place import read_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene

__all__ = ["moto", "store"]

KILLS = rounds(3, 200)
ONE_REQUEST = 5_500_000
FILMS = {"a": film(90_000, seed=1), "b": film(90_000, seed=2), "c": film(ONE_REQUEST + 1, seed=3)}
"""Three films of one name; the library puts the last in two parts."""
TAKEN = b"another's"


def test_no_kill_leaves_half_an_object_replaces_one_or_has_a_whole_file_fetched_again(
    loopback: Loopback,
    store: Store,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    loopback.play(_scene(loopback))
    store.keep_versions()
    chance, kills, rounds, again = Random(305), 0, 0, 0
    with Killed() as lives:
        while kills < KILLS:
            rounds += 1
            place, folder = f"{rounds}", tmp_path / str(rounds) / "staging"
            taken = f"{place}/gptge/shot/video-1.mp4"
            store.write(taken, TAKEN)
            life = Life(
                str(folder),
                f"{loopback.url}/{rounds}",
                str(store.place(place)),
                tuple(FILMS),
                ONE_REQUEST,
            )
            for _ in range(chance.randrange(1, 5)):
                whole, asked = _whole(life), len(loopback.heard)
                kills += lives.live(_killed(life, chance))
                again += sum(_name(heard) in whole for heard in loopback.heard[asked:])
            whole, asked = _whole(life), len(loopback.heard)
            assert not lives.live(life)
            again += sum(_name(heard) in whole for heard in loopback.heard[asked:])
            _check(store, life, place, taken)
            assert not [path.name for path in folder.rglob("*") if path.is_file()]
    record_property("kills", kills)
    record_property("rounds", rounds)
    record_property("whole files that were fetched again", again)
    record_property("uploads in parts that were left", store.uploads())
    assert again == 0


def _killed(life: Life, chance: Random) -> Life:
    """The same with a moment at which it is killed: one of its steps, or any at all."""
    if chance.random() < 0.7:
        return replace(life, nth=chance.randrange(1, 32))
    return replace(life, after=chance.uniform(0.01, 0.4))


def _scene(loopback: Loopback) -> Callable[[Heard], Scene]:
    def scene(heard: Heard) -> Scene:
        data, wanted = FILMS[_name(heard)], heard.headers.get("range")
        if wanted is None:
            yield loopback.answer(200, data, ETag='"v1"')
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        rest = f"bytes {start}-{len(data) - 1}/{len(data)}"
        yield loopback.answer(206, data[start:], ETag='"v1"', Content_Range=rest)

    return scene


def _name(heard: Heard) -> str:
    return heard.target.rpartition("/")[2]


def _whole(life: Life) -> set[str]:
    """The films that need not be asked for again: noted, or whole in the staging folder."""
    whole = set(life.saved())
    for side in Path(life.folder).glob("*.part.json"):
        told = json.loads(side.read_text())
        part = side.with_name(side.name.removesuffix(".json"))
        named = told.get("named")
        if named and (
            (Path(life.folder) / named["path"]).exists()
            or (part.exists() and part.stat().st_size == named["size"])
        ):
            whole.add(told["task"].rpartition(":")[2])
    return whole


def _check(store: Store, life: Life, place: str, taken: str) -> None:
    """Each film is one whole object, and no object was ever put over another."""
    keys = {name: read_place(url).key for name, url in life.saved().items()}
    assert keys.keys() == FILMS.keys()
    assert {name: store.read(key) for name, key in keys.items()} == FILMS
    assert store.read(taken) == TAKEN
    assert sorted(store.versions(f"{place}/")) == sorted(
        [f"{place}/.rushes-probe", taken, *keys.values()]
    )
