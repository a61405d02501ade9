"""The sheets that open over the dashboard. Imported with the first of them, not for the frame."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from rushes.tui.actions.actions import sort_by
from rushes.tui.actions.catalogue import Command
from rushes.tui.actions.copying import Chosen, Copyable, copyable
from rushes.tui.actions.sheet_kinds import SheetKind
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.task_page import page
from rushes.tui.screen.add import AddBox
from rushes.tui.screen.command_groups import command_groups
from rushes.tui.screen.copying import CopySheet, part_name
from rushes.tui.screen.dailies.opening import show_dailies, show_picture
from rushes.tui.screen.downloads import DownloadsScreen
from rushes.tui.screen.figures import FiguresSheet
from rushes.tui.screen.help import HelpScreen
from rushes.tui.screen.notices import NoticesScreen
from rushes.tui.screen.palette import Palette
from rushes.tui.screen.sort import SortSheet
from rushes.tui.screen.theme_chooser import choose_theme
from rushes.tui.screen.watchlists import WatchlistsScreen
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task
from rushes.watch.watchlist.account_choice import AccountChoice

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard


def ask_for_tasks(dashboard: "Dashboard", text: str = "") -> None:
    """Ask for tasks to watch, found in that text at first."""
    desk = dashboard.desk
    account_choice = AccountChoice(desk.settings.accounts, desk.settings.add.prefer)
    save = partial(dashboard.call_later, dashboard.add_entries)
    box = AddBox(account_choice, desk.ledger.refs(), dashboard.now, dashboard.glyphs, save, text)
    dashboard.app.push_screen(box, dashboard.add_entries)


def ask_for_order(dashboard: "Dashboard") -> None:
    """Ask what to sort by."""

    def chosen(key: SortKey | None) -> None:
        if key is not None:
            sort_by(dashboard, key)

    board = dashboard.board
    sheet = SortSheet(board.sort, dashboard.keymap, dashboard.glyphs, descending=board.descending)
    dashboard.app.push_screen(sheet, chosen)


def ask_for_list(dashboard: "Dashboard") -> None:
    """Ask which watchlist to show."""

    def chosen(name: str | None) -> None:
        if name is not None:
            dashboard.show_list()

    dashboard.app.push_screen(WatchlistsScreen(dashboard.desk, dashboard.glyphs), chosen)


def show_downloads(dashboard: "Dashboard") -> None:
    """Show every file on its way."""
    dashboard.app.push_screen(DownloadsScreen(dashboard.desk, dashboard.keymap, dashboard.glyphs))


def show_figures(dashboard: "Dashboard") -> None:
    """Show what the history adds up to; the tasks of a row are listed where they are asked for."""
    sheet = FiguresSheet(dashboard.desk, dashboard.glyphs, dashboard.copy)
    dashboard.app.push_screen(sheet, dashboard.show_such)


def show_notices(dashboard: "Dashboard") -> None:
    """Show what was told of since the start."""
    told = dashboard.notices.told
    dashboard.notices.read()
    dashboard.app.push_screen(NoticesScreen(told, dashboard.now, dashboard.glyphs))


def show_palette(dashboard: "Dashboard") -> None:
    """Show every action there is."""

    async def chosen(command: Command | None) -> None:
        if command is not None:
            await dashboard.perform(command)

    groups = command_groups(dashboard.desk.settings.views, dashboard.keymap.own)
    palette = Palette(dashboard.keymap, dashboard.situation(), dashboard.glyphs, groups)
    dashboard.app.push_screen(palette, chosen)


def show_keys(dashboard: "Dashboard") -> None:
    """Show every key there is."""
    groups = command_groups(dashboard.desk.settings.views, dashboard.keymap.own)
    keys = HelpScreen(dashboard.keymap, dashboard.situation(), dashboard.glyphs, groups)
    dashboard.app.push_screen(keys)


def ask_what_to_copy(dashboard: "Dashboard") -> None:
    """Ask what to copy of the picked output, or of the tasks."""
    desk, picked, now = dashboard.desk, dashboard.picked_asset(), dashboard.now
    current = dashboard.board.current
    if picked is not None and current is not None:
        of = Chosen((current,), now, picked.n)
    else:
        of = Chosen(dashboard.board.targets(), now)

    def told(task: Task) -> str:
        account = desk.settings.accounts.get(task.ref.provider)
        return text_of(page(task, account, now, dashboard.glyphs))

    def chosen(it: Copyable | None) -> None:
        if it is not None:
            name = part_name(it.part)
            several = len(of.tasks) > 1
            dashboard.copy(it.text, f"{name} ({len(of.tasks)})" if several else it.shown or name)

    dashboard.app.push_screen(CopySheet(copyable(of, told), dashboard.glyphs), chosen)


_OPENERS: Mapping[SheetKind, Callable[["Dashboard"], None]] = {
    SheetKind.ADD: ask_for_tasks,
    SheetKind.SORT: ask_for_order,
    SheetKind.WATCHLISTS: ask_for_list,
    SheetKind.DOWNLOADS: show_downloads,
    SheetKind.FIGURES: show_figures,
    SheetKind.NOTICES: show_notices,
    SheetKind.DAILIES: show_dailies,
    SheetKind.PICTURE: show_picture,
    SheetKind.PALETTE: show_palette,
    SheetKind.KEYS: show_keys,
    SheetKind.COPY: ask_what_to_copy,
    SheetKind.THEME: choose_theme,
}


def open_sheet(dashboard: "Dashboard", kind: SheetKind) -> None:
    """Open a sheet over the dashboard."""
    _OPENERS[kind](dashboard)
