"""Pictures of tasks for a page that holds all of itself, as data: links.

They are the posters of `watch/posters`, where what makes these is installed; else saved pictures
that are small as they are.
"""

from base64 import b64encode

from rushes.providers.media import of_bytes, recognised
from rushes.watch.asset import OutputState
from rushes.watch.disk.cache_file import read_cache
from rushes.watch.disk.tomlfile import BadFile, read_bytes
from rushes.watch.posters.poster import PosterReason
from rushes.watch.posters.source import best_outputs, source_of
from rushes.watch.posters.workshop import Workshop
from rushes.watch.task import Task

LARGEST = 400 << 10
"""Bytes of one picture at most."""

MOST = 16 << 20
"""Bytes of all pictures of a page together at most."""

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})
"""Types that every browser draws and that hold no script."""


class PagePictures:
    """Gives out pictures until the page has as many bytes of them as it may have."""

    def __init__(self, workshop: Workshop | None, most: int = MOST) -> None:
        """`workshop` makes posters; None where it cannot."""
        self._workshop = workshop
        self._left = most

    def of(self, task: Task) -> str | None:
        """A picture of the task as a data: link; None where there is none that is small enough."""
        limit = min(LARGEST, self._left)
        body = self._poster(task, limit) or self._saved(task, limit)
        media = recognised(of_bytes(body)) if body else None
        if body is None or media is None or media.media_type not in SHOWN:
            return None
        self._left -= len(body)
        return f"data:{media.media_type};base64,{b64encode(body).decode()}"

    def _poster(self, task: Task, limit: int) -> bytes | None:
        if self._workshop is None:
            return None
        for n in best_outputs(task):
            source = source_of(task, n)
            if isinstance(source, PosterReason):
                continue
            poster = self._workshop.found([source])[0] or self._workshop.made(source)
            if poster.path is not None:
                return read_cache(poster.path, limit)
        return None

    @staticmethod
    def _saved(task: Task, limit: int) -> bytes | None:
        """The first saved picture that is so small; a film is not read."""
        outputs = task.snapshot.outputs if task.snapshot else ()
        for n, fetch in sorted(task.fetches.items()):
            is_film = n <= len(outputs) and outputs[n - 1].kind in ("video", "audio")
            is_saved = fetch.state is OutputState.DOWNLOADED and fetch.done <= limit
            if fetch.path is None or is_film or not is_saved:
                continue
            try:
                file = read_bytes(fetch.path, limit)
            except BadFile:
                continue  # larger by now, or no file any more
            media = recognised(of_bytes(file.body)) if file is not None else None
            if file is not None and media is not None and media.media_type in SHOWN:
                return file.body
        return None
