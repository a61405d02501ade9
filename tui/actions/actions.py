"""What the actions do. Each captures the tasks it is for at the key press."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from rushes.providers.errors import RushesError
from rushes.providers.text import clean, without_query
from rushes.tui.actions.dashboard_port import Act, DashboardPort, Tone
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.words import shown_path
from rushes.watch.asset import Asset, OutputState
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def move(by: int) -> Act:
    """Move by rows."""
    return lambda dashboard: dashboard.move(by)


def half_page(pages: int) -> Act:
    """Move by half a screen."""
    return lambda dashboard: dashboard.move_half(pages)


def back(dashboard: DashboardPort) -> None:
    """Leave what is open."""
    dashboard.back()


def add(dashboard: DashboardPort) -> None:
    """Ask for tasks to watch."""
    dashboard.open_add()


def ask_filter(dashboard: DashboardPort) -> None:
    """Ask for a filter."""
    dashboard.open_filter()


def look_at(view: str) -> Act:
    """Show one of the views of the number keys."""

    def act(dashboard: DashboardPort) -> None:
        dashboard.board.look_at(VIEWS[view], dashboard.now)
        dashboard.redraw()

    return act


def mark(dashboard: DashboardPort) -> None:
    """Mark the current task, or take its mark away."""
    dashboard.board.mark()
    dashboard.redraw()


def mark_range(dashboard: DashboardPort) -> None:
    """Mark from the last mark to here."""
    dashboard.board.mark_range()
    dashboard.redraw()


def seek(step: int) -> Act:
    """Go to the next or previous task that the last filter matches."""

    def act(dashboard: DashboardPort) -> None:
        if not dashboard.board.seek(step, dashboard.now):
            dashboard.say(f"nothing here matches {dashboard.board.sought.text}", Tone.WARNING)
        dashboard.redraw()

    return act


def reverse(dashboard: DashboardPort) -> None:
    """Turn the order round."""
    board = dashboard.board
    board.order_by(board.sort, dashboard.now, descending=not board.descending)
    dashboard.redraw()


def sort_by(dashboard: DashboardPort, key: SortKey) -> None:
    """Order by `key`; choosing the one that is on turns it round."""
    board = dashboard.board
    descending = not board.descending if key is board.sort else key.usually_descending
    board.order_by(key, dashboard.now, descending=descending)
    dashboard.redraw()


async def remove(dashboard: DashboardPort) -> None:
    """Stop watching the tasks."""
    tasks = dashboard.board.targets()
    try:
        await dashboard.desk.remove([task.ref for task in tasks])
    except RushesError as error:
        dashboard.say(str(error), Tone.ERROR)
        return
    dashboard.board.unmark()
    what = tasks[0].name if len(tasks) == 1 else count(len(tasks), "task")
    them = "it" if len(tasks) == 1 else "them"
    dashboard.say(f"no longer watching {what}; undo brings {them} back")


async def undo(dashboard: DashboardPort) -> None:
    """Bring back what was removed last."""
    try:
        refs = await dashboard.desk.undo()
    except RushesError as error:
        dashboard.say(str(error), Tone.ERROR)
        return
    dashboard.say(f"watching {count(len(refs), 'task')} again" if refs else "nothing to undo")


def download(dashboard: DashboardPort) -> None:
    """Fetch the outputs of the tasks."""
    _download(dashboard, dashboard.board.targets())


def download_all(dashboard: DashboardPort) -> None:
    """Fetch every output of the whole list that is not on disk, and was not tried for too late."""
    tasks = dashboard.desk.tasks().values()
    _download(dashboard, [task for task in tasks if any(map(_is_left, task.assets(dashboard.now)))])


def _is_left(asset: Asset) -> bool:
    tried_too_late = (
        asset.lost and asset.fetch is not None and asset.fetch.state is OutputState.EXPIRED
    )
    return not asset.saved and not tried_too_late


def _download(dashboard: DashboardPort, tasks: Sequence[Task]) -> None:
    refusals = [dashboard.desk.download(task.ref) for task in tasks]
    queued = refusals.count(None)
    if queued:
        left = f", {len(tasks) - queued} not" if queued < len(tasks) else ""
        name = tasks[0].name if len(tasks) == 1 else count(queued, "task")
        dashboard.say(f"downloading {name}{left}")
    else:
        why_not = next(filter(None, refusals), None)
        said = refusal_words(why_not) if why_not else "nothing to download: all saved or lost"
        dashboard.say(said, Tone.WARNING)


def saved_file(task: Task, dashboard: DashboardPort) -> Asset | None:
    """The task's first output that is on disk."""
    return next((asset for asset in task.assets(dashboard.now) if asset.saved), None)


def open_file(dashboard: DashboardPort) -> None:
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


def open_folder(dashboard: DashboardPort) -> None:
    """Open the folder that the task's files are in, else the download folder."""
    task = dashboard.board.current
    asset = saved_file(task, dashboard) if task else None
    path = asset.fetch.path if asset and asset.fetch else None
    folder = path.parent if path else dashboard.desk.settings.download.dir
    _report(
        dashboard, dashboard.launch(folder), f"opening {shown_path(folder)}", shown_path(folder)
    )


def _report(dashboard: DashboardPort, why_not: str, done: str, what: str) -> None:
    if why_not:
        dashboard.say(f"{why_not}: {what}", Tone.WARNING)
    else:
        dashboard.say(done)


def first_url(task: Task, dashboard: DashboardPort) -> str | None:
    """The task's first output that is a link."""
    return next((asset.url for asset in task.assets(dashboard.now) if asset.url), None)


def copy_id(dashboard: DashboardPort) -> None:
    """Copy the ids of the tasks, one a line."""
    ids = [task.ref.id for task in dashboard.board.targets()]
    dashboard.copy("\n".join(ids), ids[0] if len(ids) == 1 else count(len(ids), "id"))


def copy_url(dashboard: DashboardPort) -> None:
    """Copy the links of the tasks' outputs, one a line, whole; the toast shows no query."""
    urls = [
        asset.url
        for task in dashboard.board.targets()
        for asset in task.assets(dashboard.now)
        if asset.url
    ]
    what = without_query(urls[0]) if len(urls) == 1 else count(len(urls), "link")
    dashboard.copy("\n".join(urls), what)


def poll(dashboard: DashboardPort) -> None:
    """Ask about the tasks now."""
    _poll(dashboard, dashboard.board.targets())


def poll_all(dashboard: DashboardPort) -> None:
    """Ask about every task that is not over."""
    _poll(dashboard, [task for task in dashboard.desk.tasks().values() if not task.over])


def _poll(dashboard: DashboardPort, tasks: Sequence[Task]) -> None:
    why_not = dashboard.desk.poll_now([task.ref for task in tasks])
    if why_not is not None:
        dashboard.say(refusal_words(why_not), Tone.WARNING)
    else:
        dashboard.say(f"polling {tasks[0].name if len(tasks) == 1 else count(len(tasks), 'task')}")


def pause(dashboard: DashboardPort) -> None:
    """Pause polling, or go on with it."""
    if dashboard.desk.paused:
        dashboard.desk.resume()
        dashboard.say("polling again")
    else:
        dashboard.desk.pause()
        dashboard.say("polling is paused", Tone.WARNING)
    dashboard.redraw()
