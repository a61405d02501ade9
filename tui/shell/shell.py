"""The surroundings of a command: environment, streams and clock; tests give their own."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.shell.stream import Stream
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.disk.paths import Paths
from rushes.watch.watchlist.text_encoding import decoded

if TYPE_CHECKING:
    from rushes.watch.config.settings import Settings

STDIN_LIMIT = 8 << 20
"""Bytes of stdin that are read at most."""


class BadUsage(RushesError):
    """A command line that argparse accepts, and that has no meaning all the same."""

    code = ErrorCode.USAGE


@frozen(kw_only=True)
class Shell:
    """The environment, the three streams (`stdin` None where it is closed) and the clock."""

    environ: Mapping[str, str]
    stdin: BinaryIO | None
    out: Stream
    err: Stream
    clock: Clock = field(default_factory=SystemClock)

    @property
    def paths(self) -> Paths:
        """Where this home's files are; raises NoHome."""
        return Paths.find(self.environ)

    def settings(self) -> "Settings":
        """The settings of config.toml. Their keys are hidden in all output from now on.

        Raises BadSettings and NoHome.
        """
        # Only now: a command that needs none is spared all that they are made of.
        from rushes.watch.config.settings import load
        from rushes.watch.keys.find import learn_at_hand
        from rushes.watch.keys.pasted import learn_used
        from rushes.watch.keys.remembered import used_keys

        settings = load(self.paths.config, self.environ)
        learn_at_hand((each.key for each in settings.accounts.values()), self.environ)
        learn_used(used_keys(self.paths.state))
        return settings

    @property
    def may_share(self) -> bool:
        """Whether there may be a team's store; a home that has none loads nothing to know it."""
        if self.environ.get("RUSHES_STORE"):
            return True
        with suppress(OSError):
            return b"store" in self.paths.config.read_bytes()
        return False

    @property
    def piped(self) -> bool:
        """Whether stdin is a pipe or a file, so that a command may read it unasked.

        A terminal and the null device are neither; nor is a stdin that is closed.
        """
        if self.stdin is None or self.stdin.isatty():
            return False
        try:
            return not stat.S_ISCHR(os.fstat(self.stdin.fileno()).st_mode)
        except OSError:
            return True  # in memory, so somebody put it there

    @property
    def has_screen(self) -> bool:
        """Whether stdin and stdout are terminals that a dashboard can be drawn on.

        `TEXTUAL_DRIVER` is set by who serves it to a browser.
        """
        if self.environ.get("TEXTUAL_DRIVER"):
            return True
        at_keyboard = self.stdin is not None and self.stdin.isatty()
        can_draw = self.environ.get("TERM", "dumb") != "dumb"
        return self.out.is_terminal and at_keyboard and can_draw

    def read_bytes(self) -> bytes:
        """All of stdin, empty where it is closed; raises BadUsage for more than STDIN_LIMIT."""
        data = self.stdin.read(STDIN_LIMIT + 1) if self.stdin is not None else b""
        if len(data) > STDIN_LIMIT:
            raise BadUsage(
                _("stdin holds more than {stdin_limit} bytes").format(stdin_limit=STDIN_LIMIT)
            )
        return data

    def read_text(self) -> str:
        """All of stdin as text; raises BadUsage for more than STDIN_LIMIT."""
        return decoded(self.read_bytes())

    def tell(self, text: str) -> None:
        """Narrate one line on stderr."""
        self.err.line(text)
        self.err.flush()
