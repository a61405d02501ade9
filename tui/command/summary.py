"""`rushes ls --summary`: the counts of a list, for a status bar that asks every few seconds.

It loads neither the settings nor the engine: the sums are those that the history keeps.
"""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.lines.words import rough, status_word
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.history.outline_sums import usual_sums
from rushes.watch.sums import Sums

if TYPE_CHECKING:
    from rushes.providers.as_json import JsonObject

_OF_OTHERS = ("filter", "columns", "csv", "tsv", "format", "sort", "limit", "poll")


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the sums over the list."""
    if given := [name for name in _OF_OTHERS if getattr(args, name)]:
        raise BadUsage(
            _("--summary is of the whole list as last known: leave {given} out").format(
                given=given[0]
            )
        )
    refs = existing(shell, args.watchlist).look().refs_as_json()
    now = shell.clock.now()
    sums = _sums(refs, now.timestamp(), shell)
    if args.json:
        print_json(shell.out, _document(sums, title(shell, args.watchlist)))
    else:
        shell.out.line(_(", ").join(_words(sums, now)))
    return Exit.FINE


def _sums(refs: str, now: float, shell: Shell) -> Sums:
    """The sums as they are kept; by the reader of all where something has to be made or told."""
    paths = shell.paths
    usual = None
    try:
        if not shell.may_share:
            usual = usual_sums(paths.history, refs, now, paths.trusted)
    except TimeoutError:
        from rushes.watch.store import StoreError

        raise StoreError(
            _("{history}: the disk does not answer").format(history=paths.history)
        ) from None
    if usual is not None:
        return usual
    from rushes.tui.shell.open_history import history_of

    with history_of(shell) as history:
        return history.sums(refs, now) if history else _unheard(refs)


def _unheard(refs: str) -> Sums:
    """The sums where there is no history: nothing was heard of any task."""
    return Sums(Counter({None: len(json.loads(refs))}))


def _document(sums: Sums, watchlist: str) -> "JsonObject":
    by_life = {status_word(status): number for status, number in _statuses(sums) if number}
    loss: JsonObject | None = None
    if sums.next_loss is not None:
        at, ref = sums.next_loss
        loss = {"ref": str(ref), "at": rfc3339(datetime.fromtimestamp(at, UTC))}
    return {
        "version": VERSION,
        "watchlist": watchlist,
        "tasks": sums.statuses.total(),
        "active": _active(sums),
        "trouble": sums.trouble,
        "statuses": by_life,
        "unsaved": sums.unsaved,
        "at_risk": sums.at_risk,
        "lost": sums.lost,
        "next_loss": loss,
    }


def _words(sums: Sums, now: datetime) -> Iterator[str]:
    """What a status bar has room for: what goes on, and what is to be lost."""
    open_words = [
        f"{number} {status_word(status)}"
        for status, number in _statuses(sums)
        if number and not (status and status.terminal)
    ]
    yield from open_words or [_("nothing open")]
    if sums.trouble:
        yield _("{trouble} in trouble").format(trouble=sums.trouble)
    if sums.unsaved:
        yield _("{unsaved} not saved").format(unsaved=plural("{n} file", "{n} files", sums.unsaved))
    if sums.at_risk:
        yield _("{at_risk} at risk").format(at_risk=sums.at_risk)
    if sums.next_loss is not None:
        yield _("next loss {time}").format(
            time=rough(timedelta(seconds=sums.next_loss[0] - now.timestamp()))
        )


def _active(sums: Sums) -> int:
    return sum(number for status, number in _statuses(sums) if not (status and status.terminal))


def _statuses(sums: Sums) -> Iterator[tuple[Status | None, int]]:
    """The statuses in the order of a task's life, with how many tasks have each."""
    for status in (None, *Status):
        yield status, sums.statuses[status.value if status else None]
