"""`rushes get`: the outputs that are not on disk yet."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.model import ProblemKind, Status
from rushes.providers.text import clean
from rushes.tui.command.awaited_files import AwaitedFiles
from rushes.tui.command.delivery import PATIENCE, Delivery
from rushes.tui.command.desks import open_quietly, refuse_strangers
from rushes.tui.command.elsewhere import Elsewhere
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.words import status_word
from rushes.tui.shell.files import chosen, named
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.settings import Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import NoHome, expanded
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref, Task

_PROBLEMS = {
    ProblemKind.AUTH: Exit.KEY,
    ProblemKind.UNAVAILABLE: Exit.UNREACHABLE,
    ProblemKind.RATE_LIMITED: Exit.UNREACHABLE,
    ProblemKind.NOT_FOUND: Exit.GONE,
}


def run(args: Namespace, shell: Shell) -> int:
    """Fetch the outputs, and print the path of each file that was saved."""
    if args.all and args.refs:
        raise BadUsage("give refs or --all, not both")
    if not (args.all or args.refs or shell.piped):
        raise BadUsage("which outputs? give refs, or - to read refs from stdin, or --all")
    return run_loop(_get(args, _settings(shell, args.dir), shell))


def _settings(shell: Shell, folder: str | None) -> Settings:
    """The settings, with the folder that files go to if one was named."""
    settings = shell.settings()
    if folder is None:
        return settings
    try:
        target = expanded(folder).absolute()
    except NoHome as error:
        raise BadUsage(str(error)) from None
    return replace(settings, download=replace(settings.download, dir=target))


async def _get(args: Namespace, settings: Settings, shell: Shell) -> Exit:
    words = () if args.all else await named(args.refs, shell, "for every task: rushes get --all")
    async with open_quietly(shell, settings, args.watchlist) as desk:
        known = list(desk.ledger.tasks())
        refs = known if args.all else chosen(words, shell, known)
        refuse_strangers({ref.provider for ref in refs}, settings)
        await desk.poll_once(ref for ref in refs if not desk.ledger.tasks()[ref].polls)
        if args.all:
            # What was once reported to have no files is not news.
            refs = [ref for ref in refs if not _was_reported(desk.ledger.tasks()[ref])]
        elsewhere = Elsewhere(desk, shell)
        if args.dir is not None and not args.force:
            for ref in refs:
                await elsewhere.bring(ref)
        return await _fetch(desk, refs, shell, elsewhere, force=args.force)


def _was_reported(task: Task) -> bool:
    return task.without_files and task.late_files.reported


async def _fetch(
    desk: Desk, refs: Sequence[Ref], shell: Shell, elsewhere: Elsewhere, *, force: bool
) -> Exit:
    def saved(path: str) -> None:
        shell.out.line(path)
        shell.out.flush()

    delivery = Delivery(desk, refs, shell, saved)
    late = [ref for ref in refs if desk.ledger.tasks()[ref].names_no_file]
    exits = {
        _queued(desk, ref, shell, force=force, told=ref in elsewhere.found)
        for ref in refs
        if ref not in late
    }
    if late:
        arriving = AwaitedFiles(desk, late, delivery, shell)
        await arriving.arrive()
        exits |= arriving.exits
    await delivery.finish(refs)
    return first_that_applies(exits | delivery.exits | elsewhere.exits)


def _queued(desk: Desk, ref: Ref, shell: Shell, *, force: bool, told: bool) -> Exit:
    """Have a task's outputs fetched, or say why there are none to fetch.

    `told`: what is saved of it was spoken of already.
    """
    task = desk.ledger.tasks()[ref]
    why_not = desk.download_policy.queue(ref, force=force, patience=PATIENCE)
    if why_not is not None and not (told and why_not is DownloadRefusal.ALL_SAVED):
        shell.tell(f"skipped {task.name}: {_reason(task, why_not)}")
    if task.status is Status.GONE and why_not is not None:
        return Exit.GONE
    return (
        _PROBLEMS.get(task.trouble.kind, Exit.FINE) if task.trouble and not task.over else Exit.FINE
    )


def _reason(task: Task, why_not: DownloadRefusal) -> str:
    if task.trouble is not None and not task.over:
        return clean(task.trouble.message)
    said = refusal_words(why_not)
    is_saved = why_not is DownloadRefusal.ALL_SAVED
    return said if is_saved else f"{said} ({status_word(task.status)})"
