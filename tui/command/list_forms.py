"""The forms of `rushes ls` that are text: tab-separated, CSV, and a template."""

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.command.ls import COLUMNS
from rushes.tui.lines.list_columns import RENDERINGS
from rushes.tui.shell.shell import BadUsage
from rushes.tui.shell.stream import Stream
from rushes.watch.config.listing import ListColumn
from rushes.watch.task import Task

PIPED = tuple(ListColumn(name.lower()) for name in COLUMNS)
"""The columns where none are named."""

Write = Callable[[Iterable[Task], datetime, Stream], None]
"""Writes tasks as they are at that time."""


def tab_separated(columns: Sequence[ListColumn]) -> Write:
    """A head and a line a task; no value holds a tab or a line end."""
    return _lines(columns, "\t".join)


def csv(columns: Sequence[ListColumn]) -> Write:
    """The same as CSV, quoted where it has to be.

    What a spreadsheet would take for a formula has an apostrophe in front: labels, prompts and
    errors are other people's texts, and a formula can fetch and send. `rushes add` takes it off.
    """
    import csv as module
    import io

    held = io.StringIO()
    writer = module.writer(held, lineterminator="")

    def joined(values: Sequence[str]) -> str:
        held.seek(0)
        held.truncate()
        writer.writerow([f"'{value}" if value.startswith(FORMULA) else value for value in values])
        return held.getvalue()

    return _lines(columns, joined)


FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def _lines(columns: Sequence[ListColumn], joined: Callable[[Sequence[str]], str]) -> Write:
    data = [RENDERINGS[column].data for column in columns]
    head = [column.value.upper() for column in columns]

    def write(tasks: Iterable[Task], now: datetime, out: Stream) -> None:
        rows = (joined([text(task, now) for text in data]) for task in tasks)
        # What cannot be read is told before anything is written.
        first = list(islice(rows, 1))
        out.line(joined(head))
        for row in chain(first, rows):
            out.line(row)

    return write


def template(text: str) -> Write:
    r"""A line a task: the template with words in place of its fields; raises BadUsage.

    `\t` and `\n` are a tab and a line end; braces are doubled.
    """
    pieces = list(_pieces(text))

    def write(tasks: Iterable[Task], now: datetime, out: Stream) -> None:
        for task in tasks:
            out.line("".join(p if isinstance(p, str) else p(task, now) for p in pieces))

    return write


def _pieces(text: str) -> Iterator[str | Callable[[Task, datetime], str]]:
    names = {column.value: column for column in ListColumn}
    plain = text.replace("\\t", "\t").replace("\\n", "\n")
    try:
        parsed = list(string.Formatter().parse(plain))
    except ValueError as error:
        raise BadUsage(
            _("--format: {error}; a brace that is none is doubled").format(error=error)
        ) from None
    for literal, name, form, conversion in parsed:
        if literal:
            yield literal
        if name is None:
            continue
        if form or conversion:
            raise BadUsage(
                _("--format: a field is a name alone, such as {{{name}}}").format(
                    name=clean(name, 40)
                )
            )
        if name not in names:
            raise BadUsage(
                _("--format: unknown field {name!r}; {hint}").format(
                    name=clean(name, 40), hint=hint(name, names)
                )
            )
        yield RENDERINGS[names[name]].words
