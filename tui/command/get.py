"""`rushes get`: the outputs that are not on disk yet."""

from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.model import ProblemKind, Status
from rushes.providers.text import clean
from rushes.tui.command.awaited_files import AwaitedFiles
from rushes.tui.command.delivery import PATIENCE, Delivery
from rushes.tui.command.desks import into_folder, open_quietly, refuse_strangers, tell_of_strangers
from rushes.tui.command.dry_run import print_plan
from rushes.tui.command.elsewhere import Elsewhere
from rushes.tui.command.event_lines import EventLines
from rushes.tui.command.fetched import Result
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.words import status_word
from rushes.tui.shell.files import chosen, named
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.byte_rates import byte_rate
from rushes.watch.config.settings import Settings
from rushes.watch.desk import Desk
from rushes.watch.downloads.standing import LACKING, UNSETTLED, Standing, standing
from rushes.watch.events.at_end import AtEnd
from rushes.watch.polling.late_files import reported
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref, Task

_PROBLEMS = {
    ProblemKind.AUTH: Exit.KEY,
    ProblemKind.UNAVAILABLE: Exit.UNREACHABLE,
    ProblemKind.RATE_LIMITED: Exit.UNREACHABLE,
    ProblemKind.NOT_FOUND: Exit.GONE,
}


@frozen
class Wish:
    """What a `get` is to fetch: outputs that stand as `wanted`, of `every` task or those named.

    `force`: also what is on disk; `quiet`: print failures only; `json`: one document on stdout.
    """

    wanted: Collection[Standing]
    every: bool
    force: bool
    retry: bool
    quiet: bool
    json: bool

    @classmethod
    def of(cls, args: Namespace) -> "Wish":
        """The wish of a command line; raises BadUsage."""
        if args.all and args.refs:
            raise BadUsage(_("give refs or --all, not both"))
        if args.dry_run and args.ndjson:
            raise BadUsage(_("nothing happens in a dry run: --json instead of --ndjson"))
        every = args.all or ((args.missing or args.retry) and not args.refs)
        wanted = set(UNSETTLED if every else LACKING)
        if args.missing:
            wanted.add(Standing.MOVED)
        if args.retry:
            wanted |= {Standing.GIVEN_UP, Standing.REPORTED}
        if args.force:
            wanted.update(Standing)
        return cls(wanted, every, args.force, args.retry, args.quiet, args.json)

    def passes_over(self, task: Task) -> bool:
        """Whether it is no news of a task that it has no output: a command has said so once."""
        has_none = task.over and not (task.snapshot and task.snapshot.outputs)
        return has_none and task.late_files.reported and self.every and not self.retry


def run(args: Namespace, shell: Shell) -> int:
    """Fetch the outputs, and print the path of each file that was saved."""
    wish = Wish.of(args)
    if not (wish.every or args.refs or shell.piped):
        raise BadUsage(_("which outputs? give refs, or - to read refs from stdin, or --all"))
    settings = _with_rate(into_folder(shell.settings(), args.dir), args.limit_rate)
    return run_loop(_get(args, wish, settings, shell))


def _with_rate(settings: Settings, rate: str | None) -> Settings:
    """The settings with a limit of this command; config.toml's holds too, where it is higher."""
    if rate is None:
        return settings
    download, limit = settings.download, byte_rate(rate)
    usual = download.limit_rate
    besides = usual if usual is not None and usual > limit else None
    return replace(settings, download=replace(download, limit_rate=limit, rate_besides=besides))


async def _get(args: Namespace, wish: Wish, settings: Settings, shell: Shell) -> Exit:
    words = (
        () if wish.every else await named(args.refs, shell, _("for every task: rushes get --all"))
    )
    async with open_quietly(shell, settings, args.watchlist, AtEnd.FINISH) as desk:
        known = list(desk.ledger.tasks())
        refs = known if wish.every else chosen(words, shell, known)
        strange = _strange(desk, refs, wish)
        if wish.every:
            tell_of_strangers(strange, settings, shell)
            refs = [ref for ref in refs if ref.provider in settings.accounts]
        else:
            refuse_strangers({ref.provider for ref in refs}, settings)
        lines = EventLines(desk, shell.out, frozenset(refs)) if args.ndjson else None
        await desk.poll_once(refs)
        if args.dry_run:
            tasks = [desk.ledger.tasks()[ref] for ref in refs]
            tasks = [task for task in tasks if not wish.passes_over(task)]
            return print_plan(desk, tasks, wish.wanted, shell, quiet=wish.quiet, json=wish.json)
        fetching = _Fetching(desk, refs, wish, shell, lines)
        if args.dir is not None and not wish.force:
            await fetching.bring()
        return await fetching.run(Exit.CONFIGURATION if strange else Exit.FINE)


