"""The sheets that open over the dashboard, by what they show."""

from enum import Enum, auto


class SheetKind(Enum):
    """A sheet that a command opens. What it is made of: `tui/screen/sheets.py`."""

    ADD = auto()
    SORT = auto()
    WATCHLISTS = auto()
    DOWNLOADS = auto()
    FIGURES = auto()
    NOTICES = auto()
    DAILIES = auto()
    PICTURE = auto()
    PALETTE = auto()
    KEYS = auto()
    COPY = auto()
    THEME = auto()
