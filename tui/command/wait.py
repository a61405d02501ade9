"""`rushes wait`: polls until tasks are over, and prints a line for each transition."""

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack

from rushes.providers.exits import Exit
from rushes.tui.command.desks import open_quietly, refuse_strangers
from rushes.tui.command.waiting import Waiting
from rushes.tui.shell.files import chosen, named
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.durations import seconds_of

OPEN_WITHIN = 2.0
"""Seconds that the disk may take for opening, where the time-out is shorter (row 81)."""


def run(args: Namespace, shell: Shell) -> int:
    """Wait, and return how it went."""
    seconds = seconds_of(args.timeout) if args.timeout else None
    return run_loop(_wait(args, seconds, shell))


async def _wait(args: Namespace, seconds: float | None, shell: Shell) -> Exit:
    """Wait for the refs named, else for those piped in, else for every task."""
    until = None if seconds is None else asyncio.get_running_loop().time() + seconds
    words: Sequence[str] = ()
    if args.refs or shell.piped:
        try:
            async with asyncio.timeout_at(until):
                words = await named(args.refs, shell, "for every task: rushes wait </dev/null")
        except TimeoutError:
            shell.tell(f"timed out after {args.timeout}: still no end of stdin")
            return Exit.TIMED_OUT
    return await _watch_over(words, args, until, shell)


async def _watch_over(
    words: Sequence[str], args: Namespace, until: float | None, shell: Shell
) -> Exit:
    async with AsyncExitStack() as stack:
        opening = open_quietly(shell, shell.settings(), args.watchlist)
        try:
            async with asyncio.timeout_at(_no_sooner(until)):
                desk = await stack.enter_async_context(opening)
        except TimeoutError:
            shell.tell(f"timed out after {args.timeout}: history.db does not open")
            return Exit.TIMED_OUT
        refs = chosen(words, shell, desk.ledger.tasks()) if words else list(desk.ledger.tasks())
        refuse_strangers({ref.provider for ref in refs}, desk.settings)
        if not refs:
            shell.tell("nothing is watched, so nothing to wait for")
        waiting = Waiting(
            desk,
            refs,
            shell,
            ndjson=args.ndjson,
            download=args.download,
            first=args.any,
            fail_fast=args.fail_fast,
        )
        desk.start(only=refs)
        try:
            async with asyncio.timeout_at(until):
                waiting.look()
                while not waiting.over:
                    await waiting.changed()
                    waiting.look()
                await waiting.finish()
        except TimeoutError:
            waiting.look()
            shell.tell(f"timed out after {args.timeout}: {waiting.left()}")
            return Exit.TIMED_OUT
        return waiting.exit()


def _no_sooner(until: float | None) -> float | None:
    """When opening has to be over: what is known is shown, however short the time-out is."""
    at_least = asyncio.get_running_loop().time() + OPEN_WITHIN
    return None if until is None else max(until, at_least)
