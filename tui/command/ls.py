"""`rushes ls`: the tasks as last known, for a person, for a pipe, or as JSON."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.json_output import VERSION, print_json_list
from rushes.tui.shell.memory import each_remembered
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.asset import Asset, soonest_loss
from rushes.watch.config.kinds import BadSetting
from rushes.watch.config.listing import columns_of, order_of
from rushes.watch.config.settings import Settings
from rushes.watch.query import Query, parse
from rushes.watch.task import Task

if TYPE_CHECKING:
    from rushes.tui.command.list_forms import Write
    from rushes.watch.config.listing import ListColumn
    from rushes.watch.moved_files import FileLook
    from rushes.watch.polling.tally import Tally
    from rushes.watch.sorting import SortOrder, SortValue

T = TypeVar("T")

COLUMNS = ("REF", "STATUS", "RAW", "PROGRESS", "CREATED", "FINISHED", "EXPIRES", "FILES",
           "PROBLEM", "LABEL", "TAGS")  # fmt: skip
"""The columns of piped output, in this order; scripts rely on it."""


def run(args: Namespace, shell: Shell) -> int:
    """Print the tasks of the watchlist that match the filter."""
    settings = shell.settings()
    asked = _asked(args, settings)
    if getattr(args, "poll", False):
        from rushes.tui.shell.running import run as run_loop

        return run_loop(_poll_and_print(asked, settings, shell))
    entries = existing(shell, asked.watchlist).look().entries()
    files = _look_at_files(asked, shell)
    with closing(each_remembered(shell, settings.accounts, entries, files)) as tasks:
        _print(tasks, asked, settings, shell)
    return Exit.FINE


class _Asked(NamedTuple):
    """Which tasks are to be printed, and how; without an order as they are in the list."""

    watchlist: str
    query: Query
    json: bool
    columns: "tuple[ListColumn, ...]" = ()
    order: "SortOrder | None" = None
    limit: int | None = None
    write: "Write | None" = None


def _asked(args: Namespace, settings: Settings) -> _Asked:
    """What the options mean together; raises BadUsage, BadFilter."""
    # The bare `rushes` comes here too, without a single option of its own.
    query = parse(" ".join(getattr(args, "filter", ())), settings.views)
    given = {name: getattr(args, name, None) for name in ("json", *_TEXT_FORMS, "columns")}
    asked = _Asked(args.watchlist, query, json=bool(given["json"]))
    forms = [f"--{name}" for name in ("json", *_TEXT_FORMS) if given[name]]
    if len(forms) > 1:
        raise BadUsage(
            _("{form} or {other}: a list is printed in one form").format(
                form=forms[0], other=forms[1]
            )
        )
    if given["columns"] and (given["json"] or given["format"]):
        raise BadUsage(
            _("{forms} says itself what is printed: leave --columns out").format(forms=forms[0])
        )
    if order := getattr(args, "sort", None):
        asked = asked._replace(order=_read("--sort", order_of, order))
    if (limit := getattr(args, "limit", None)) is not None:
        if limit < 1:
            raise BadUsage(_("--limit: expected a number from 1 on"))
        asked = asked._replace(limit=limit)
    if columns := given["columns"]:
        asked = asked._replace(columns=_read("--columns", columns_of, columns))
    return asked._replace(write=_write(given, asked.columns))


_TEXT_FORMS = ("csv", "tsv", "format")


def _read(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except BadSetting as error:
        raise BadUsage(f"{option}: {error}") from None


def _write(given: Mapping[str, str | None], columns: "tuple[ListColumn, ...]") -> "Write | None":
    """What writes the form that was asked for; None for the usual one."""
    if not columns and not any(given[name] for name in _TEXT_FORMS):
        return None
    from rushes.tui.command import list_forms

    if text := given["format"]:
        return list_forms.template(text)
    if given["csv"]:
        return list_forms.csv(columns or list_forms.PIPED)
    if given["tsv"]:
        return list_forms.tab_separated(columns or list_forms.PIPED)
    return None


def _look_at_files(asked: _Asked, shell: Shell) -> "FileLook | None":
    """What looks whether saved files were moved; None where that shows nowhere."""
    if not (asked.json or shell.out.is_terminal or "moved" in asked.query.text.casefold()):
        return None
    from rushes.watch.moved_files import FileLook

    return FileLook()


async def _poll_and_print(asked: _Asked, settings: Settings, shell: Shell) -> Exit:
    tasks, how = await _polled(asked.watchlist, settings, shell)
    files = _look_at_files(asked, shell)
    _print(files.at(tasks) if files else tasks, asked, settings, shell)
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

    chosen = _arranged(matching(), asked, settings, now, shell)
    if asked.json:
        _print_json(chosen, name, settings, now, shell)
        return
    if asked.write is not None:
        asked.write(chosen, now, shell.out)
    else:
        print_tasks(chosen, now, settings, shell, asked.columns)
    if is_empty:
        shell.tell(
            _("nothing is watched in {name}: rushes add ID, or rushes demo").format(name=name)
        )


def _arranged(
    tasks: Iterator[Task], asked: _Asked, settings: Settings, now: datetime, shell: Shell
) -> Iterator[Task]:
    """The tasks in the order that was asked for, no more of them than were asked for."""
    usual = settings.listing.sort if shell.out.is_terminal and not asked.json else None
    if order := asked.order or usual:
        from rushes.watch.sorting import arranged, sort_value

        def value(task: Task) -> "SortValue":
            return sort_value(order.key, task, now)

        tasks = iter(arranged(tasks, value, order.key, descending=order.descending))
    return islice(tasks, asked.limit)


def _print_json(
    tasks: Iterable[Task], name: str, settings: Settings, now: datetime, shell: Shell
) -> None:
    from rushes.tui.command.task_json import task_json
    from rushes.tui.shell.asked import account_asked_every, task_asked_every

    accounts = settings.accounts
    told = {name: account_asked_every(account, shell) for name, account in accounts.items()}

    def document(task: Task) -> JsonObject:
        if (account := accounts.get(task.ref.provider)) is None:
            return task_json(task, now, "")
        every = task_asked_every(task, account, told[account.id])
        return task_json(task, now, account.base, every)

    head: JsonObject = {"version": VERSION, "watchlist": name}
    print_json_list(shell.out, head, "tasks", map(document, tasks))


def print_tasks(
    tasks: Iterable[Task],
    now: datetime,
    settings: Settings,
    shell: Shell,
    columns: "tuple[ListColumn, ...]" = (),
) -> None:
    """Print the tasks, aligned on a terminal and tab-separated elsewhere.

    Without `columns` they are those of the settings on a terminal, and COLUMNS elsewhere.
    """
    if shell.out.is_terminal:
        from rushes.tui.command.listing import chosen_lines, lines

        columns, all_tasks = columns or settings.listing.columns, list(tasks)
        if columns:
            made = chosen_lines(all_tasks, columns, now, settings.glyphs, shell.out)
        else:
            made = lines(all_tasks, now, settings.glyphs, shell.out)
        for line in made:
            shell.out.line(line)
        return
    if columns:
        from rushes.tui.command.list_forms import tab_separated

        tab_separated(columns)(tasks, now, shell.out)
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
            if why := state.key_missing or (_(state.trouble.message) if state.trouble else ""):
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
    return _("no files") if task.without_files else ""
