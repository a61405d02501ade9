"""Takes for tests of the dailies: saved, on their way, failed; and pictures for them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sample_tasks import START, output, saved, task

from rushes.providers.model import Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.posters.poster import Media, Poster, PosterState
from rushes.watch.ratings import Rating
from rushes.watch.reasons import Told
from rushes.watch.task import Task

CUT_OFF = Fetch(state=OutputState.FAILED, reasons=(Told("the file is cut off"),))


def take(
    name: str,
    *,
    rating: int | None = None,
    ended: float = 60,
    kinds: tuple[str, ...] = ("video",),
    fetches: Mapping[int, Fetch] | None = None,
    tags: tuple[str, ...] = (),
    model: str = "happyhorse-1-0",
) -> Task:
    """A take that ended so many seconds before the start; its first output may have a rating."""
    made = task(
        name,
        Status.SUCCEEDED,
        started=ended + 80,
        finished=ended,
        outputs=tuple(output(kind) for kind in kinds),
        fetches={1: saved(Path(f"/films/{name}.mp4"))} if fetches is None else fetches,
        tags=tags,
        model=model,
    )
    return made if rating is None else replace(made, ratings={1: Rating(rating, START)})


def poster(path: Path, *, width: int = 320, height: int = 180) -> Poster:
    """A poster in that file, of a film of five seconds."""
    media = Media(480, 270, 24.0, 5.0)
    return Poster(state=PosterState.READY, path=path, width=width, height=height, media=media)
