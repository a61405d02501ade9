"""What opens what is under the cursor: files, their folder, a batch, the details."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural
from rushes.providers.text import clean, without_query
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.words import shown_path
from rushes.watch.asset import Asset, OutputState
from rushes.watch.path_text import host_and_path
from rushes.watch.task import Task

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard


def saved_file(task: Task, dashboard: "Dashboard") -> Asset | None:
    """The task's first output that is on disk, else the first that was moved since."""
    saved = [asset for asset in task.assets(dashboard.now) if asset.saved]
    there = (asset for asset in saved if asset.state is OutputState.DOWNLOADED)
    return next(there, saved[0] if saved else None)


def enter(dashboard: "Dashboard") -> None:
    """Open what is under the cursor: a picked output, a batch; else show the details or shut them.

    Where the details take the place of the list, it goes into them.
    """
    board, inside = dashboard.board, dashboard.details.has_focus
    if dashboard.picked_asset() is not None:
        open_file(dashboard)
    elif board.current_batch is not None and not inside:
        board.switch_batch(dashboard.now)
        dashboard.redraw()
    elif dashboard.pane_is_beside and not inside:
        dashboard.switch_pane()
    else:
        dashboard.open_details()


def open_file(dashboard: "Dashboard") -> None:
    """Open the picked output, else the first that is saved, else the first one's URL.

    Of a batch the first file of each task that has one is opened.
    """
    task, picked = dashboard.board.current, dashboard.picked_asset()
    if task is None:
        return
    if picked is None and dashboard.board.current_batch is not None:
        _open_all(dashboard, dashboard.board.targets())
        return
    asset = saved_file(task, dashboard) if picked is None else picked
    if asset is not None and asset.saved and asset.fetch is not None and asset.fetch.url:
        if (there := host_and_path(asset.fetch.url)) is not None:
            dashboard.say(_on_machine(*there), Tone.WARNING)
            return
        dashboard.run_worker(open_objects(dashboard, [(task, asset)], dashboard.say))
        return
    if asset is not None and asset.saved and asset.fetch is not None and asset.fetch.path:
        path = asset.fetch.path
        _report(
            dashboard,
            dashboard.launch(path),
            _("opening {path}").format(path=shown_path(path)),
            shown_path(path),
        )
        return
    url = first_url(task, dashboard) if picked is None else picked.url
    if url is None:
        dashboard.say(_("nothing saved yet, and no link to open"), Tone.WARNING)
        return
    # The host is shown before a stranger's address is trusted (reliability.md S7).
    host = clean(urlsplit(url).hostname or "", 120)
    opening = _("opening the link at {host}").format(host=host)
    _report(dashboard, dashboard.browse(url), opening, without_query(url))


def _on_machine(host: str, path: Path) -> str:
    return _("it is on {host}: {path}").format(host=clean(host, 80), path=shown_path(path))


async def open_objects(
    dashboard: "Dashboard", found: Sequence[tuple[Task, Asset]], say: Callable[[str, Tone], None]
) -> None:
    """Open files in a bucket by links that are signed for an hour, else as copies; of one `say` so.

    The first that cannot be opened ends it, and is told of.
    """
    from rushes.tui.lines.reason_words import error_words

    for task, asset in found:
        shown = clean((asset.fetch and asset.fetch.url) or "", 120)
        try:
            why_not = await _open_object(dashboard, task, asset)
        except RushesError as error:
            why_not = error_words(error)
        if why_not:
            say(f"{why_not}: {shown}", Tone.WARNING)
            return
        if len(found) == 1:
            say(_("opening {path}").format(path=shown), Tone.CALM)


async def _open_object(dashboard: "Dashboard", task: Task, asset: Asset) -> str:
    """Why it was not opened, "" where it was. Raises RushesError."""
    from rushes.watch.bucket.faults import BucketFault
    from rushes.watch.bucket.store import link_of
    from rushes.watch.downloads.job import job_of
    from rushes.watch.downloads.opened_copies import copy_to_open

    fetch = asset.fetch
    if fetch is None or fetch.url is None:
        return _("nothing saved yet, and no link to open")
    try:
        return dashboard.browse(await asyncio.to_thread(link_of, fetch.url))
    except BucketFault:
        # These credentials sign no links, as those of a person at Google's do not.
        folder = dashboard.desk.settings.download.staging / ".opened"
        copy = await asyncio.to_thread(
            copy_to_open, fetch, job_of(task, asset), folder, dashboard.now
        )
        return dashboard.launch(copy)


def _open_all(dashboard: "Dashboard", tasks: Sequence[Task]) -> None:
    """Open the first saved file of each of these."""
    files = [(task, each) for task in tasks if (each := saved_file(task, dashboard))]
    chosen = files[:OPENED_AT_ONCE]
    paths = [each.fetch.path for __, each in chosen if each.fetch and each.fetch.path]
    refused = [why for path in paths if (why := dashboard.launch(path))]
    objects = [(task, each) for task, each in chosen if each.fetch and each.fetch.url]
    if objects:
        dashboard.run_worker(open_objects(dashboard, objects, dashboard.say))
    opened = len(paths) + len(objects) - len(refused)
    if refused:
        dashboard.say(refused[0], Tone.WARNING)
    if opened or not files:
        more = _(" of {n}").format(n=len(files)) if opened < len(files) else ""
        said = plural("opening {n} file", "opening {n} files", opened) + more
        dashboard.say(said if files else _("nothing of it is saved yet"))


OPENED_AT_ONCE = 12
"""Files that one key opens at most: each may be a window."""


def open_folder(dashboard: "Dashboard") -> None:
    """Open the folder that the task's files are in, else the download folder."""
    task = dashboard.board.current
    asset = saved_file(task, dashboard) if task else None
    path = asset.fetch.path if asset and asset.fetch else None
    if asset and asset.fetch and asset.fetch.url:
        there = host_and_path(asset.fetch.url)
        in_bucket = _("it is in a bucket: {url}").format(url=clean(asset.fetch.url, 120))
        dashboard.say(_on_machine(*there) if there else in_bucket)
        return
    folder = path.parent if path else dashboard.desk.settings.download.folder
    _report(
        dashboard,
        dashboard.launch(folder),
        _("opening {folder}").format(folder=shown_path(folder)),
        shown_path(folder),
    )


def _report(dashboard: "Dashboard", why_not: str, done: str, what: str) -> None:
    if why_not:
        dashboard.say(f"{why_not}: {what}", Tone.WARNING)
    else:
        dashboard.say(done)


def first_url(task: Task, dashboard: "Dashboard") -> str | None:
    """The task's first output that is a link."""
    return next((asset.url for asset in task.assets(dashboard.now) if asset.url), None)
