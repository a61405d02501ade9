"""A person's own commands of config.toml as commands of the dashboard."""

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rushes.providers.text import clean
from rushes.tui.actions import reasons
from rushes.tui.actions.catalogue import Command
from rushes.tui.actions.reasons import WhyNot
from rushes.watch.config.commands import OwnCommand, When

if TYPE_CHECKING:
    # As in actions.py: only the name of the type.
    from rushes.tui.screen.dashboard import Dashboard

_NEEDS: Mapping[When, WhyNot] = {
    When.ANY: reasons.on_a_task,
    When.FINISHED: reasons.finished,
    When.SAVED: reasons.with_saved,
}


def own_commands(configured: Iterable[OwnCommand]) -> tuple[Command, ...]:
    """A command for each, called by its name; its help is what it runs."""
    return tuple(_command(each) for each in configured)


def _command(own: OwnCommand) -> Command:
    def act(dashboard: "Dashboard") -> None:
        dashboard.run_own(own)

    told = clean(shlex.join(own.run), 60)
    return Command(f"commands.{own.name}", own.key, own.name, told, act, _NEEDS[own.when])
