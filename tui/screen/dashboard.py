"""The dashboard's behaviour: keys become commands, and commands act on the screen and the desk."""

from collections.abc import Callable, Sequence
from inspect import isawaitable
from pathlib import Path
from types import ModuleType

from textual import events, on

from rushes.providers.errors import RushesError
from rushes.providers.text import without_query
from rushes.tui.actions.actions import sort_by
from rushes.tui.actions.catalogue import Command, Keymap
from rushes.tui.actions.keys import canonical
from rushes.tui.actions.tone import Tone
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.arrange import Details
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.words import count, shown_path
from rushes.tui.screen.clipboard import Clipboard
from rushes.tui.screen.frame_keeper import FrameKeeper
from rushes.tui.screen.held_keys import HeldKeys
from rushes.tui.screen.internal_errors import contained
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.view import View
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.tui.screen.widgets.table import TaskTable
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.watch.desk import Desk
from rushes.watch.query import Query
from rushes.watch.search_texts import fold_texts
from rushes.watch.sorting import SortKey
from rushes.watch.task import Entry

_WHILE_FILTERING = frozenset({"up", "down", "pageup", "pagedown"})
"""Keys that still move the cursor while a filter is typed."""


def _sheets() -> ModuleType:
    """What opens over the list, imported when it does."""
    from rushes.tui.screen import sheets

    return sheets


