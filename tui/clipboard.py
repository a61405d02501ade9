"""The system's clipboard: terminals often swallow OSC 52 (tmux does by default)."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread

from watch.known_keys import without_keys

_TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)
"""Native tools, and the variable without which each is of no use."""

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
    """Hand `text` to the first native tool that takes it; whether one did. May take seconds."""
    for variable, argv in _TOOLS:
        if variable and not environ.get(variable):
            continue
        program = which(argv[0])
        if program is None:
            continue
        try:
            run([program, *argv[1:]], text.encode())
        except (OSError, subprocess.SubprocessError):
            continue
        return True
    return False


class Clipboard:
    """Hands texts to `copy` in threads; the one that was put last stays, however slow tools are."""

    def __init__(self, copy: Callable[[str], bool]) -> None:
        self._copy = copy
        self._text = ""
        self._turn = Lock()

    def put(self, text: str) -> None:
        """Have `text` copied soon."""
        self._text = text
        # A tool may hang, and must hold up neither a key press nor the end.
        Thread(target=self._hand_over, args=(text,), daemon=True).start()

    def _hand_over(self, text: str) -> None:
        # A thread that was held up must not put an older text in the place of a newer one.
        with self._turn:
            if text == self._text:
                self._copy(text)
