"""What stands in the place of the list while that shows no task. Its texts are imported then."""

from typing import TYPE_CHECKING

from textual.geometry import Size

from rushes.tui.actions.keymap import Keymap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.watch.desk import Desk

if TYPE_CHECKING:
    from rushes.tui.lines.setup_words import KeyPlace


class EmptyList(ClickLine):
    """The first page where nothing is watched, else why nothing is shown; its keys are clicked."""

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(glyphs, id="empty")
        self._desk = desk
        self._keymap = keymap
        self._keyring: dict[str, KeyPlace] = {}
        self._room: Size | None = None

    def no_match(self, view: str, text: str, watched: int, room: Size) -> None:
        """Say that none of so many tasks is in that view, or matches the filter of that text."""
        from rushes.tui.screen.empty import no_match

        self._room = None
        self.show(no_match(view, text, watched, self._keymap, *room))

    def first_page(self, room: Size) -> None:
        """Say what Rushes is and how to begin."""
        from rushes.tui.screen.empty import first_page, setup_of

        self._room = room
        setup = setup_of(self._desk, self._keymap, self._keyring)
        self.show(first_page(setup, self.glyphs, *room))

    def keyring_said(self, account: str, place: "KeyPlace") -> None:
        """Note what the keyring said of an account, and show it if the first page is there."""
        self._keyring[account] = place
        if self._room is not None:
            self.first_page(self._room)