class Dashboard(View):
    """The main screen. Commands call its public methods, and reach the engine through `desk`."""

    AUTO_FOCUS = "#table"

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        glyphs: Glyphs,
        machine: Machine,
        held_keys: HeldKeys,
        frames: KeptFrames | None = None,
    ) -> None:
        super().__init__(desk, keymap, glyphs, FilterLine(glyphs, held_keys.reached_filter))
        self._opener = machine.opener
        self._clipboard = Clipboard(machine.copy)
        self.held_keys = held_keys
        self.frames = FrameKeeper(self, frames)

    # -- keys and the mouse -------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Run the command of the key, if it has one."""
        if self.held_keys.take_back(event, self) or (self.filter.is_open and self._typed(event)):
            return
        key = canonical(event.key) or event.character or ""
        command = self.keymap.commands.get(key)
        if command is None or (self.arrangement is None and command.id != "quit"):
            return
        event.stop()
        event.prevent_default()
        await self.perform(command)
        self.held_keys.hold(self)

    def _typed(self, event: events.Key) -> bool:
        """Whether a key that the filter received runs no command here."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.filter.close(kept=False)
            return True
        return event.key not in _WHILE_FILTERING

    @property
    def box_is_open(self) -> bool:
        """Whether a sheet is open over this screen, or the filter in it."""
        return self.app.screen is not self or self.filter.is_open

    def box_is_ready(self) -> bool:
        """Whether the open box has the focus; a filter that lost it gets it again."""
        there = self.app.screen
        if there is not self:
            return there.is_mounted and (there.focused is not None or not there.focus_chain)
        if self.filter.is_open and not self.filter.listens:
            self.filter.listen()
            return False
        return True

    async def perform(self, command: Command) -> None:
        """Run a command, or say why it cannot run."""
        if self.board.apply_waiting(self.now):
            self.redraw()
        why_not = command.why_not(self.situation())
        if why_not:
            self.say(f"{command.label}: {why_not}", Tone.WARNING)
            return
        try:
            running = command.act(self)
            if isawaitable(running):
                await running
        except RushesError as error:
            self.say(str(error), Tone.ERROR)
        except Exception as error:  # noqa: BLE001 - a key's fault is that key's
            self.internal_errors.caught(command.label, error)
        self.pull()
        self.draw_lines()

    def on_paste(self, event: events.Paste) -> None:
        """Open the add box with a text that was pasted on the list."""
        event.stop()
        if not self.held_keys.take_back(event, self):
            self._ask_for_tasks(event.text)

    @on(TaskTable.Picked)
    def _picked(self, event: TaskTable.Picked) -> None:
        self.draw_details()
        self.draw_lines()
        if event.twice:
            self.open_details()

    def say(self, text: str, tone: Tone = Tone.CALM) -> None:
        """Show a toast."""
        self.notify(text, severity=tone.value, markup=False)

    def move(self, by: int) -> None:
        """Move the cursor by rows, or scroll the details where they have the focus."""
        if self.details.has_focus:
            self.details.scroll_relative(y=by, animate=False)
            return
        self.board.move(by)
        self._cursor_moved()

    def move_half(self, pages: int) -> None:
        """Move by half a screen, up for -1."""
        pane = self.details if self.details.has_focus else self.table
        self.move(pages * max(1, pane.size.height // 2))

    def move_end(self, *, bottom: bool) -> None:
        """Go to the first or the last row."""
        if self.details.has_focus:
            self.details.scroll_to(y=self.details.max_scroll_y if bottom else 0, animate=False)
            return
        if bottom:
            self.board.move_to_end()
        else:
            self.board.move_to(0)
        self._cursor_moved()

    def _cursor_moved(self) -> None:
        self.table.moved()
        self.draw_details()

    def open_details(self) -> None:
        """Show the details of the current task and move into them."""
        if self.details.has_focus:
            self.back()
            return
        self.add_class("-open")
        self.details.focus()
        self.call_after_refresh(self.draw_details)

    def back(self) -> None:
        """Leave what is open: the details, the marks, the filter, the view, in this order."""
        if self.details.has_focus or self._covered():
            self.remove_class("-open")
            self.table.focus()
        elif self.board.marks:
            self.board.unmark()
        elif self.board.filter:
            self.board.set_filter(Query(""), self.now)
        elif self.board.view:
            self.board.set_view(VIEWS["all"], self.now)
        self.redraw()

    def show_as_started(self) -> None:
        """Show all of the list from its top, without marks and toasts; drawn at once."""
        self.board.show_whole(self.now)
        self.redraw()
        self.table.scroll_to(y=0, animate=False, immediate=True)
        self.query("ToastRack").set(display=False)
        self._refresh_layout()

    def _covered(self) -> bool:
        """Whether the details are shown in the place of the list."""
        instead = self.arrangement is not None and self.arrangement.details is Details.INSTEAD
        return instead and self.has_class("-open")

    def open_add(self) -> None:
        """Ask for tasks to watch."""
        self._ask_for_tasks("")

    def _ask_for_tasks(self, text: str) -> None:
        self.app.push_screen(_sheets().add_box(self, text), self.add_entries)

    async def add_entries(self, entries: Sequence[Entry] | None) -> None:
        """Watch these tasks, too."""
        if not entries:
            return
        try:
            refs = await self.desk.watchlist.add(entries)
        except RushesError as error:
            self.say(str(error), Tone.ERROR)
            return
        self.say(f"watching {count(len(refs), 'more task')}")
        self.pull()

    def open_filter(self) -> None:
        """Ask for a filter."""
        self.add_class("-filtering")
        self.filter.open(self.board.filter.text)
        self.run_worker(fold_texts(tuple(self.desk.ledger.tasks().values())), group="texts")

    @on(FilterLine.Narrowed)
    def _narrowed(self, event: FilterLine.Narrowed) -> None:
        self.board.set_filter(event.query, self.now)
        self.redraw()

    @on(FilterLine.Left)
    def _filter_left(self, event: FilterLine.Left) -> None:
        self.remove_class("-filtering")
        self.table.focus()
        if not event.kept:
            self.board.set_filter(Query(""), self.now)
        self.redraw()

    def open_sort(self) -> None:
        """Ask what to sort by."""
        self.app.push_screen(_sheets().orders(self), self._sort)

    def _sort(self, key: SortKey | None) -> None:
        if key is not None:
            sort_by(self, key)

    def open_watchlists(self) -> None:
        """Ask which watchlist to show."""
        self.app.push_screen(_sheets().watchlists(self), self._switched)

    def _switched(self, name: str | None) -> None:
        """Show another list from its top; filter, view and order stay."""
        if name is not None:
            self.pull()
            self.board.reset(self.desk.ledger.tasks(), self.now)
            self.remove_class("-open")
            self.table.focus()
            self.redraw()

    def open_downloads(self) -> None:
        """Show every file on its way."""
        self.app.push_screen(_sheets().downloads(self))

    def open_palette(self) -> None:
        """Show every action there is."""
        self.app.push_screen(_sheets().palette(self), self._chosen)

    async def _chosen(self, command: Command | None) -> None:
        if command is not None:
            await self.perform(command)

    def open_help(self) -> None:
        """Show every key there is."""
        self.app.push_screen(_sheets().keys(self))

    def next_theme(self) -> None:
        """Change the colours: our own themes first, then Textual's by name."""
        names = sorted(self.app.available_themes, key=lambda name: (name[:6] != "rushes", name))
        self.app.theme = names[(names.index(self.app.theme) + 1) % len(names)]
        self.say(f"theme {self.app.theme}")

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard, by the terminal and by a tool if there is one.

        Says that `what` was copied only where a tool took it: a terminal confirms nothing.
        """
        self.app.copy_to_clipboard(text)

        def told(taken: bool) -> None:
            words = (
                "copied {}" if taken else "sent to the terminal, which may or may not copy it: {}"
            )
            self.call_later(self.say, words.format(what))

        self._clipboard.put(text, told)

    def launch(self, path: Path) -> str:
        """Open a file or folder in its own program; empty, or why not."""
        return self._opener.path(path, self._not_opened(shown_path(path)))

    def browse(self, url: str) -> str:
        """Open a URL in the browser; empty, or why not."""
        return self._opener.url(url, self._not_opened(without_query(url)))

    def _not_opened(self, what: str) -> Callable[[str], object]:
        """Says why `what` was not opened after all, from any thread."""
        return lambda why: self.call_later(self.say, f"{why}: {what}", Tone.WARNING)

    @contained
    def tick(self) -> None:
        """Draw what a second changes, and keep the frame now and then."""
        super().tick()
        self.frames.look()

    @contained
    def end(self) -> None:
        """Keep the last frame for the next start."""
        self.frames.last()

    def quit(self) -> None:
        """End the dashboard."""
        self.app.exit()
