"""`get --dry-run`: the names, sizes and deadlines of what would be fetched; nothing is."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from rushes.providers.as_json import document
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.command.fetched import GOT, Got, Result, planned
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.words import countdown, size
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.wide_text import padded
from rushes.watch.desk import Desk
from rushes.watch.downloads.job import job_of
from rushes.watch.downloads.standing import Standing, standing
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Task

_HEAD = ("REF", "N", "BYTES", "EXPIRES", "PATH")


def print_plan(
    desk: Desk,
    tasks: Sequence[Task],
    wanted: Collection[Standing],
    shell: Shell,
    *,
    quiet: bool,
    json: bool,
) -> Exit:
    """Print what would be fetched, aligned on a terminal and tab-separated elsewhere."""
    found = [got for task in tasks if task.over for got in _planned(desk, task, wanted)]
    skipped = [task for task in tasks if not task.over]
    why = refusal_words(DownloadRefusal.UNFINISHED)
    if json:
        outputs = [document(GOT, got) for got in found]
        left_out = [{"ref": str(task.ref), "reason": why} for task in skipped]
        print_json(shell.out, {"version": VERSION, "outputs": [*outputs], "skipped": [*left_out]})
    elif shell.out.is_terminal:
        for got in found:
            shell.out.line(_aligned(got, desk))
    else:
        for row in (_HEAD, *map(_row, found)):
            shell.out.line("\t".join(row))
    if not quiet:
        for task in skipped:
            shell.tell(_("skipped {task}: {why}").format(task=task.name, why=why))
        shell.tell(planned(found))
    return Exit.FINE


def _planned(desk: Desk, task: Task, wanted: Collection[Standing]) -> Iterator[Got]:
    destinations = desk.download_policy.destinations
    for asset in task.assets(desk.clock.now()):
        if standing(asset) in wanted:
            place = destinations.shown(job_of(task, asset))
            yield Got(task.ref, asset, Result.PLANNED, place)


def _row(got: Got) -> tuple[str, ...]:
    length = "" if got.size is None else str(got.size)
    ends = rfc3339(got.asset.deadline) or ""
    return str(got.ref), str(got.asset.n), length, ends, str(got.place)


def _aligned(got: Got, desk: Desk) -> str:
    length = _("size unknown") if got.size is None else size(got.size)
    task, at = desk.ledger.tasks()[got.ref], got.asset.deadline
    if at is None:
        deadline = _("no end known")
    else:
        left = at - task.server_time(desk.clock.now())
        deadline = (
            _("{time} left").format(time=countdown(left)) if left > timedelta(0) else _("expired")
        )
    return f"{padded(length, 12, right=True)}  {padded(deadline, 14)}  {got.place}"
