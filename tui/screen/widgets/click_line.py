"""A line of which parts are clicked: each says by its pieces which command that is."""

from textual import events
from textual.message import Message

from rushes.tui.lines.fit import Cell, width
from rushes.tui.screen.widgets.paper import Paper


class ClickLine(Paper):
    """Lines whose pieces may name a command; a click on one asks for it."""

    class Clicked(Message):
        """Posted with the command of the piece that was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def on_click(self, event: events.Click) -> None:
        """Ask for the command of the piece under the mouse."""
        lines, row = self.lines, event.y + self.scroll_offset.y
        command = command_at(lines[row], event.x) if row < len(lines) else ""
        if command:
            event.stop()
            self.post_message(self.Clicked(command))


def command_at(line: Cell, x: int) -> str:
    """The command of the piece that covers that cell; empty where there is none."""
    end = 0
    for piece in line:
        end += width(piece.text)
        if x < end:
            return piece.command
    return ""
