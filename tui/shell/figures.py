"""Figures of the history, for the commands that print them; blocks, raises StoreError.

They are of all that is remembered, watched or not: what is done with is taken off a list, and what
it cost stays. A list that is named by -w has figures of its own. A filter has to look at each task.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from rushes.providers.frozen import frozen
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.shell.files import existing
from rushes.tui.shell.memory import CHUNK
from rushes.tui.shell.open_history import history_of
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import with_record_lifetime
from rushes.watch.config.settings import Settings
from rushes.watch.figures.model import Model, model_of
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.totals import By, Figures, Tally, Which, figures_of
from rushes.watch.figures.usual import ALONE, LAST, Compared, usual
from rushes.watch.history import figures
from rushes.watch.history.reader import HistoryReader
from rushes.watch.query import Query
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
from rushes.watch.watchlist.file import list_names

TOLD: Mapping[Which, int] = {Which.FAILED: 200, Which.LOST: 200, Which.SUCCEEDED: 400}
"""How many tasks are told one by one at most."""

BESIDE_WITHIN = timedelta(minutes=30)
"""A task runs beside another where it was heard of so long ago at most."""

MOST_BESIDE = 100

_NEVER = datetime.fromtimestamp(0, UTC)


@frozen
class Wanted:
    """Which tasks count, and what their figures are grouped by."""

    watchlist: str
    query: Query
    by: tuple[By, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether no list but the usual one was named."""
        return self.watchlist == DEFAULT_WATCHLIST


@frozen(kw_only=True)
class Tables:
    """Figures by several keys, and tasks that are told one by one, the last that ended first."""

    tables: tuple[Figures, ...]
    failed: tuple[Task, ...] = ()
    lost: tuple[Task, ...] = ()
    succeeded: tuple[Task, ...] = ()


class FiguresReader:
    """What an open history says of the tasks that are wanted, at one time."""

    def __init__(
        self,
        history: HistoryReader,
        entries: Mapping[Ref, Entry],
        settings: Settings,
        now: datetime,
    ) -> None:
        self._history = history
        self._entries = entries
        self._settings = settings
        self._now = now
        self._uncounted = figures.complete(history)

    def chosen(self, wanted: Wanted) -> list[Ref] | None:
        """The tasks that count; None for all."""
        if wanted.query:
            refs = self._history.ask(figures.refs) if wanted.everything else list(self._entries)
            found = (task for task in self.tasks(refs) if wanted.query.matches(task, self._now))
            return [task.ref for task in found]
        return None if wanted.everything else list(self._entries)

    def tasks(self, refs: Iterable[Ref]) -> Iterator[Task]:
        """These tasks, a few in memory at a time."""
        rest = iter(refs)
        while chunk := list(islice(rest, CHUNK)):
            known = [self._entries.get(ref) or Entry(ref=ref, added=_NEVER) for ref in chunk]
            for task in self._history.load(known).values():
                yield with_record_lifetime(task, self._settings.accounts)

    def figures(self, refs: Sequence[Ref] | None, by: tuple[By, ...]) -> Figures:
        """The figures of those tasks, None for all."""
        found = self._tallies(refs, by)
        # With several tags a task is in several groups.
        whole = self._tallies(refs, ()) if By.TAG in by else found
        return figures_of(by, whole, found, self._settings.prices, self._uncounted)

    def _tallies(self, refs: Sequence[Ref] | None, by: tuple[By, ...]) -> list[Tally]:
        tags = {ref: entry.tags for ref, entry in self._entries.items()} if By.TAG in by else None
        now = self._now.timestamp()
        return self._history.ask(lambda db: figures.tallies(db, by, now, refs, tags))

    def newest(self, which: Which, refs: Sequence[Ref] | None) -> tuple[Task, ...]:
        """The last of them that ended and are such."""
        now, count = self._now.timestamp(), TOLD[which]
        found = self._history.ask(lambda db: figures.newest(db, which, now, count, refs))
        return tuple(self.tasks(found))


def read_figures(shell: Shell, settings: Settings, wanted: Wanted) -> Figures:
    """The figures that are wanted, as of now."""
    entries = entries_of(shell, wanted, tagged=By.TAG in wanted.by)
    with history_of(shell) as history:
        if history is None:
            return _nothing(settings, wanted.by)
        reader = FiguresReader(history, entries, settings, shell.clock.now())
        return reader.figures(reader.chosen(wanted), wanted.by)


def read_tables(
    shell: Shell, settings: Settings, wanted: Wanted, by: Sequence[tuple[By, ...]]
) -> Tables:
    """Figures by each of those keys, and the last tasks."""
    entries = entries_of(shell, wanted, tagged=True)
    with history_of(shell) as history:
        if history is None:
            return Tables(tables=tuple(_nothing(settings, keys) for keys in by))
        reader = FiguresReader(history, entries, settings, shell.clock.now())
        refs = reader.chosen(wanted)
        return Tables(
            tables=tuple(reader.figures(refs, keys) for keys in by),
            failed=reader.newest(Which.FAILED, refs),
            lost=reader.newest(Which.LOST, refs),
            succeeded=reader.newest(Which.SUCCEEDED, refs),
        )


def _nothing(settings: Settings, by: tuple[By, ...]) -> Figures:
    return figures_of(by, (), (), settings.prices)


def entries_of(shell: Shell, wanted: Wanted, *, tagged: bool) -> dict[Ref, Entry]:
    """What the list that is named says of its tasks, else all lists, where anything asks for it.

    `tagged`: labels and tags are asked for.
    """
    if not wanted.everything:
        names = [wanted.watchlist]
    elif wanted.query or tagged:
        names = list(dict.fromkeys((DEFAULT_WATCHLIST, *list_names(shell.paths))))
    else:
        return {}
    found: dict[Ref, Entry] = {}
    for name in names:
        for entry in existing(shell, name).look().entries():
            found.setdefault(entry.ref, entry)
    return found


def compared(shell: Shell, task: Task) -> Compared:
    """What a run is held against; nothing for a task that is over."""
    if task.over or task.snapshot is None:
        return ALONE
    model, now = model_of(task), shell.clock.now()
    with history_of(shell) as history:
        if history is None:
            return ALONE
        runs = history.ask(lambda db: figures.last_runs(db, model, LAST))
        since = rfc3339(now - BESIDE_WITHIN) or ""
        refs = history.ask(lambda db: figures.running(db, model, since, task.ref, MOST_BESIDE))
        others = history.load([Entry(ref=ref, added=_NEVER) for ref in refs]).values()
    spans = [span for other in others if (span := ran_for(other, now)) is not None]
    return Compared(usual(runs), tuple(sorted(spans, reverse=True)))


def remembered_models(shell: Shell) -> list[Model]:
    """The models of all tasks that are over, by account."""
    with history_of(shell) as history:
        return history.ask(figures.models) if history else []
