"""The functions that the commands call, on the dashboard and the desk.

An action takes the tasks it is for when its key is pressed: the list may change while it runs.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rushes.providers.errors import RushesError
from rushes.providers.text import clean, without_query
from rushes.tui.actions.tone import Tone
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.words import count, shown_path
from rushes.watch.asset import Asset, OutputState
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task

if TYPE_CHECKING:
    # Only the name of the type: at run time actions import nothing of the screen above them, so
    # that `rushes config check` reads the keys without Textual.
    from rushes.tui.screen.dashboard import Dashboard

Act = Callable[["Dashboard"], Awaitable[None] | None]
"""What a command does to the dashboard; where it returns an awaitable, that is awaited."""


def view(name: str) -> Act:
    """Show one of the views of the number keys."""

    def act(dashboard: "Dashboard") -> None:
        dashboard.board.set_view(VIEWS[name], dashboard.now)
        dashboard.redraw()

    return act


def mark(dashboard: "Dashboard") -> None:
    """Mark the current task, or take its mark away."""
    dashboard.board.mark()
    dashboard.redraw()


def mark_range(dashboard: "Dashboard") -> None:
    """Mark from the last mark to here."""
    dashboard.board.mark_range()
    dashboard.redraw()


def seek(step: int) -> Act:
    """Go to the next or previous task that the last filter matches."""

    def act(dashboard: "Dashboard") -> None:
        if not dashboard.board.seek(step, dashboard.now):
            dashboard.say(f"nothing here matches {dashboard.board.sought.text}", Tone.WARNING)
        dashboard.redraw()

    return act


def reverse(dashboard: "Dashboard") -> None:
    """Reverse the order."""
    board = dashboard.board
    board.order_by(board.sort, dashboard.now, descending=not board.descending)
    dashboard.redraw()


def sort_by(dashboard: "Dashboard", key: SortKey) -> None:
    """Order by `key`; choosing the one that is on turns it round."""
    board = dashboard.board
    descending = not board.descending if key is board.sort else key.usually_descending
    board.order_by(key, dashboard.now, descending=descending)
    dashboard.redraw()


async def remove(dashboard: "Dashboard") -> None:
    """Stop watching the tasks."""
    tasks = dashboard.board.targets()
    try:
        await dashboard.desk.remove([task.ref for task in tasks])
    except RushesError as error:
        dashboard.say(str(error), Tone.ERROR)
        return
    dashboard.board.unmark()
    await dashboard.frames.forget()
    what = tasks[0].name if len(tasks) == 1 else count(len(tasks), "task")
    them = "it" if len(tasks) == 1 else "them"
    dashboard.say(f"no longer watching {what}; undo brings {them} back")


async def undo(dashboard: "Dashboard") -> None:
    """Bring back what was removed last."""
    try:
        refs = await dashboard.desk.watchlist.undo()
    except RushesError as error:
        dashboard.say(str(error), Tone.ERROR)
        return
    dashboard.say(f"watching {count(len(refs), 'task')} again" if refs else "nothing to undo")


def download(dashboard: "Dashboard") -> None:
    """Fetch the outputs of the tasks."""
    _download(dashboard, dashboard.board.targets())


async def download_all(dashboard: "Dashboard") -> None:
    """Fetch every output that is not on disk, except those that were found to have expired."""
    await dashboard.desk.loaded()
    tasks = dashboard.desk.ledger.tasks().values()
    _download(dashboard, [task for task in tasks if any(map(_is_left, task.assets(dashboard.now)))])


def _is_left(asset: Asset) -> bool:
    tried_too_late = (
        asset.lost and asset.fetch is not None and asset.fetch.state is OutputState.EXPIRED
    )
    return not asset.saved and not tried_too_late


def _download(dashboard: "Dashboard", tasks: Sequence[Task]) -> None:
    refusals = [dashboard.desk.download_policy.queue(task.ref) for task in tasks]
    queued = refusals.count(None)
    if queued:
        left = f", {len(tasks) - queued} not" if queued < len(tasks) else ""
        name = tasks[0].name if len(tasks) == 1 else count(queued, "task")
        dashboard.say(f"downloading {name}{left}")
    else:
        why_not = next(filter(None, refusals), None)
        said = refusal_words(why_not) if why_not else "nothing to download: all saved or lost"
        dashboard.say(said, Tone.WARNING)


def saved_file(task: Task, dashboard: "Dashboard") -> Asset | None:
    """The task's first output that is on disk."""
    return next((asset for asset in task.assets(dashboard.now) if asset.saved), None)


