"""Copies by the system's own tools, as terminals often ignore OSC 52 (tmux 3.3a by default)."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread

from rushes.watch.keys.known_keys import without_keys

_TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)
"""Native tools, and the variable without which each is of no use."""

_TMUX = ("tmux", "load-buffer", "-w", "-")
"""Has tmux itself set its client's clipboard, whatever its option `set-clipboard` says (3.2 on)."""

Feed = Callable[[Sequence[str], bytes], None]


def feed(argv: Sequence[str], data: bytes) -> None:
    """Run a clipboard tool on `data`. Raises OSError, or SubprocessError after two seconds."""
    subprocess.run(  # noqa: S603 - a fixed program, no shell
        list(argv),
        input=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without_keys(os.environ),
        start_new_session=True,
        timeout=2,
        check=True,
    )


def copy_natively(
    text: str,
    environ: Mapping[str, str],
    *,
    run: Feed = feed,
    which: Callable[[str], str | None] = shutil.which,
) -> bool:
    """Hand `text` to the first native tool that takes it, and to tmux; return whether any did.

    Both, because tmux may have been started on another display than its client's. It may take
    seconds.
    """

    def taken(argv: Sequence[str]) -> bool:
        program = which(argv[0])
        try:
            if program is not None:
                run([program, *argv[1:]], text.encode())
        except (OSError, subprocess.SubprocessError):
            return False
        return program is not None

    by_tmux = bool(environ.get("TMUX")) and taken(_TMUX)
    tools = (argv for variable, argv in _TOOLS if not variable or environ.get(variable))
    return any(map(taken, tools)) or by_tmux


class Clipboard:
    """Calls `copy` in threads; the last text stays in the clipboard, however slow the tools are."""

    def __init__(self, copy: Callable[[str], bool]) -> None:
        self._copy = copy
        self._text = ""
        self._turn = Lock()

    def put(self, text: str, told: Callable[[bool], object]) -> None:
        """Have `text` copied soon; `told` hears, on a thread, whether a tool took it."""
        self._text = text
        # A tool may hang, and must hold up neither a key press nor the end.
        Thread(target=self._hand_over, args=(text, told), daemon=True).start()

    def _hand_over(self, text: str, told: Callable[[bool], object]) -> None:
        # A thread that was held up must not put an older text in the place of a newer one.
        with self._turn:
            if text == self._text:
                told(self._copy(text))
