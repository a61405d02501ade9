"""The dashboard's behaviour: keys become commands, and commands act on the screen and the desk."""

from collections.abc import Callable, Sequence
from inspect import isawaitable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.actions import SkipAction

from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural
from rushes.providers.text import without_query
from rushes.tui.actions.actions import sort_by
from rushes.tui.actions.catalogue import BY_ID, Command
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.keys import canonical
from rushes.tui.actions.opening import enter, open_file
from rushes.tui.actions.sheet_kinds import SheetKind
from rushes.tui.actions.tone import Tone
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.words import shown_path
from rushes.tui.screen.clipboard import Clipboard
from rushes.tui.screen.frame_keeper import FrameKeeper
from rushes.tui.screen.held_keys import HeldKeys
from rushes.tui.screen.internal_errors import contained
from rushes.tui.screen.looks import Looks
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.pane_picture import PanePicture
from rushes.tui.screen.pictures_here import PicturesHere
from rushes.tui.screen.typed_lines import TypedLines
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.tui.screen.widgets.details import DetailPane
from rushes.tui.screen.widgets.heads import HeadLine
from rushes.tui.screen.widgets.table import TaskTable
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.watch.asset import Asset
from rushes.watch.desk import Desk
from rushes.watch.query import Query
from rushes.watch.task import Entry

if TYPE_CHECKING:
    from rushes.tui.actions.on_task import RatedBefore
    from rushes.tui.screen.pictures.gallery import Gallery

AROUND_AFTER = 0.005
"""Seconds behind the cursor's row after which what stands around the list follows it."""

if TYPE_CHECKING:
    # What runs a person's own commands is loaded with the first of them.
    from subprocess import Popen

    from rushes.tui.screen.app import RushesApp
    from rushes.watch.config.commands import OwnCommand
    from rushes.watch.events.ran import Ran


def _sheets() -> ModuleType:
    """What opens over the list, imported when it does."""
    from rushes.tui.screen import sheets

    return sheets


