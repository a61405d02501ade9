"""stdout and stderr, whatever they are: a terminal, a pipe, a file, in any encoding."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.tui.shell.wide_text import cells


class CannotWrite(RushesError):
    """stdout cannot be written, as on a full disk. A closed pipe is BrokenPipeError instead."""

    code = ErrorCode.CANNOT_WRITE


def wants_colour(environ: Mapping[str, str], is_terminal: bool) -> bool:
    """Whether to colour: NO_COLOR forbids, FORCE_COLOR demands, else a terminal that can."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") != "0":
        return True
    return is_terminal and environ.get("TERM", "dumb") != "dumb"


class Stream:
    """stdout or stderr. A character that its encoding lacks is written as an escape (M14).

    `must_write`: what cannot be written is CannotWrite, else it is let go, as a full disk does not
    take it: what is told beside the output changes nothing of what a command does.
    """

    def __init__(
        self, file: TextIOWrapper, environ: Mapping[str, str], *, must_write: bool = True
    ) -> None:
        file.reconfigure(errors="backslashreplace")
        self._must_write = must_write
        self._file = file
        self._environ = environ
        self._passing = ""
        self.has_written = False
        """Whether anything but passing lines was written, even if it is still held back."""
        self.is_terminal = file.isatty()
        self.colour = wants_colour(environ, self.is_terminal)

    @property
    def width(self) -> int:
        """Cells of a line: `COLUMNS`, the terminal's own, else 80."""
        wished = self._environ.get("COLUMNS", "")
        if wished.isdecimal() and int(wished) > 0:
            return int(wished)
        try:
            return os.get_terminal_size(self._file.fileno()).columns or 80
        except OSError:
            return 80

    @property
    def unicode(self) -> bool:
        """Whether the encoding can write every character."""
        return self._file.encoding.lower().replace("-", "") in ("utf8", "utf16", "utf32")

    def line(self, text: str = "") -> None:
        """Write one line over a passing one; raises CannotWrite, as all of these methods do."""
        self.has_written = True
        with self._plainly():
            self._file.write(f"{self._wipe()}{text}\n")

    def text(self, text: str) -> None:
        """Write a part of a line, or of several."""
        self.has_written = True
        with self._plainly():
            self._file.write(text)

    def passing(self, text: str) -> None:
        """On a terminal, show a line that the next line overwrites."""
        if self.is_terminal and text != self._passing:
            with self._plainly():
                self._file.write(self._wipe() + text)
                self._file.flush()
            self._passing = text

    def data(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.has_written = True
        with self._plainly():
            self._file.flush()
            self._file.buffer.write(data)

    def flush(self) -> None:
        """Hand over everything written so far."""
        with self._plainly():
            self._file.flush()

    def _wipe(self) -> str:
        # Spaces rather than an escape sequence: a dumb terminal understands them too.
        blank = f"\r{' ' * cells(self._passing)}\r" if self._passing else ""
        self._passing = ""
        return blank

    @contextmanager
    def _plainly(self) -> Generator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            if self._must_write:
                raise CannotWrite(
                    _("cannot write the output: {strerror}").format(strerror=error.strerror)
                ) from None
