"""A plain Textual app, the peer of a start: a table of thirty rows with a header and a footer.

READYMARK is in the first frame; the key j has it write KEYMARK.
"""

from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Footer, Header

COLUMNS = ("id", "gateway", "model", "state", "progress", "next", "age", "note")


class TableApp(App[None]):
    """The table and the key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("j", "answer", "Answer"),
    ]

    def compose(self) -> ComposeResult:
        """Header, table, footer."""
        yield Header()
        yield DataTable[str]()
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self._table
        table.add_columns(*COLUMNS)
        for n in range(30):
            note = "READYMARK" if n == 5 else "-"
            table.add_row(f"task-{n:05d}", "gw", "model", "running", "42%", "3 s", "00:01", note)

    def action_answer(self) -> None:
        """Show that a key came."""
        self._table.update_cell_at((0, 7), "KEYMARK")  # pyright: ignore[reportArgumentType]

    @property
    def _table(self) -> DataTable[str]:
        return cast("DataTable[str]", self.query_one("DataTable"))


if __name__ == "__main__":
    TableApp().run()
