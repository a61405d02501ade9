"""Who is told of what happens while a command runs, with a screen or without."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from rushes.tui.notices.sender import Sender, Write
from rushes.tui.shell.shell import Shell
from rushes.watch.config.notify import NotifyMethod
from rushes.watch.desk import Desk
from rushes.watch.notices.notifier import Notifier


def terminal_writer(shell: Shell) -> Write | None:
    """Writes to the terminal that a command narrates on; None where there is none."""
    stream = next((each for each in (shell.err, shell.out) if each.is_terminal), None)
    if stream is None:
        return None

    def write(sequence: str) -> None:
        stream.text(sequence)
        stream.flush()

    return write


@asynccontextmanager
async def notifying(
    desk: Desk, environ: Mapping[str, str], write: Write | None
) -> AsyncGenerator[Notifier]:
    """Have a person told of what happens at the desk, as `[notify]` says, until this is left.

    `write` writes to the terminal, if there is one. What was gathered and not told when this is
    left is told by `finish` alone.
    """
    settings = desk.settings.notify
    sender = Sender(settings.method, environ, write)
    notifier = Notifier(desk.ledger, settings, desk.clock, sender.tell)
    if settings.method is NotifyMethod.OFF:
        yield notifier
        return
    running = asyncio.create_task(notifier.run())
    try:
        yield notifier
    finally:
        running.cancel()
