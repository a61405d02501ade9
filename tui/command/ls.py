"""`rushes ls`: the tasks as last known, for a person, for a pipe, or as JSON."""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from rushes.providers.exits import Exit
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.json_output import VERSION, print_json_list
from rushes.tui.shell.memory import each_remembered
from rushes.tui.shell.shell import Shell
from rushes.watch.asset import Asset
from rushes.watch.config.settings import Settings
from rushes.watch.query import Query, parse
from rushes.watch.task import Task, soonest_loss

if TYPE_CHECKING:
    from rushes.watch.polling.tally import Tally

COLUMNS = ("REF", "STATUS", "RAW", "PROGRESS", "CREATED", "FINISHED", "EXPIRES", "FILES",
           "PROBLEM", "LABEL", "TAGS")  # fmt: skip
"""The columns of piped output, in this order; scripts rely on it."""


def run(args: Namespace, shell: Shell) -> int:
    """Print the tasks of the watchlist that match the filter."""
    # The bare `rushes` comes here too, without a single option of its own.
    query = parse(" ".join(getattr(args, "filter", ())))
    asked = _Asked(args.watchlist, query, json=getattr(args, "json", False))
    if getattr(args, "poll", False):
        from rushes.tui.shell.running import run as run_loop

        return run_loop(_poll_and_print(asked, shell))
    settings = shell.settings()
    entries = existing(shell, asked.watchlist).look().entries()
    with closing(each_remembered(shell, settings.accounts, entries)) as tasks:
        _print(tasks, asked, settings, shell)
    return Exit.FINE


class _Asked(NamedTuple):
    """Which tasks are to be printed, and how."""

    watchlist: str
    query: Query
    json: bool


async def _poll_and_print(asked: _Asked, shell: Shell) -> Exit:
    settings = shell.settings()
    tasks, how = await _polled(asked.watchlist, settings, shell)
    _print(tasks, asked, settings, shell)
    return how


def _print(tasks: Iterable[Task], asked: _Asked, settings: Settings, shell: Shell) -> None:
    now, name = shell.clock.now(), title(shell, asked.watchlist)
    is_empty = True

    def matching() -> Iterator[Task]:
        nonlocal is_empty
        for task in tasks:
            is_empty = False
            if asked.query.matches(task, now):
                yield task

    if asked.json:
        from rushes.tui.command.task_json import task_json

        bases = {account.id: account.base for account in settings.accounts.values()}
        items = (task_json(task, now, bases.get(task.ref.provider, "")) for task in matching())
        print_json_list(shell.out, {"version": VERSION, "watchlist": name}, "tasks", items)
        return
    print_tasks(matching(), now, settings, shell)
    if is_empty:
        shell.tell(f"nothing is watched in {name}: rushes add ID, or rushes demo")


def print_tasks(tasks: Iterable[Task], now: datetime, settings: Settings, shell: Shell) -> None:
    """Print the tasks, aligned on a terminal and tab-separated elsewhere."""
    if shell.out.is_terminal:
        from rushes.tui.command.listing import lines

        for line in lines(list(tasks), now, settings.glyphs, shell.out):
            shell.out.line(line)
        return
    rows = ("\t".join(_row(task, now)) for task in tasks)
    # What cannot be read is told before anything is written.
    first = list(islice(rows, 1))
    shell.out.line("\t".join(COLUMNS))
    for row in chain(first, rows):
        shell.out.line(row)


async def _polled(name: str, settings: Settings, shell: Shell) -> tuple[list[Task], Exit]:
    from rushes.tui.command.desks import open_quietly

    async with open_quietly(shell, settings, name) as desk:
        tally = await desk.poll_once(list(desk.ledger.tasks()))
        states = desk.account_states().values()
        for state in states:
            if why := state.key_missing or (state.trouble.message if state.trouble else ""):
                shell.tell(f"{state.account_id}: {why}")
        keyless = any(state.key_missing for state in states)
        return list(desk.ledger.tasks().values()), _how(tally, keyless=keyless)


def _how(tally: "Tally", *, keyless: bool) -> Exit:
    """The exit code of a poll: KEY where all keys lack or are refused, UNREACHABLE, or FINE."""
    if keyless or (tally.asked and tally.refused == tally.asked):
        return Exit.KEY
    return Exit.UNREACHABLE if tally.asked and not tally.reached else Exit.FINE


def _row(task: Task, now: datetime) -> tuple[str, ...]:
    said, assets = task.snapshot, list(task.assets(now))
    loss = soonest_loss(assets)
    return (
        str(task.ref),
        task.status.value if task.status else "",
        task.raw_status or "",
        f"{said.progress}" if said and said.progress is not None else "",
        (rfc3339(said.created_at) if said else None) or "",
        (rfc3339(said.finished_at) if said else None) or "",
        (rfc3339(loss.deadline) if loss else None) or "",
        _files(task, assets),
        task.trouble.kind.value if task.trouble else "",
        task.entry.label,
        ",".join(task.entry.tags),
    )


def _files(task: Task, assets: Sequence[Asset]) -> str:
    if assets:
        return f"{sum(asset.saved for asset in assets)}/{len(assets)}"
    return "no files" if task.without_files else ""
