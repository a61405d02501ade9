"""Follows a desk for `watch`: prints what happens there, and knows when nothing is left to do.

It takes what happened from a pile of its own (`watch/changes.py`), four times a second at most; so
what it costs goes with what changes, not with how much is watched.
"""

from collections import Counter
from collections.abc import Mapping

from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.language import Words, _
from rushes.tui.command.event_lines import EventLines
from rushes.tui.command.plain_lines import PlainLines
from rushes.tui.command.transition_lines import TransitionLines
from rushes.tui.command.unaskable import unaskable
from rushes.tui.command.waiting import ENDS
from rushes.tui.lines.command_words import command_words
from rushes.tui.lines.download_words import event_words
from rushes.tui.lines.words import size
from rushes.tui.shell.shell import Shell
from rushes.watch.changes import Event, Fetched
from rushes.watch.config.downloads import Auto
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Task

LOOK_EVERY = 1.0
"""Seconds between two looks at most, where nothing changes."""

_FIRST_WORDS: Mapping[EventKind, str] = Words({EventKind.DOWNLOAD_FAILED: "download failed: "})

_UNTOLD = frozenset({EventKind.RESCUED, EventKind.IDLE, EventKind.COMMAND_FAILED})
"""What has no words of its own here: what it comes with has them, or the command itself."""

_NO_TROUBLE = frozenset({EventKind.SAVED, EventKind.RESUMED})
"""What is no news where only what went wrong is told."""

_LOST = (EventKind.DOWNLOAD_FAILED, EventKind.EXPIRED)
"""What makes an exit code of its own."""


class Watching:
    """A desk that is watched; `look` prints what happened there since the last call."""

    def __init__(
        self, desk: Desk, shell: Shell, *, ndjson: bool, quiet: bool, plain: bool = False
    ) -> None:
        """`quiet`: only what went wrong is told. `plain`: in words to be read aloud."""
        self.desk = desk
        self._quiet = quiet
        self._reader = desk.ledger.readers.new()
        form = PlainLines if plain else TransitionLines
        self._lines = form(shell, desk.settings.glyphs, failures_only=quiet)
        self._events = EventLines(desk, shell.out) if ndjson else None
        self._notices: tuple[str, ...] = ()
        self._exits = set[Exit]()

    def begin(self) -> None:
        """Say what there is, before anything happens."""
        self._lines.begin(self.desk)

    async def changed(self) -> None:
        """Return when anything changed at the desk, or after LOOK_EVERY."""
        await self._reader.wait(LOOK_EVERY)

    def look(self) -> None:
        """Print everything that happened since the last call."""
        changes = self._reader.take()
        if self._events is not None:
            self._events.look()
        for event in changes.events:
            self._tell(event)
        for ref in changes.refs:
            if (task := self.desk.ledger.task(ref)) is not None:
                self._lines.trouble(task)
            else:
                self._lines.forget(ref)
        for failed in self.desk.commands.take_failed() if self.desk.commands else ():
            self._lines.say(command_words(failed))
        notices = self.desk.notices(counted=False)
        for notice in notices:
            if notice not in self._notices:
                self._lines.say(_("warning: {warning}").format(warning=notice))
        self._notices = notices

    @property
    def idle(self) -> bool:
        """Whether polling could tell nothing more, and nothing is to be fetched."""
        unasked = unaskable(self.desk)
        tasks = self.desk.ledger.tasks().values()
        if any(self._is_open(task) and task.ref.provider not in unasked for task in tasks):
            return False
        return self.desk.download_policy.idle

    def exit(self) -> Exit:
        """The exit code of `wait` for all that is watched now, once it is `idle`."""
        exits = set(self._exits)
        unasked = unaskable(self.desk)
        for task in self.desk.ledger.tasks().values():
            left = unasked.get(task.ref.provider, Exit.KEY)
            exits.add(left if self._is_open(task) else _end_of(task))
        return first_that_applies(exits)

    def summarize(self, code: Exit) -> None:
        """Print the last line, where lines of JSON are printed."""
        if self._events is not None:
            self._events.look()
            statuses = Counter(task.status for task in self.desk.ledger.tasks().values())
            self._events.finish(statuses, code)

    def _is_open(self, task: Task) -> bool:
        """Whether it is not over, or its files, which are to be fetched, are not named yet."""
        awaits_files = task.awaits_files and self.desk.settings.download.auto is not Auto.OFF
        return not task.over or awaits_files

    def _tell(self, event: Event) -> None:
        """Print what happened, and note what makes an exit code of its own."""
        if event.kind in _LOST:
            self._exits.add(Exit.DOWNLOAD)
        if event.transition is not None:
            if self._events is not None:
                return
            task = self.desk.ledger.task(event.ref) if event.ref is not None else None
            if task is not None:
                self._lines.transition(task, event.transition)
        elif event.kind not in (_UNTOLD | _NO_TROUBLE if self._quiet else _UNTOLD):
            self._lines.say(_words(event))


def _end_of(task: Task) -> Exit:
    return ENDS.get(task.status, Exit.FINE) if task.status else Exit.FINE


def _words(event: Event) -> str:
    match event:
        case Event(kind=EventKind.SAVED, news=Fetched(name, fetch=fetch)):
            return _("saved {name}: {path}, {size}").format(
                name=name, path=fetch.place, size=size(fetch.done)
            )
        case Event(suspension=summary) if summary is not None:
            done, at_risk, lost = summary.done, summary.at_risk, summary.lost
            return _(
                "the machine slept: {done} done, {at_risk} at risk, {lost} lost meanwhile"
            ).format(done=done, at_risk=at_risk, lost=lost)
        case _:
            return _FIRST_WORDS.get(event.kind, "") + event_words(event)
