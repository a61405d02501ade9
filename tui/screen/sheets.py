"""The sheets that open over the dashboard. Imported with the first of them, not for the frame."""

from functools import partial
from typing import TYPE_CHECKING

from rushes.tui.screen.add import AddBox
from rushes.tui.screen.choose import Choice, Choose
from rushes.tui.screen.downloads import DownloadsScreen
from rushes.tui.screen.help import HelpScreen
from rushes.tui.screen.palette import Palette
from rushes.tui.screen.watchlists import WatchlistsScreen
from rushes.watch.sorting import SortKey
from rushes.watch.watchlist.account_choice import AccountChoice

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

_ORDERS = {
    SortKey.ADDED: "when it was added",
    SortKey.NAME: "label, else id",
    SortKey.VIA: "provider",
    SortKey.STATUS: "what runs first, what is over last",
    SortKey.RUN: "how long it ran",
    SortKey.EXPIRES: "what is lost next",
}


def add_box(dashboard: "Dashboard", text: str) -> AddBox:
    """Asks for tasks to watch, found in that text at first."""
    desk = dashboard.desk
    account_choice = AccountChoice(desk.settings.accounts, desk.settings.add.prefer)
    save = partial(dashboard.call_later, dashboard.add_entries)
    return AddBox(account_choice, desk.ledger.refs(), dashboard.now, dashboard.glyphs, save, text)


def orders(dashboard: "Dashboard") -> Choose[SortKey]:
    """Asks what to sort by."""
    choices = [
        Choice(key, key.value, note, chosen=key is dashboard.board.sort)
        for key, note in _ORDERS.items()
    ]
    return Choose("sort by", choices, dashboard.glyphs)


def watchlists(dashboard: "Dashboard") -> WatchlistsScreen:
    """Asks which watchlist to show."""
    return WatchlistsScreen(dashboard.desk, dashboard.glyphs)


def downloads(dashboard: "Dashboard") -> DownloadsScreen:
    """Shows every file on its way."""
    return DownloadsScreen(dashboard.desk, dashboard.keymap, dashboard.glyphs)


def palette(dashboard: "Dashboard") -> Palette:
    """Shows every action there is."""
    return Palette(dashboard.keymap, dashboard.situation(), dashboard.glyphs)


def keys(dashboard: "Dashboard") -> HelpScreen:
    """Shows every key there is."""
    return HelpScreen(dashboard.keymap, dashboard.situation(), dashboard.glyphs)
