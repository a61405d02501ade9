"""Opens a file, a folder or a link in the system's program for it, without shell or terminal.

A file's type is checked again first: only pictures, films and sounds are handed to another program
(reliability.md S7). For any other file its folder is opened.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

from rushes.providers.language import _, catalogued
from rushes.watch.keys.known_keys import without_keys

_FOLDER_INSTEAD = catalogued("not a picture, a film or a sound, so its folder is opened")

SOON = 3.0
"""Seconds within which an opener that fails is taken to have opened nothing."""

Failed = Callable[[int], object]
"""Is told the exit code, in a thread of its own."""

Spawn = Callable[[Sequence[str], Failed], None]


def spawn_detached(argv: Sequence[str], failed: Failed) -> None:
    """Start a program that neither reads nor writes our terminal and outlives us.

    `failed` is called if it ends with a failure within `SOON`. Raises OSError if it cannot be
    started.
    """
    process = subprocess.Popen(  # noqa: S603 - a fixed program and one argument, no shell
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without_keys(os.environ),
        start_new_session=True,
    )
    Thread(target=_follow, args=(process, failed), daemon=True).start()


def _follow(process: subprocess.Popen[bytes], failed: Failed) -> None:
    try:
        code = process.wait(SOON)
    except subprocess.TimeoutExpired:
        # What it opened may run on in it: that end is nobody's news, but has to be noted.
        process.wait()
        return
    if code:
        failed(code)


def _is_playable(path: Path) -> bool:
    """Whether a file's bytes are a picture, a film or a sound; raises OSError."""
    with path.open("rb") as file:
        from rushes.providers.media import recognised

        media = recognised(lambda at, count: os.pread(file.fileno(), count, at))
    return media is not None and media.playable


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

    def path(self, path: Path, failed: Callable[[str], object]) -> str:
        """Open a picture, a film, a sound or a folder; empty, or what was done instead and why.

        Of another file the folder is opened. `failed` is told why not afterwards, in another
        thread and within `SOON`.
        """
        target = path.absolute()
        try:
            if target.is_dir() or _is_playable(target):
                return self._start(str(target), failed)
        except OSError:
            return _("it is not there any more")
        return self._start(str(target.parent), failed) or _(_FOLDER_INSTEAD)

    def url(self, url: str, failed: Callable[[str], object]) -> str:
        """Open an http(s) link; the same."""
        if not url.lower().startswith(("https://", "http://")):
            return _("not a link that a browser opens")
        return self._start(url, failed)

    def _start(self, target: str, failed: Callable[[str], object]) -> str:
        if self._program is None:
            return _("no program to open it with")
        name = Path(self._program).name
        try:
            self._spawn(
                [self._program, target],
                lambda code: failed(
                    _("{name} could not open it (exit code {code})").format(name=name, code=code)
                ),
            )
        except OSError as error:
            return _("cannot start {program}: {strerror}").format(
                program=self._program, strerror=error.strerror
            )
        return ""
