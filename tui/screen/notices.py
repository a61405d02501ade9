"""What was told of since the start, under `e`: a notice comes and goes while nobody looks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from rushes.providers.language import _, plural
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.fit import Cell, Piece, width, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import clock
from rushes.tui.screen.notice_line import ROLES
from rushes.tui.screen.notice_log import Notice
from rushes.tui.screen.page import SHORTEST, Page

_GAP = 2


class NoticesScreen(Page):
    """The notices as they were when it was opened, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "close", "Close", show=False)]

    def __init__(
        self, told: Iterable[tuple[datetime, Notice]], now: datetime, glyphs: Glyphs
    ) -> None:
        super().__init__(glyphs)
        self._told = tuple(told)[::-1]
        self._now = now

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("notices")

    @property
    def aside(self) -> Cell:
        """How many there are."""
        told = len(self._told)
        return (Piece(plural("{n} notice", "{n} notices", told), Role.QUIET),) if told else ()

    @property
    def rows(self) -> int:
        """A row for each line."""
        return max(SHORTEST, len(self.lines(self.line_room)))

    def lines(self, cells: int) -> Sequence[Cell]:
        """The lines of each."""
        nothing: Cell = (Piece(_("nothing happened yet that is told of"), Role.FAINT),)
        return [line for each in self._told for line in self._lines(*each, cells)] or [nothing]

    def _lines(self, at: datetime, notice: Notice, cells: int) -> Iterable[Cell]:
        """When it was, and beside it the words, in as many lines as they take."""
        when = clock(at, self._now)
        role = Role.TEXT if notice.tone is Tone.CALM else ROLES[notice.tone]
        for n, text in enumerate(wrap(notice.text, cells - width(when) - _GAP)):
            margin = when if n == 0 else " " * width(when)
            yield (Piece(margin + " " * _GAP, Role.FAINT), Piece(text, role))
