"""`rushes export` and `rushes import`: tasks and all that is remembered of them, as JSON Lines."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.model import Content
from rushes.tui.shell.files import chosen_entries, existing, title, watchlist
from rushes.tui.shell.memory import each_remembered
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch import portable
from rushes.watch.config.accounts import Account
from rushes.watch.disk.paths import NoHome, expanded
from rushes.watch.disk.tomlfile import BadFile, read_text
from rushes.watch.history.store import History
from rushes.watch.keys.pasted import is_key
from rushes.watch.network.policy import check_route
from rushes.watch.network.url import Refused
from rushes.watch.task import Ref, Task

FILE_LIMIT = 256 << 20
"""Bytes of a file that are read at most."""


def write(args: Namespace, shell: Shell) -> int:
    """Print a line for each task."""
    contents = existing(shell, args.watchlist).look()
    accounts = shell.settings().accounts
    entries = chosen_entries(args.refs, shell, contents) if args.refs else contents.entries()
    exported = 0
    with closing(each_remembered(shell, accounts, entries)) as tasks:
        for task in tasks:
            shell.out.line(portable.write(task))
            exported += 1
    shell.tell(_("exported: {exported}").format(exported=exported))
    return Exit.FINE


def read(args: Namespace, shell: Shell) -> int:
    """Watch the tasks of the lines; history takes over what they say of tasks never seen here."""
    tasks = _read(_text(args.file, shell), shell.settings().accounts)
    return run_loop(_adopt(tasks, args, shell))


def _text(name: str, shell: Shell) -> str:
    if name == "-":
        return shell.read_text()
    try:
        file = read_text(expanded(name), FILE_LIMIT)
    except (BadFile, NoHome) as error:
        raise BadUsage(str(error)) from None
    if file is None:
        raise BadUsage(_("there is no file {name}").format(name=name))
    return file.text


def _read(text: str, accounts: Mapping[str, Account]) -> list[Task]:
    """The tasks of all lines; raises BadUsage at the first bad one, before anything is changed.

    What would have a key sent off its account's routes is bad, too (S9).
    """
    tasks: dict[Ref, Task] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                task = portable.read(line)
                _check_routes(task, accounts.get(task.ref.provider))
            except (portable.BadRecord, Refused) as error:
                raise BadUsage(
                    _("line {number}: {error}").format(number=number, error=error)
                ) from None
            tasks.setdefault(task.ref, task)
    return list(tasks.values())


def _check_routes(task: Task, account: Account | None) -> None:
    """Raise Refused where polling the task, or fetching a file of it, would leave the routes.

    Of an account that is not configured the client looks at each path, once it is.
    """
    if is_key(task.ref.id):
        raise Refused(_("the id is a key"))
    if account is None:
        return
    card = account.provider.card
    check_route(card, card.path(task.ref.id))
    for output in task.snapshot.outputs if task.snapshot else ():
        if isinstance(output.where, Content):
            check_route(card, output.where.path)


async def _adopt(tasks: Sequence[Task], args: Namespace, shell: Shell) -> Exit:
    file = watchlist(shell, args.watchlist)
    before = {entry.ref for entry in file.read().entries}
    history = History(shell.paths.history, trusted=shell.paths.trusted)
    try:
        known = await history.load(task.entry for task in tasks)
        fresh = [task for task in tasks if known[task.ref] == Task(entry=task.entry)]
        for task in fresh:
            history.save(replace(task, trouble=None))
        await history.flush()
    finally:
        await history.close()
    file.add(task.entry for task in tasks)
    for task in tasks:
        shell.out.line(str(task.ref))
    new = sum(task.ref not in before for task in tasks)
    shell.tell(
        _("watching {new} more in {title}, {fresh} remembered").format(
            new=new, title=title(shell, args.watchlist), fresh=len(fresh)
        )
    )
    return Exit.FINE