def _strange(desk: Desk, refs: Sequence[Ref], wish: Wish) -> set[str]:
    """The accounts that are not set up, and have a task of which something is left to fetch."""
    now = desk.clock.now()
    tasks = (desk.ledger.tasks()[ref] for ref in refs)
    return {
        task.ref.provider
        for task in tasks
        if task.ref.provider not in desk.settings.accounts
        and not (task.over and {standing(one) for one in task.assets(now)}.isdisjoint(wish.wanted))
    }


class _Fetching:
    """One `get` of some tasks, from what is there already to the sum."""

    def __init__(
        self,
        desk: Desk,
        refs: Sequence[Ref],
        wish: Wish,
        shell: Shell,
        lines: EventLines | None,
    ) -> None:
        """`lines` print what happens as JSON, in the place of the paths."""
        self._desk = desk
        self._refs = refs
        self._wish = wish
        self._shell = shell
        self._lines = lines
        saved = _unsaid if wish.json or lines is not None else _said_on(shell)
        self._delivery = Delivery(desk, refs, shell, saved, lines, quiet=wish.quiet)
        self._results = self._delivery.results
        self._elsewhere = Elsewhere(desk, shell, self._results, saved, lines, quiet=wish.quiet)

    async def bring(self) -> None:
        """Link or copy what was saved elsewhere before."""
        for ref in self._refs:
            await self._elsewhere.bring(ref)

    async def run(self, so_far: Exit) -> Exit:
        """Fetch, print the sum, and return the exit code, which `so_far` may be."""
        tasks = self._desk.ledger.tasks()
        refs = [ref for ref in self._refs if not self._wish.passes_over(tasks[ref])]
        late = [ref for ref in refs if tasks[ref].names_no_file]
        exits = {so_far, *(self._queued(tasks[ref]) for ref in refs if ref not in late)}
        if late:
            arriving = AwaitedFiles(self._desk, late, self._delivery, self._shell)
            await arriving.arrive()
            exits |= arriving.exits
        await self._delivery.finish(self._refs)
        if self._wish.json:
            print_json(self._shell.out, self._results.json(self._desk))
        if not self._wish.quiet:
            self._shell.tell(self._results.words(self._desk))
        code = first_that_applies(exits | self._delivery.exits | self._elsewhere.exits)
        if self._lines is not None:
            self._lines.look()
            self._lines.finish(Counter(task.status for task in self._known()), code)
        return code

    def _known(self) -> Iterator[Task]:
        return filter(None, map(self._desk.ledger.task, self._refs))

    def _queued(self, task: Task) -> Exit:
        """Have a task's outputs fetched, or say why there are none to fetch."""
        wish, policy = self._wish, self._desk.download_policy
        self._note_the_others(task)
        why_not = policy.queue(task.ref, wanted=wish.wanted, force=wish.force, patience=PATIENCE)
        if why_not is not None and why_not is not DownloadRefusal.PASSED_OVER:
            self._tell_why_not(task, why_not)
        if why_not is DownloadRefusal.NO_OUTPUT:
            self._desk.ledger.moved_on(reported(task), lasting=True)
            if task.status is Status.GONE:
                return Exit.GONE
        if task.trouble is None or task.over:
            return Exit.FINE
        return _PROBLEMS.get(task.trouble.kind, Exit.FINE)

    def _note_the_others(self, task: Task) -> None:
        """Note what of a task is not fetched; what was placed in the folder is noted already."""
        for asset in task.assets(self._desk.clock.now()) if task.over else ():
            stands, slot = standing(asset), (task.ref, asset.n)
            if stands not in self._wish.wanted and slot not in self._results:
                there = stands is Standing.ON_DISK
                self._results.note(slot, Result.THERE if there else Result.PASSED_OVER)

    def _tell_why_not(self, task: Task, why_not: DownloadRefusal) -> None:
        is_saved = why_not is DownloadRefusal.ALL_SAVED
        if is_saved and (self._wish.every or task.ref in self._elsewhere.found):
            return  # the sum says it, or it was spoken of already
        reason = _reason(task, why_not)
        if not is_saved:
            self._results.skip(task.ref, reason)
        has_failed = task.trouble is not None and not task.over
        if has_failed or not self._wish.quiet:
            self._shell.tell(_("skipped {task}: {reason}").format(task=task.name, reason=reason))


def _said_on(shell: Shell) -> Callable[[str], None]:
    def saved(path: str) -> None:
        shell.out.line(path)
        shell.out.flush()

    return saved


def _unsaid(_: str) -> None:
    """Leave a path to the document that is printed at the end."""


def _reason(task: Task, why_not: DownloadRefusal) -> str:
    if task.trouble is not None and not task.over:
        return clean(_(task.trouble.message))
    said = refusal_words(why_not)
    is_saved = why_not is DownloadRefusal.ALL_SAVED
    return said if is_saved else f"{said} ({status_word(task.status)})"
