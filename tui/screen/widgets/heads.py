"""The line of heads over the list: a click on one sorts by its column."""

from textual import events
from textual.message import Message

from rushes.tui.lines.rows import Heads
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.sorting import SortKey


class HeadLine(Paper):
    """The heads of the columns."""

    class Sorted(Message):
        """Posted with what the clicked head sorts by."""

        def __init__(self, key: SortKey) -> None:
            super().__init__()
            self.key = key

    _heads: Heads | None = None

    def show_heads(self, heads: Heads) -> None:
        """Write these heads."""
        self._heads = heads
        self.show([heads.line])

    def on_click(self, event: events.Click) -> None:
        """Say what the head under the mouse sorts by."""
        key = self._heads.key_at(event.x) if self._heads is not None else None
        if key is not None:
            event.stop()
            self.post_message(self.Sorted(key))
