"""What an action can reach: the dashboard, without a word of Textual."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from rushes.tui.actions.board import Board
from rushes.tui.actions.desk_port import DeskPort
from rushes.watch.task import Task


class Tone(Enum):
    """How a toast is meant; the values are Textual's severities."""

    CALM = "information"
    WARNING = "warning"
    ERROR = "error"


class DashboardPort(Protocol):
    """The dashboard as actions see it."""

    @property
    def board(self) -> Board:
        """The arranged list."""
        ...

    @property
    def desk(self) -> DeskPort:
        """The engine."""
        ...

    @property
    def now(self) -> datetime:
        """Our time (UTC)."""
        ...

    def say(self, text: str, tone: Tone = Tone.CALM) -> None:
        """Show a toast."""
        ...

    def move(self, by: int) -> None:
        """Move the cursor by rows, or scroll the details where they have the focus."""
        ...

    def move_half(self, pages: int) -> None:
        """Move by half a screen, up for -1."""
        ...

    def move_end(self, *, bottom: bool) -> None:
        """Go to the first or the last row."""
        ...

    def redraw(self) -> None:
        """Show what changed on the board."""
        ...

    def back(self) -> None:
        """Leave what is open: the details, the marks, the filter, in this order."""
        ...

    def open_details(self) -> None:
        """Show the details of the current task and move into them."""
        ...

    def switch_pane(self) -> None:
        """Move between the list and the details."""
        ...

    def open_add(self) -> None:
        """Ask for tasks to watch."""
        ...

    def open_filter(self) -> None:
        """Ask for a filter."""
        ...

    def open_sort(self) -> None:
        """Ask what to sort by."""
        ...

    def open_watchlists(self) -> None:
        """Ask which watchlist to show."""
        ...

    def open_downloads(self) -> None:
        """Show every file on its way."""
        ...

    def open_palette(self) -> None:
        """Show every action there is."""
        ...

    def open_help(self) -> None:
        """Show every key there is."""
        ...

    def next_theme(self) -> None:
        """Change the colours."""
        ...

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard, and say what became of it; `what` is fit to show."""
        ...

    def launch(self, path: Path) -> str:
        """Open a file or folder in its own program; empty, or why not."""
        ...

    def browse(self, url: str) -> str:
        """Open a URL in the browser; empty, or why not."""
        ...

    def quit(self) -> None:
        """End the dashboard."""
        ...


Act = Callable[[DashboardPort], Awaitable[None] | None]
"""What a command does."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether an action makes sense now."""

    now: datetime
    current: Task | None
    targets: tuple[Task, ...]
    sought: bool
    total: int

    @classmethod
    def of(cls, dashboard: DashboardPort) -> "Situation":
        """The situation that a dashboard is in."""
        board = dashboard.board
        return cls(
            now=dashboard.now,
            current=board.current,
            targets=board.targets(),
            sought=bool(board.sought.tests),
            total=board.total,
        )
