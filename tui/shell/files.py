"""Finding the watchlist that a command names, and the tasks in it that the REFs mean."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
from rushes.watch.watchlist.editing import EditedList
from rushes.watch.watchlist.file import list_names
from rushes.watch.watchlist.named import list_called, team_of, title_of
from rushes.watch.watchlist.refs import find, find_entry

if TYPE_CHECKING:
    from rushes.watch.watchlist.shared import SharedList
    from rushes.watch.watchlist.team import Team
    from rushes.watch.watchlist.undo_log import UndoLog


class NothingThere(BadUsage):
    """stdin was to name tasks and named none, as when the command before it in a pipe failed."""

    code = ErrorCode.NOTHING_ON_STDIN


class NoSuchWatchlist(RushesError):
    """A command was given a watchlist that does not exist."""

    code = ErrorCode.NO_SUCH_WATCHLIST


PATIENCE = 2.0
"""Seconds after which a command says on stderr that it is still reading stdin."""


def team(shell: Shell) -> "Team":
    """The shared store; raises BadSettings, and StoreUnusable where there is none."""
    return team_of(shell.settings().store, shell.paths, shell.environ)()


def watchlist(shell: Shell, name: str) -> EditedList:
    """The watchlist of that NAME or PATH; raises BadName, and for a shared one as `team` does."""
    return list_called(name, shell.paths, lambda: team(shell), undo=lambda: _undo_log(shell))


def shared_list(shell: Shell, name: str) -> "SharedList":
    """The list of that name in the shared store; raises as `team` does."""
    return team(shell).open(name, lambda: _undo_log(shell))


def _undo_log(shell: Shell) -> "UndoLog":
    from rushes.watch.watchlist.undo_log import UndoLog  # with the first edit

    return UndoLog(shell.paths.undo, shell.clock, one_step=True)


def existing(shell: Shell, name: str) -> EditedList:
    """As `watchlist`, for a list that has to exist; the default one need not.

    Raises BadName and NoSuchWatchlist, with the nearest name.
    """
    file = watchlist(shell, name)
    if name != DEFAULT_WATCHLIST and not file.is_there:
        known = sorted({DEFAULT_WATCHLIST, *list_names(shell.paths)})
        nearest = hint(name, known) if "/" not in name else ""
        raise NoSuchWatchlist(
            _("there is no watchlist {name}").format(name=clean(name, 300)), hint=nearest
        )
    return file


def title(shell: Shell, name: str) -> str:
    """What to call that watchlist; raises BadName."""
    return title_of(name, shell.paths)


def chosen(words: Sequence[str], shell: Shell, refs: Iterable[Ref]) -> list[Ref]:
    """The watched tasks that `words` mean, each once; `-` stands for the refs on stdin.

    Raises NoSuchTask, AmbiguousRef, and BadUsage where stdin names no task.
    """
    known = tuple(refs)
    return list(dict.fromkeys(find(text, known) for text in spelled(words, shell)))


def chosen_entries(words: Sequence[str], shell: Shell, contents: Contents) -> list[Entry]:
    """As `chosen`, for a watchlist as it was read: the entries that `words` mean."""
    found = (find_entry(text, contents) for text in spelled(words, shell))
    return list({entry.ref: entry for entry in found}.values())


def chosen_one(word: str, shell: Shell, contents: Contents) -> Entry:
    """The one entry that `word` means; raises as `chosen` does, and for several."""
    first, *others = chosen_entries([word], shell, contents)
    if others:
        raise BadUsage(
            _("stdin names {others} tasks; this is for one at a time").format(
                others=len(others) + 1
            )
        )
    return first


async def named(words: Sequence[str], shell: Shell, otherwise: str) -> list[str]:
    """The words themselves, or the refs on stdin where there are no words; waits for its end.

    Call it before reading the watchlist: in `rushes add … | rushes get` the tasks are written while
    this waits. `otherwise` is the command for every task, for the messages. Raises BadUsage.
    """
    import asyncio

    reading = asyncio.create_task(asyncio.to_thread(spelled, words or ["-"], shell))
    await asyncio.wait({reading}, timeout=PATIENCE)
    if not reading.done():
        shell.tell(_("reading refs from stdin; {otherwise}").format(otherwise=otherwise))
    try:
        return await reading
    except NothingThere as error:
        raise NothingThere(str(error), hint=otherwise) from None


def spelled(words: Sequence[str], shell: Shell) -> list[str]:
    """The words, each `-` replaced by the refs on stdin; raises NothingThere where it has none."""
    texts: list[str] = []
    for word in words:
        texts += _from_stdin(shell) if word == "-" else [word]
    return texts


def _from_stdin(shell: Shell) -> list[str]:
    """The first column of stdin's lines, so that `rushes ls | rushes get` works as it is."""
    texts = list(_first_column(shell.read_text()))
    if not texts:
        raise NothingThere(_("stdin names no task"))
    return texts


def _first_column(text: str) -> Iterator[str]:
    for line in text.splitlines():
        first = line.partition("\t")[0].strip()
        if first and first != "REF":
            yield first
