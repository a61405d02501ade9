"""Fetches films into a bucket in forks that are killed: at a call of the bucket, or after a time.

A line of JSON on stdin is a `Life`; its exit code is printed once it has ended, -9 where it was
killed. What it noted of its outputs is in a file, which stands for history.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from download_rig import DownloadRig
from waiting import PATIENCE

from rushes.watch.asset import Fetch, OutputState
from rushes.watch.bucket.place import Place, read_place
from rushes.watch.bucket.store import Bucket, open_bucket
from rushes.watch.downloads import putting as putting_module
from rushes.watch.downloads.destinations import SavedOutput
from rushes.watch.downloads.putting import ONE_REQUEST, Putting
from rushes.watch.network.trust import trust
from rushes.watch.task import Ref

CALLS = ("create", "size", "put", "sha256")
"""What a bucket is asked to do."""


@dataclass(frozen=True)
class Life:
    """The films `names` of a gateway are to be put below `place`.

    It is killed when `event` happens for the `nth` time, any event where that is "", or `after`
    seconds; not at all without either.
    """

    folder: str
    gateway: str
    place: str
    names: tuple[str, ...] = ("a",)
    one_request: int = ONE_REQUEST
    event: str = ""
    nth: int = 0
    after: float = 0.0

    @property
    def noted(self) -> Path:
        """The file in which is noted, by their names, what was saved and where."""
        return Path(self.folder).with_suffix(".noted")

    def saved(self) -> dict[str, str]:
        """The objects of the films that were noted."""
        if not self.noted.exists():
            return {}
        return dict(json.loads(line) for line in self.noted.read_text().splitlines())


def putting(
    folder: Path,
    place: str,
    *,
    reads_back: bool = True,
    one_request: int = ONE_REQUEST,
    opened: Callable[[Place], Bucket] = open_bucket,
) -> Putting:
    return Putting(
        read_place(place),
        folder,
        lambda _job, _saved, _name: None,
        reads_back=reads_back,
        one_request=one_request,
        opened=opened,
    )


class Killed:
    """Lives, each in a fork of one warm process."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def live(self, life: Life) -> bool:
        """Whether that life was killed; else it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        return code != 0


class _Told(list[tuple[Ref, int, Fetch | None]]):
    """Notes what is saved, as history does, and has the staged file removed then."""

    def __init__(self, life: Life, happens: "_Events") -> None:
        self._life, self._happens = life, happens
        self.rig: DownloadRig

    def append(self, told: tuple[Ref, int, Fetch | None], /) -> None:
        super().append(told)
        ref, _, fetch = told
        if fetch is None or fetch.state is not OutputState.DOWNLOADED:
            return
        with self._life.noted.open("a") as file:
            file.write(json.dumps([ref.id, fetch.url]) + "\n")
        self._happens("noted")
        self.settle(ref.id)
        self._happens("let go")

    def settle(self, name: str) -> None:
        self.rig.destinations.settle([SavedOutput(Ref("gptge", name), 1, None)])


class _Events:
    """Counts what happens, and kills the process when it is time."""

    def __init__(self, life: Life) -> None:
        self._life, self._seen = life, 0

    def __call__(self, event: str) -> None:
        if self._life.event in ("", event):
            self._seen += 1
            if self._seen == self._life.nth:
                os.kill(os.getpid(), signal.SIGKILL)

    def follow(self, call: str) -> None:
        """Have it happen before and after each such call of a bucket."""
        real = getattr(Bucket, call)

        async def counted(bucket: Bucket, *given: Any) -> object:
            self(f"before {call}")
            found = await real(bucket, *given)
            self(f"after {call}")
            return found

        setattr(Bucket, call, counted)


async def _live(life: Life) -> None:
    happens = _Events(life)
    for call in CALLS:
        happens.follow(call)
    if life.after:
        kill = threading.Timer(life.after, os.kill, (os.getpid(), signal.SIGKILL))
        kill.daemon = True
        kill.start()
    folder, told = Path(life.folder), _Told(life, happens)
    rig = DownloadRig(
        folder,
        life.gateway,
        told=told,
        putting=putting(folder, life.place, one_request=life.one_request),
    )
    told.rig = rig
    before = life.saved()
    for name in before:
        told.settle(name)
    for name in life.names:
        if name not in before:
            rig.downloads.queue(replace(rig.job(name), name="shot"))
    async with asyncio.timeout(PATIENCE):
        await rig.downloads.settled()


def _main() -> None:
    trust()
    # What two put at once under one name is the store's affair, and the stand-in's is not held to.
    putting_module.AT_A_TIME = 1
    for line in sys.stdin:
        given: dict[str, Any] = json.loads(line)
        given["names"] = tuple(given["names"])
        child = os.fork()
        if child == 0:
            asyncio.run(_live(Life(**given)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _main()
