"""`rushes wait`: poll until tasks are over, a line for each transition on the way."""

import asyncio
from argparse import Namespace

from tui.plain.desks import open_quietly, refuse_strangers
from tui.plain.exits import Exit
from tui.plain.files import chosen
from tui.plain.running import run as run_loop
from tui.plain.shell import Shell
from tui.plain.waiting import Waiting
from watch.durations import seconds_of

TICK = 0.1
"""Seconds between looks at what the desk has heard."""


def run(args: Namespace, shell: Shell) -> int:
    """Wait, and return how it went."""
    seconds = seconds_of(args.timeout) if args.timeout else None
    return run_loop(_wait(args, seconds, shell))


async def _wait(args: Namespace, seconds: float | None, shell: Shell) -> Exit:
    async with open_quietly(shell, shell.settings(), args.watchlist) as desk:
        refs = chosen(args.refs, shell, desk.tasks()) if args.refs else list(desk.tasks())
        refuse_strangers({ref.provider for ref in refs}, desk.settings)
        if not refs:
            shell.tell("nothing is watched, so nothing to wait for")
        vigil = Waiting(
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
            async with asyncio.timeout(seconds):
                vigil.look()
                while not vigil.over:
                    await asyncio.sleep(TICK)
                    vigil.look()
                await vigil.finish()
        except TimeoutError:
            vigil.look()
            shell.tell(f"timed out after {args.timeout}: {vigil.left()}")
            return Exit.TIMED_OUT
        return vigil.exit()
