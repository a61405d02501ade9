"""`rushes wait`: polls until tasks are over, and prints a line for each transition."""

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.tui.command.desks import (
    into_folder,
    open_apart,
    open_quietly,
    refuse_strangers,
    tell_of_strangers,
)
from rushes.tui.command.no_account import no_account
from rushes.tui.command.notices import notifying, terminal_writer
from rushes.tui.command.waiting import Waiting
from rushes.tui.shell.files import chosen, named
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.desk import Desk
from rushes.watch.durations import seconds_of
from rushes.watch.events.at_end import AtEnd
from rushes.watch.keys.pasted import is_key
from rushes.watch.task import Entry, Ref

OPEN_WITHIN = 2.0
"""Seconds that the disk may take for opening, where the time-out is shorter (row 81)."""


class TimedOut(RushesError):
    """The time ran out before anything was known of the tasks."""

    code = ErrorCode.TIMED_OUT


def run(args: Namespace, shell: Shell) -> int:
    """Wait, and return how it went."""
    seconds = seconds_of(args.timeout) if args.timeout else None
    if args.once is None:
        if args.dir is not None:
            raise BadUsage(_("--dir is for --once; elsewhere config.toml says where files go"))
        return run_loop(_wait(args, seconds, shell))
    if args.refs or args.any or args.fail_fast:
        raise BadUsage(_("--once names the one task that is waited for"))
    return run_loop(_once(args, seconds, shell))


async def _wait(args: Namespace, seconds: float | None, shell: Shell) -> Exit:
    """Wait for the refs named, else for those piped in, else for every task."""
    until = None if seconds is None else asyncio.get_running_loop().time() + seconds
    words: Sequence[str] = ()
    if args.refs or shell.piped:
        try:
            async with asyncio.timeout_at(until):
                words = await named(args.refs, shell, _("for every task: rushes wait </dev/null"))
        except TimeoutError:
            raise TimedOut(
                _("timed out after {timeout}: still no end of stdin").format(timeout=args.timeout)
            ) from None
    return await _watch_over(words, args, until, shell)


async def _watch_over(
    words: Sequence[str], args: Namespace, until: float | None, shell: Shell
) -> Exit:
    async with AsyncExitStack() as stack:
        opening = open_quietly(shell, shell.settings(), args.watchlist, AtEnd.FINISH)
        try:
            async with asyncio.timeout_at(_no_sooner(until)):
                desk = await stack.enter_async_context(opening)
        except TimeoutError:
            raise TimedOut(
                _("timed out after {timeout}: history.db does not open").format(
                    timeout=args.timeout
                )
            ) from None
        refs = chosen(words, shell, desk.ledger.tasks()) if words else list(desk.ledger.tasks())
        if words:
            refuse_strangers({ref.provider for ref in refs}, desk.settings)
        is_open = [ref for ref in refs if not desk.ledger.tasks()[ref].over]
        tell_of_strangers({ref.provider for ref in is_open}, desk.settings, shell)
        if not refs:
            shell.tell(_("nothing is watched, so nothing to wait for"))
        return await _until_over(desk, refs, args, until, shell)


async def _once(args: Namespace, seconds: float | None, shell: Shell) -> Exit:
    """Wait for a task that is on no list, and keep nothing of it but its files."""
    until = None if seconds is None else asyncio.get_running_loop().time() + seconds
    settings = shell.settings()
    account, _colon, task_id = args.once.partition(":")
    if account not in settings.accounts:
        settings.outside.refuse(account)
        raise no_account(account, settings.accounts)
    if not settings.accounts[account].fits(task_id) or is_key(task_id):
        raise BadUsage(_("--once: expected PROVIDER:ID, such as hiapi:tk-hiapi-01HZ"))
    ref = Ref(account, task_id)
    async with open_apart(shell, into_folder(settings, args.dir)) as desk:
        await desk.watchlist.add([Entry(ref=ref, added=shell.clock.now())])
        args.download = args.download or args.dir is not None
        return await _until_over(desk, [ref], args, until, shell)


async def _until_over(
    desk: Desk, refs: Sequence[Ref], args: Namespace, until: float | None, shell: Shell
) -> Exit:
    waiting = Waiting(
        desk,
        refs,
        shell,
        ndjson=args.ndjson,
        download=args.download,
        first=args.any,
        fail_fast=args.fail_fast,
        quiet=args.quiet,
    )
    async with notifying(desk, shell.environ, terminal_writer(shell)) as notifier:
        desk.start(only=refs)
        try:
            async with asyncio.timeout_at(until):
                waiting.look()
                while not waiting.over:
                    await waiting.changed()
                    waiting.look()
                await waiting.finish()
            code = waiting.exit()
        except TimeoutError:
            waiting.look()
            shell.tell(
                _("timed out after {timeout}: {left}").format(
                    timeout=args.timeout, left=waiting.left()
                )
            )
            code = Exit.TIMED_OUT
        await notifier.finish(over=code is not Exit.TIMED_OUT)
        waiting.summarize(code)
    return code


def _no_sooner(until: float | None) -> float | None:
    """When opening has to be over: what is known is shown, however short the time-out is."""
    at_least = asyncio.get_running_loop().time() + OPEN_WITHIN
    return None if until is None else max(until, at_least)