def open_file(dashboard: "Dashboard") -> None:
    """Open the first saved output, else the first one's URL."""
    task = dashboard.board.current
    if task is None:
        return
    asset = saved_file(task, dashboard)
    if asset is not None and asset.fetch is not None and asset.fetch.path is not None:
        path = asset.fetch.path
        _report(dashboard, dashboard.launch(path), f"opening {shown_path(path)}", shown_path(path))
        return
    url = first_url(task, dashboard)
    if url is not None:
        # The host is shown before a stranger's address is trusted (reliability.md S7).
        host = clean(urlsplit(url).hostname or "", 120)
        _report(dashboard, dashboard.browse(url), f"opening the link at {host}", without_query(url))


def open_folder(dashboard: "Dashboard") -> None:
    """Open the folder that the task's files are in, else the download folder."""
    task = dashboard.board.current
    asset = saved_file(task, dashboard) if task else None
    path = asset.fetch.path if asset and asset.fetch else None
    folder = path.parent if path else dashboard.desk.settings.download.dir
    _report(
        dashboard, dashboard.launch(folder), f"opening {shown_path(folder)}", shown_path(folder)
    )


def _report(dashboard: "Dashboard", why_not: str, done: str, what: str) -> None:
    if why_not:
        dashboard.say(f"{why_not}: {what}", Tone.WARNING)
    else:
        dashboard.say(done)


def first_url(task: Task, dashboard: "Dashboard") -> str | None:
    """The task's first output that is a link."""
    return next((asset.url for asset in task.assets(dashboard.now) if asset.url), None)


def copy_id(dashboard: "Dashboard") -> None:
    """Copy the ids of the tasks, one a line."""
    ids = [task.ref.id for task in dashboard.board.targets()]
    dashboard.copy("\n".join(ids), ids[0] if len(ids) == 1 else count(len(ids), "id"))


def copy_url(dashboard: "Dashboard") -> None:
    """Copy the links of the tasks' outputs, one a line, whole; the toast shows no query."""
    urls = [
        asset.url
        for task in dashboard.board.targets()
        for asset in task.assets(dashboard.now)
        if asset.url
    ]
    what = without_query(urls[0]) if len(urls) == 1 else count(len(urls), "link")
    dashboard.copy("\n".join(urls), what)


def poll(dashboard: "Dashboard") -> None:
    """Poll the tasks now."""
    _poll(dashboard, dashboard.board.targets())


async def poll_all(dashboard: "Dashboard") -> None:
    """Poll every task that is not over."""
    await dashboard.desk.loaded()
    _poll(dashboard, [task for task in dashboard.desk.ledger.tasks().values() if not task.over])


def _poll(dashboard: "Dashboard", tasks: Sequence[Task]) -> None:
    why_not = dashboard.desk.poll_now([task.ref for task in tasks])
    if why_not is not None:
        dashboard.say(refusal_words(why_not), Tone.WARNING)
    else:
        dashboard.say(f"polling {tasks[0].name if len(tasks) == 1 else count(len(tasks), 'task')}")


def pause(dashboard: "Dashboard") -> None:
    """Pause polling, or go on with it."""
    if dashboard.desk.paused:
        dashboard.desk.resume()
        dashboard.say("polling again")
    else:
        dashboard.desk.pause()
        dashboard.say("polling is paused", Tone.WARNING)
    dashboard.redraw()
