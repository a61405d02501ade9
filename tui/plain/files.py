"""The watchlist that a command is about, and which of its tasks are meant."""

from collections.abc import Iterable, Iterator, Sequence

from tui.plain.shell import BadUsage, Shell
from watch.refs import find
from watch.task import Ref
from watch.watchfile import WatchlistFile, name_of, path_for


def watchlist(shell: Shell, name: str) -> WatchlistFile:
    """The watchlist of that NAME or PATH; raises BadName."""
    return WatchlistFile(path_for(name, shell.paths))


def title(shell: Shell, name: str) -> str:
    """What to call that watchlist; raises BadName."""
    return name_of(path_for(name, shell.paths), shell.paths)


def chosen(words: Sequence[str], shell: Shell, refs: Iterable[Ref]) -> list[Ref]:
    """The watched tasks that `words` mean, each once; `-` stands for the refs on stdin.

    Raises NoSuchTask, AmbiguousRef, and BadUsage where stdin names no task.
    """
    known = tuple(refs)
    texts: list[str] = []
    for word in words:
        texts += _from_stdin(shell) if word == "-" else [word]
    return list(dict.fromkeys(find(text, known) for text in texts))


def _from_stdin(shell: Shell) -> list[str]:
    """The first column of stdin's lines, so that `rushes ls | rushes get -` works as it is."""
    texts = list(_first_column(shell.read_text()))
    if not texts:
        raise BadUsage("stdin names no task")
    return texts


def _first_column(text: str) -> Iterator[str]:
    for line in text.splitlines():
        first = line.partition("\t")[0].strip()
        if first and first != "REF":
            yield first