class Dashboard(TypedLines):
    """The main screen. Commands call its public methods, and reach the engine through `desk`."""

    AUTO_FOCUS = "#table"

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        looks: Looks,
        machine: Machine,
        held_keys: HeldKeys,
        frames: KeptFrames | None = None,
    ) -> None:
        super().__init__(desk, keymap, looks.glyphs, held_keys)
        self._opener = machine.opener
        self._clipboard = Clipboard(machine.copy)
        self._around_is_due = False
        self.looks = looks
        self.pictures = PicturesHere(self)
        self.pane_picture = PanePicture(self)
        self.details.picture = self.pane_picture.line
        self.frames = FrameKeeper(self, frames)
        self.rated_last: RatedBefore | None = None

    @property
    def gallery(self) -> "Gallery":
        """The pictures of what is saved; imported with the first that is shown."""
        return self.pictures.gallery

    @contained
    def draw_details(self) -> None:
        """Draw the details of the task under the cursor, with its picture where there is room."""
        self.beside_task.picture_rows = self.pane_picture.lines_left()
        super().draw_details()

    # -- keys and the mouse -------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Run the command of the key, if it has one."""
        if self.held_keys.take_back(event, self):
            return
        if (line := self.open_line) is not None and self.typed_in(line, event):
            return
        key = canonical(event.key) or event.character or ""
        command = self.keymap.commands.get(key)
        if command is None or (self.arrangement is None and command.id != "quit"):
            return
        event.stop()
        event.prevent_default()
        await self.perform(command)
        self.held_keys.hold(self)

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
        self._draw_around_later()

    def on_paste(self, event: events.Paste) -> None:
        """Open the add box with a text that was pasted on the list."""
        event.stop()
        if not self.held_keys.take_back(event, self):
            _sheets().ask_for_tasks(self, event.text)

    @on(TaskTable.Picked)
    def _picked(self, event: TaskTable.Picked) -> None:
        self._draw_around_later()
        if event.twice:
            (enter if self.board.current_batch is not None else Dashboard.open_details)(self)

    @on(HeadLine.Sorted)
    def _sorted(self, event: HeadLine.Sorted) -> None:
        sort_by(self, event.key)

    def move(self, by: int) -> None:
        """Move the cursor by rows, or among the outputs where the details have the focus."""
        if self.details.has_focus:
            self.details.step(by)
            return
        self.board.move(by)
        self._cursor_moved()

    def move_half(self, pages: int) -> None:
        """Move by half a screen, up for -1."""
        pane = self.details if self.details.has_focus else self.table
        rows = pages * max(1, pane.size.height // 2)
        if pane is self.details:
            pane.scroll_relative(y=rows, animate=False)
        else:
            self.move(rows)

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
        self.paint_now(self.table)
        self._draw_around_later()

    def _draw_around_later(self) -> None:
        """Draw what stands around the list, behind the cursor's row: once for keys in a row."""
        if not self._around_is_due:
            self._around_is_due = True
            self.set_timer(AROUND_AFTER, self._draw_around)

    def _draw_around(self) -> None:
        self._around_is_due = False
        self.draw_lines()
        self.draw_details()

    @on(ClickLine.Clicked)
    async def _clicked(self, event: ClickLine.Clicked) -> None:
        if self.arrangement is not None:
            await self.perform(BY_ID[event.command])

    def open_details(self) -> None:
        """Show the details of the current task and move into them, or back out of them."""
        if self.details.has_focus:
            self.back()
            return
        self.add_class("-open")
        self.remove_class("-shut")
        self.details.focus()
        self.call_after_refresh(self.draw_details)

    def picked_asset(self) -> Asset | None:
        """The output that is picked in the details, while they have the focus."""
        task, n = self.board.current, self.details.picked
        if task is None or n is None or not self.details.has_focus:
            return None
        return next((asset for asset in task.assets(self.now) if asset.n == n), None)

    @on(DetailPane.Opened)
    def _output_opened(self) -> None:
        open_file(self)

    def action_copy_text(self) -> None:
        """Copy the text that is selected."""
        text = self.get_selected_text()
        if text is None:
            raise SkipAction
        self.copy(text, plural("{n} character", "{n} characters", len(text)))

    def back(self) -> None:
        """Leave what is open: a selection, the details, the marks, the filter, then the view."""
        if self.selections:
            self.clear_selection()
            return
        if self.details.has_focus or self.list_is_covered:
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
        """Show all of the list from its top, without marks and notices; drawn at once."""
        self.notices.clear()
        self.remove_class("-shut")
        self.board.show_whole(self.now)
        self.redraw()
        self.table.scroll_to(y=0, animate=False, immediate=True)
        self._refresh_layout()

    async def add_entries(self, entries: Sequence[Entry] | None) -> None:
        """Watch these tasks, too."""
        if not entries:
            return
        try:
            refs = await self.desk.watchlist.add(entries)
            self.rated_last = None
        except RushesError as error:
            self.say(str(error), Tone.ERROR)
            return
        self.say(plural("watching {n} more task", "watching {n} more tasks", len(refs)))
        self.pull()

    def open_sheet(self, kind: SheetKind) -> None:
        """Open a sheet over the list."""
        _sheets().open_sheet(self, kind)

    def show_list(self) -> None:
        """Show another list from its top; filter, view and order stay."""
        self.pull()
        tasks = self.desk.ledger.tasks()
        self.board.reset(tasks, self.now)
        self.table.measure(tasks.values(), anew=True)
        self.remove_class("-open")
        self.table.focus()
        self.redraw()

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard, by the terminal and by a tool if there is one.

        Says that `what` was copied only where a tool took it: a terminal confirms nothing.
        """
        self.app.copy_to_clipboard(text)

        def told(taken: bool) -> None:
            words = (
                _("copied {what}")
                if taken
                else _("sent to the terminal, which may or may not copy it: {what}")
            )
            self.call_later(self.say, words.format(what=what))

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

    async def lend_terminal(self, start: Callable[[], "Popen[bytes] | Ran"]) -> "Ran":
        """Let a program have the terminal until it ends; nothing is drawn meanwhile."""
        from rushes.tui.screen.lending import lend

        return await lend(cast("RushesApp", self.app), start)

    def run_own(self, command: "OwnCommand") -> None:
        """Run a command of the person's own, behind what goes on here."""
        from rushes.tui.screen.own_commands import run

        self.run_worker(run(self, command), group=f"command {command.name}")

    def quit(self) -> None:
        """End the dashboard."""
        self.app.exit()
