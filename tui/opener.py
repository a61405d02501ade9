"""Opening a file, a folder or a link in its own program: no shell, no terminal, no waiting.

A file is looked at again before it is opened: only the media types that Rushes saves are handed to
another program (reliability.md S7).
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

from watch.media import HEAD, sniff

Spawn = Callable[[Sequence[str]], None]


def spawn_detached(argv: Sequence[str]) -> None:
    """Start a program that neither reads nor writes our terminal and outlives us.

    Raises OSError if it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - a fixed program and one argument, no shell
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody has to take note of its end.
    Thread(target=process.wait, daemon=True).start()


class Opener:
    """The system's own opener, if there is one."""

    def __init__(
        self,
        *,
        spawn: Spawn = spawn_detached,
        which: Callable[[str], str | None] = shutil.which,
        platform: str = sys.platform,
    ) -> None:
        self._spawn = spawn
        self._program = which("open" if platform == "darwin" else "xdg-open")

    def path(self, path: Path) -> str:
        """Open a media file or a folder; empty, or why not."""
        target = path.absolute()
        try:
            if not target.is_dir():
                with target.open("rb") as file:
                    if sniff(file.read(HEAD)) is None:
                        return "not a media file any more, so it is not opened"
        except OSError:
            return "it is not there any more"
        return self._start(str(target))

    def url(self, url: str) -> str:
        """Open an http(s) link; empty, or why not."""
        if not url.lower().startswith(("https://", "http://")):
            return "not a link that a browser opens"
        return self._start(url)

    def _start(self, target: str) -> str:
        if self._program is None:
            return "no program to open it with"
        try:
            self._spawn([self._program, target])
        except OSError as error:
            return f"cannot start {self._program}: {error.strerror}"
        return ""
