"""Runs a person's own commands from the dashboard: beside it, or with its terminal."""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rushes.providers.language import _
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.command_words import end_words
from rushes.watch.config.commands import OwnCommand
from rushes.watch.events.by_hand import ended, ready, start, subjects_of
from rushes.watch.events.command import Filled
from rushes.watch.events.ran import Ran
from rushes.watch.keys.command import variables_without_keys
from rushes.watch.queued_events import CommandEnd

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

log = logging.getLogger(__name__)


async def run(dashboard: "Dashboard", command: OwnCommand) -> None:
    """Run a command on the picked output, else on the tasks, and say what went wrong.

    Where it is run for several tasks, it is for one after the other.
    """
    picked, current = dashboard.picked_asset(), dashboard.board.current
    alone = picked is not None and current is not None
    tasks = (current,) if alone and current else dashboard.board.targets()
    n = picked.n if picked is not None else None
    subjects = subjects_of(command, tasks, dashboard.now, n)
    runs = tuple(ready(command, subjects))
    if not runs:
        dashboard.say(f"{command.name}: {_('nothing here that it is for')}", Tone.WARNING)
        return
    environ = _environ(dashboard)
    for filled in runs:
        ran = await _run(dashboard, command, filled, environ)
        if not _tell(dashboard, command.name, ran):
            return


def _environ(dashboard: "Dashboard") -> Mapping[str, str]:
    accounts = dashboard.desk.settings.accounts.values()
    return variables_without_keys(os.environ, [a.key.env for a in accounts if a.key.env])


async def _run(
    dashboard: "Dashboard", command: OwnCommand, filled: Filled, environ: Mapping[str, str]
) -> Ran:
    if command.terminal:
        return await dashboard.lend_terminal(lambda: start(filled, environ, terminal=True))
    process = start(filled, environ, terminal=False)
    if isinstance(process, Ran):
        return process
    dashboard.say(f"{command.name}: {_('started')}")
    return ended(await asyncio.to_thread(process.wait))


def _tell(dashboard: "Dashboard", name: str, ran: Ran) -> bool:
    """Log how it went, and say what did not go well; whether it went well."""
    well = ran.end is CommandEnd.DONE
    code = "" if ran.code is None else f", exit code {ran.code}"
    log.log(logging.INFO if well else logging.WARNING, "%s: %s%s", name, ran.end.value, code)
    if not well:
        said = f": {ran.said}" if ran.said else ""
        dashboard.say(f"{name}: {end_words(ran.end, ran.code)}{said}", Tone.WARNING)
    return well
