"""The line in which a filter is typed; it takes the footer's place."""

from collections.abc import Callable, Mapping, Sequence

from textual import events, on
from textual.message import Message
from textual.widgets import Input

from rushes.providers.language import _
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.entry_line import EntryLine
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings
from rushes.watch.query import Query, read


class FilterLine(EntryLine):
    """One line: the filter's text, and what is wrong with it."""

    class Narrowed(Message):
        """Posted with the query typed so far; faulty terms are left out."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    def __init__(
        self, glyphs: Glyphs, on_key: Callable[[events.Key], None], settings: Settings
    ) -> None:
        """`on_key` hears of each key that comes here and goes on to the screen."""
        super().__init__(
            glyphs,
            on_key,
            id="filter",
            placeholder=_("words, status:failed, expires<1h, -tag:done"),
        )
        self._views = settings.views
        self._accounts = settings.accounts

    @property
    def dropped(self) -> str:
        """What escape brings."""
        return _("all tasks")

    def open(self, text: str) -> None:
        """Begin with `text`."""
        self.begin("/", text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        query, fault = self._read(event.value)
        self.note(fault, Role.URGENT)
        self.post_message(self.Narrowed(query))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        _, fault = self._read(event.value)
        if not fault:
            self.close(kept=True)

    def _read(self, text: str) -> tuple[Query, str]:
        """The filter that is typed, or that finds the tasks of a pasted link, and what is wrong."""
        ids = _ids_in(text, self._accounts) if "://" in text else ()
        return read(f"id:{','.join(ids)}" if ids else text, self._views)


def _ids_in(text: str, accounts: Mapping[str, Account]) -> Sequence[str]:
    """The ids of the tasks that a text names for certain; too long a text names none."""
    from rushes.watch.watchlist.paste import TooMuch, read_paste  # with the first link

    try:
        return [found.task_id for found in read_paste(text, accounts) if not found.guess]
    except TooMuch:
        return ()
