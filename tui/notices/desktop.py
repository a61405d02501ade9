"""Shows a notice on this machine's desktop, by the system's own tool."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path

from rushes.providers.text import clean
from rushes.tui.notices.sequences import BODY_BYTES, TITLE_BYTES
from rushes.watch.keys.known_keys import without_keys

SECONDS = 5.0
"""Seconds that the tool may take."""

_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)

_ESCAPED = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\\", "\\\\"))

Run = Callable[[Sequence[str]], None]


class NoDesktop(Enum):
    """Why nothing can be shown on a desktop; the value completes `not desktop:`."""

    NO_TOOL = "notify-send is not installed"
    NO_SESSION = "no session of a desktop runs here"
    REMOTE = "over ssh it would not be seen"


def run_tool(argv: Sequence[str]) -> None:
    """Run a tool. Raises OSError, or SubprocessError for a failure and after SECONDS."""
    subprocess.run(  # noqa: S603 - a fixed program, no shell
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without_keys(os.environ),
        start_new_session=True,
        timeout=SECONDS,
        check=True,
    )


class Desktop:
    """The tool that shows notices, if there is one, and whether somebody would see them."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        run: Run = run_tool,
        which: Callable[[str], str | None] = shutil.which,
        platform: str = sys.platform,
    ) -> None:
        self._environ = environ
        self._run = run
        self._is_mac = platform == "darwin"
        self._program = which("osascript" if self._is_mac else "notify-send")

    @property
    def name(self) -> str:
        """The tool's name."""
        return "osascript" if self._is_mac else "notify-send"

    @property
    def lack(self) -> NoDesktop | None:
        """Why nobody would see a notice; None where somebody would."""
        if self._program is None:
            return NoDesktop.NO_TOOL
        if self._environ.get("SSH_CONNECTION"):
            return NoDesktop.REMOTE
        return None if self._is_mac or self._has_session() else NoDesktop.NO_SESSION

    @property
    def has_tool(self) -> bool:
        """Whether the tool is there, whoever may see what it shows."""
        return self._program is not None

    def show(self, title: str, body: str) -> None:
        """Show a notice; blocks for up to SECONDS. Raises OSError and SubprocessError."""
        assert self._program is not None  # noqa: S101 - `has_tool` was asked
        title, body = clean(title, TITLE_BYTES), clean(body, BODY_BYTES)
        if self._is_mac:
            script = (word for line in _SCRIPT for word in ("-e", line))
            self._run([self._program, *script, title, body])
            return
        # What it hands over may be taken for markup there, and it reads backslashes itself.
        for sign, written in _ESCAPED:
            body = body.replace(sign, written)
        self._run([self._program, "--app-name=Rushes", "--", title, body])

    def _has_session(self) -> bool:
        """Whether there is a bus to send a notice by, and a screen to see it on."""
        environ = self._environ
        if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
            return False
        if environ.get("DBUS_SESSION_BUS_ADDRESS"):
            return True
        folder = environ.get("XDG_RUNTIME_DIR")
        return bool(folder) and Path(folder, "bus").exists()
