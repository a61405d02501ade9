"""Fetching a film of `film_server` as the program does: a transfer, then its sidecar."""

from datetime import UTC, datetime
from pathlib import Path

from film_server import FILM
from waiting import PATIENCE

from rushes.providers.errors import RushesError
from rushes.providers.model import Link, Output
from rushes.tui.lines.reason_words import reason_words, reasons_words
from rushes.watch.asset import Asset, OutputState
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import is_begun, settle
from rushes.watch.transfer.sidecar import write_sidecar
from rushes.watch.transfer.transfer import Remote, Transfer

_LIMITS = Limits(tries=1, window=PATIENCE, spare=0)


def is_noted(folder: Path, ref: Ref) -> bool:
    """Whether a film is there, and nothing of its download is left."""
    path = folder / ref.provider / ref.id / "video-1.mp4"
    return path.exists() and not is_begun(folder, part_of(ref, 1))


def settle_film(folder: Path, ref: Ref) -> None:
    """What the program does once history has the film: its side file goes."""
    path = folder / ref.provider / ref.id / "video-1.mp4"
    if path.exists():
        settle(folder, part_of(ref, 1), path)


def fetch_film(folder: Path, films: str, task: Task, most: int = FILM) -> None:
    """Fetch the film of `task` into a download folder, from the server at the URL `mp4_files`.

    Raises RushesError: where it sends `most` bytes only, these are kept for another time.
    """
    url = f"{films}/{task.ref.id}?most={most}"
    output = Output(kind="video", where=Link(url))
    job = Job(ref=task.ref, n=1, output=output, name=task.ref.id, expires_at=None)
    destinations = Destinations(folder, "{provider}/{name}/{kind}-{n}{ext}")
    saved = Transfer(destinations.request(job, Remote(url, films)), limits=_LIMITS).run()
    asset = Asset(
        n=1,
        output=output,
        state=OutputState.DOWNLOADED,
        expires_at=None,
        basis=None,
        fetch=None,
    )
    now = datetime.now(UTC)
    if trouble := write_sidecar(folder, task, asset, saved, now, reasons_words):
        raise RushesError(reason_words(trouble))
