"""Tasks whose files are saved, and what stands in for the process that decodes."""

from dataclasses import dataclass, field
from pathlib import Path

from sample_tasks import output, task

from rushes.providers.model import Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.posters.formats import Format
from rushes.watch.posters.messages import Made
from rushes.watch.posters.poster import Media, PosterReason
from rushes.watch.task import Task

PNG = b"\x89PNG\r\n\x1a\n and so on"
JPEG = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x00\x00\x00 and so on\xff\xd9"
"""The beginning and the end of a JPEG of 3 by 2 pixels: as much as is looked at."""

MADE = Made(JPEG, 3, 2, Media(1920, 1080, 24.0, 5.0))


def saved_task(label: str, *files: Path, kinds: tuple[str, ...] = ()) -> Task:
    """A task whose outputs are saved as these files."""
    kinds = kinds or ("image",) * len(files)
    shot = task(label, Status.SUCCEEDED, outputs=tuple(map(output, kinds)))
    for n, file in enumerate(files, 1):
        size = file.stat().st_size if file.exists() else 0
        shot = shot.with_fetch(n, Fetch(state=OutputState.DOWNLOADED, path=file, done=size))
    return shot


@dataclass
class StubDecoding:
    """Makes the same poster of every file, but for those whose bytes `answers` has another for."""

    answers: dict[bytes, PosterReason] = field(default_factory=dict[bytes, PosterReason])
    asked: list[tuple[bytes, Format]] = field(default_factory=list[tuple[bytes, Format]])
    ended: int = 0
    closed: bool = False

    def decode(self, file: int, wanted: Format) -> Made | PosterReason:
        with open(file, "rb", closefd=False) as opened:
            data = opened.read()
        self.asked.append((data, wanted))
        return self.answers.get(data, MADE)

    def end(self) -> None:
        self.ended += 1

    def close(self) -> None:
        self.closed = True
