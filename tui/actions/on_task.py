"""The functions of commands that say something of a task: its label, its tags, its rating."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.watch.asset import Asset
from rushes.watch.ratings import stepped
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.entries import Edit

if TYPE_CHECKING:
    # As in actions.py: only the name of the type.
    from rushes.tui.screen.dashboard import Dashboard

LOOKED_AT = ("video", "image")
"""The kinds of output that are rated first."""

Change = Callable[[Sequence[Entry]], list[Entry]]


async def label(dashboard: "Dashboard") -> None:
    """Have a label typed for the tasks."""
    from rushes.tui.actions.editing import label_of, labelled  # with the first of them

    tasks = dashboard.board.targets()

    async def save(text: str) -> str:
        named = text.strip()
        said = _("label: {label}").format(label=named) if named else _("no label any more")
        return await _edit(dashboard, tasks, lambda them: labelled(them, named), Edit.LABEL, said)

    await dashboard.open_edit(_("label"), label_of(tasks), _about(tasks), save)


async def tags(dashboard: "Dashboard") -> None:
    """Have tags typed for the tasks."""
    from rushes.tui.actions.editing import shared_tags, tagged

    tasks = dashboard.board.targets()
    shared = shared_tags(tasks)

    async def save(text: str) -> str:
        return await _edit(
            dashboard, tasks, lambda them: tagged(them, shared, text), Edit.TAG, _("tags saved")
        )

    hint = _("commas between, -tag takes one away")
    about = "  ".join(filter(None, (_about(tasks), hint)))
    await dashboard.open_edit(_("tags"), ", ".join(shared), about, save)


def _about(tasks: Sequence[Task]) -> str:
    return plural("{n} task", "{n} tasks", len(tasks)) if len(tasks) > 1 else ""


async def _edit(
    dashboard: "Dashboard", tasks: Sequence[Task], change: Change, edit: Edit, said: str
) -> str:
    """Save an edit of the tasks that are still watched; why not, "" where that is done."""
    there = dashboard.desk.ledger.tasks()
    entries = [there[task.ref].entry for task in tasks if task.ref in there]
    try:
        done = await dashboard.desk.watchlist.put(change(entries), edit)
    except RushesError as error:
        return str(error)
    if missed := len(tasks) - len(done):
        return plural("{n} task is on another list", "{n} tasks are on other lists", missed)
    for_several = f" ({_about(tasks)})" if len(tasks) > 1 else ""
    undo = _("undo takes it back")
    dashboard.rated_last = None
    dashboard.say(f"{said}{for_several}; {undo}")
    dashboard.pull()
    return ""


def rate(step: int) -> "Callable[[Dashboard], Awaitable[None]]":
    """Rate an output better or worse by one: the one that is picked, else the task's best seen."""

    async def act(dashboard: "Dashboard") -> None:
        task = dashboard.board.current
        asset = rated_asset(dashboard) if task is not None else None
        if task is None or asset is None:
            return
        rating = stepped(asset.rating, step)
        await dashboard.desk.rate(task.ref, asset.n, rating)
        dashboard.rated_last = RatedBefore(task.ref, asset.n, asset.rating)
        word, undo = _("rated {n}").format(n=rating), _("undo takes it back")
        dashboard.say(f"{task.name}: {asset.output.kind} {asset.n} {word}; {undo}")

    return act


@frozen
class RatedBefore:
    """What the rating of an output was before it got another one; None for none."""

    ref: Ref
    n: int
    rating: int | None


def rated_asset(dashboard: "Dashboard") -> Asset | None:
    """The output that a rating is for: the one that is picked, else the first film or picture."""
    if (picked := dashboard.picked_asset()) is not None:
        return picked
    task = dashboard.board.current
    assets = tuple(task.assets(dashboard.now)) if task is not None else ()
    seen = next((asset for asset in assets if asset.output.kind in LOOKED_AT), None)
    return seen or next(iter(assets), None)
