"""A person's own commands on tasks: for which of them, filled in, and started."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.watch.asset import Asset, OutputState
from rushes.watch.config.commands import OwnCommand, When
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.events.command import Filled, filled_with
from rushes.watch.events.ran import Ran
from rushes.watch.events.values import file_values, output_values, task_values
from rushes.watch.keys.known_keys import hide
from rushes.watch.keys.program import program_of
from rushes.watch.path_text import read_path
from rushes.watch.queued_events import CommandEnd
from rushes.watch.task import Task


@frozen
class Subject:
    """A task that a command is for, with the files of it that are on disk."""

    task: Task
    files: tuple[Asset, ...]


def subjects_of(
    command: OwnCommand, tasks: Sequence[Task], now: datetime, n: int | None = None
) -> tuple[Subject, ...]:
    """Those of the tasks that the command is for; of their files only output `n`, if given."""
    found: list[Subject] = []
    for task in tasks:
        files = tuple(
            asset
            for asset in task.assets(now)
            if asset.state is OutputState.DOWNLOADED and n in (None, asset.n)
        )
        if _is_for(command.when, task, files):
            found.append(Subject(task, files))
    return tuple(found)


def _is_for(when: When, task: Task, files: Sequence[Asset]) -> bool:
    match when:
        case When.ANY:
            return True
        case When.FINISHED:
            return task.over
        case When.SAVED:
            return bool(files)


def ready(command: OwnCommand, subjects: Sequence[Subject]) -> Iterator[Filled]:
    """The command filled in: once for all where it takes several, else for each task."""
    if not command.takes_several:
        yield from (filled_with(command.run, _values(each)) for each in subjects)
    elif subjects:
        values = [file_values(a.fetch) for each in subjects for a in each.files if a.fetch]
        lists = {
            "paths": [str(read_path(each["path"])) for each in values if "path" in each],
            "refs": [hide(str(each.task.ref)) for each in subjects],
        }
        yield filled_with(command.run, _values(subjects[0]), lists)


def _values(subject: Subject) -> Mapping[str, str]:
    values = task_values(subject.task)
    if subject.files and (fetch := subject.files[0].fetch) is not None:
        values |= output_values(subject.task, subject.files[0].n) | file_values(fetch)
    return values


def start(
    filled: Filled, environ: Mapping[str, str], *, terminal: bool
) -> "subprocess.Popen[bytes] | Ran":
    """Start a command that is filled in, without a shell; why not where it cannot be.

    With the `terminal` it is our own process group's, as a shell's child is. Without, it has no
    terminal and writes nowhere. `environ` are its variables, all of them.
    """
    if filled.dash:
        return Ran(CommandEnd.DASH, said=filled.dash)
    program = program_of(filled.command, environ)
    if program is None:
        return Ran(CommandEnd.NOT_FOUND)
    nowhere = None if terminal else subprocess.DEVNULL
    try:
        check_ownership(program, TrustedOwners.of(environ))
        return subprocess.Popen(  # noqa: S603 - the person's own command, no shell
            list(filled.command),
            executable=program,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            env={**environ, **filled.variables},
            start_new_session=not terminal,
        )
    except BadFile as error:
        return Ran(CommandEnd.UNTRUSTED, said=str(error))
    except (OSError, ValueError) as error:
        return Ran(CommandEnd.NOT_STARTED, said=str(error))


def ended(code: int) -> Ran:
    """How it went with a program that ended so; a signal counts as 128 and its number."""
    code = code if code >= 0 else 128 - code
    return Ran(CommandEnd.FAILED if code else CommandEnd.DONE, code)
