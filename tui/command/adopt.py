"""`rushes adopt`: watches an account's own tasks, where its gateway documents a list of them."""

from argparse import Namespace
from collections.abc import Sequence
from datetime import timedelta

from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.model import Problem, ProblemKind
from rushes.providers.registry import known
from rushes.providers.text import clean
from rushes.tui.command.desks import open_quietly
from rushes.tui.command.no_account import no_account
from rushes.tui.shell.files import watchlist
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.adopting import PAGES, Adopted, NoListing, adopt
from rushes.watch.config.settings import Settings
from rushes.watch.durations import seconds_of
from rushes.watch.task import Ref

_EXITS = {ProblemKind.AUTH: Exit.KEY, ProblemKind.NOT_FOUND: Exit.GONE}


def run(args: Namespace, shell: Shell) -> int:
    """Put what was submitted lately on the list, and print the ref of each."""
    settings = shell.settings()
    account = settings.accounts.get(args.provider)
    if account is None and args.provider in known() and known()[args.provider].env == "":
        raise NoListing(args.provider)  # a dialect of relays, which has none for a key
    if account is None:
        raise no_account(args.provider, settings.accounts)
    if account.provider.card.listing is None:
        raise NoListing(account.id)
    seconds = seconds_of(args.since)
    if seconds <= 0:
        raise BadUsage(
            _("--since: expected a time such as 24h, got {since!r}").format(
                since=clean(args.since, 40)
            )
        )
    return run_loop(_adopt(args, settings, timedelta(seconds=seconds), shell))


async def _adopt(args: Namespace, settings: Settings, within: timedelta, shell: Shell) -> Exit:
    if not args.dry_run:
        watchlist(shell, args.watchlist).add(())  # it makes one that is not there yet
    async with open_quietly(shell, settings, args.watchlist) as desk:

        def found(refs: Sequence[Ref]) -> None:
            for ref in refs:
                shell.out.line(str(ref))
            shell.out.flush()

        since = desk.clock.now() - within
        done = await adopt(desk, args.provider, since, save=not args.dry_run, found=found)
    return _said(done, args, shell)


def _said(done: Adopted, args: Namespace, shell: Shell) -> Exit:
    """Say what came of it; the exit code."""
    what = _("would be adopted") if args.dry_run else _("adopted")
    known = _(", {known} watched already").format(known=done.known) if done.known else ""
    shell.tell(
        _("{refs} of the last {since} {what}{known}").format(
            refs=plural("{n} task", "{n} tasks", len(done.refs)),
            since=args.since,
            what=what,
            known=known,
        )
    )
    if done.cut:
        shell.tell(
            _("rushes: only the first {pages} pages were read: there are more").format(pages=PAGES)
        )
    if done.problem is None:
        return Exit.FINE
    shell.tell(
        _("rushes: the list was not read to its end: {words}").format(words=_words(done.problem))
    )
    return _EXITS.get(done.problem.kind, Exit.UNREACHABLE)


def _words(problem: Problem) -> str:
    return clean(_(problem.message), 300)
