"""`rushes ls`: the tasks as last known, for a person, for a pipe, or as JSON."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rushes.providers.exits import Exit
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.command.listing import lines
from rushes.tui.lines.columns import NO_FILES
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.memory import remembered
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.asked_every import AskedEvery
from rushes.watch.asset import Asset
from rushes.watch.config.settings import Settings
from rushes.watch.query import Query, parse
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from rushes.watch.polling.tally import Tally

COLUMNS = ("REF", "STATUS", "RAW", "PROGRESS", "CREATED", "FINISHED", "EXPIRES", "FILES",
           "PROBLEM", "LABEL", "TAGS")  # fmt: skip
"""The columns of piped output, in this order; scripts rely on it."""


def run(args: Namespace, shell: Shell) -> int:
    """Print the tasks of the watchlist that match the filter."""
    # The bare `rushes` comes here too, without a single option of its own.
    query = parse(" ".join(getattr(args, "filter", ())))
    json, poll = getattr(args, "json", False), getattr(args, "poll", False)
    return run_loop(_list(args.watchlist, query, shell, json=json, poll=poll))


async def _list(name: str, query: Query, shell: Shell, *, json: bool, poll: bool) -> Exit:
    settings = shell.settings()
    tasks, how = await (_polled if poll else _known)(name, settings, shell)
    now = shell.clock.now()
    shown = [task for task in tasks if query.matches(task, now)]
    if json:
        from rushes.tui.command.task_json import task_json

        bases = {account.id: account.base for account in settings.accounts.values()}
        every = _asked_every(shown, settings, shell)
        print_json(
            shell.out,
            {
                "version": VERSION,
                "watchlist": title(shell, name),
                "tasks": [
                    task_json(t, now, bases.get(t.ref.provider, ""), every.get(t.ref))
                    for t in shown
                ],
            },
        )
    else:
        print_tasks(shown, now, settings, shell)
        if not tasks:
            shell.tell(f"nothing is watched in {title(shell, name)}: rushes add ID, or rushes demo")
    return how


def _asked_every(
    tasks: Sequence[Task], settings: Settings, shell: Shell
) -> Mapping[Ref, AskedEvery | None]:
    """How often each task is asked about whose account is configured."""
    from rushes.tui.shell.asked import account_asked_every, task_asked_every

    used = dict.fromkeys(task.ref.provider for task in tasks)
    accounts = {name: settings.accounts[name] for name in used if name in settings.accounts}
    told = {name: account_asked_every(account, shell) for name, account in accounts.items()}
    return {
        task.ref: task_asked_every(task, accounts[task.ref.provider], told[task.ref.provider])
        for task in tasks
        if task.ref.provider in accounts
    }


def print_tasks(tasks: Sequence[Task], now: datetime, settings: Settings, shell: Shell) -> None:
    """Print the tasks, aligned on a terminal and tab-separated elsewhere."""
    if shell.out.is_terminal:
        for line in lines(tasks, now, settings.glyphs, shell.out):
            shell.out.line(line)
        return
    shell.out.line("\t".join(COLUMNS))
    for task in tasks:
        shell.out.line("\t".join(_row(task, now)))


async def _known(name: str, settings: Settings, shell: Shell) -> tuple[list[Task], Exit]:
    entries = existing(shell, name).read().entries
    tasks = await remembered(shell, settings.accounts, entries)
    return list(tasks.values()), Exit.FINE


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
    said, loss = task.snapshot, task.next_loss(now)
    assets = list(task.assets(now))
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
    return NO_FILES if task.without_files else ""
