"""The line in which labels and tags are typed; it takes the footer's place."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.widgets import Input

from rushes.providers.language import _
from rushes.tui.lines.fit import width
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.entry_line import EntryLine
from rushes.tui.screen.widgets.paper import Paper

Save = Callable[[str], Awaitable[str]]
"""Saves what was typed; returns why it could not, "" where it did."""


class EditLine(EntryLine):
    """One line: what is edited, its text, and how it is saved or why it was not."""

    _save: Save | None = None

    def open(self, what: str, text: str, about: str, save: Save) -> None:
        """Begin with `text`; `about` says what it is for, `save` has it saved."""
        self._save = save
        self.begin(what, text)
        hint = _("enter saves, esc leaves")
        said = f"{about}  {hint}" if about else hint
        # What is typed has two fifths of the line, and what its note leaves.
        note = self.query_one("#note", Paper)
        note.styles.width = min(width(said) + 2, self.screen.size.width * 3 // 5)
        self.note(said, Role.FAINT)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._save is None or not self.is_open:
            return
        save, self._save = self._save, None  # a second enter saves nothing twice
        if fault := await save(event.value):
            self._save = save
            self.note(fault, Role.URGENT)
        else:
            self.close(kept=True)
