"""The functions that the commands call, on the dashboard and the desk.

An action takes the tasks it is for when its key is pressed: the list may change while it runs.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural
from rushes.providers.text import clean, without_query
from rushes.tui.actions.sheet_kinds import SheetKind
from rushes.tui.actions.tone import Tone
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.download_words import refusal_words
from rushes.watch.asset import Asset, OutputState
from rushes.watch.downloads.standing import LACKING, Standing
from rushes.watch.query import parse
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task

if TYPE_CHECKING:
    # Only the name of the type: at run time actions import nothing of the screen above them, so
    # that `rushes config check` reads the keys without Textual.
    from rushes.tui.screen.dashboard import Dashboard

Act = Callable[["Dashboard"], Awaitable[None] | None]
"""What a command does to the dashboard; where it returns an awaitable, that is awaited."""


def opens(kind: SheetKind) -> Act:
    """Open a sheet over the list."""
    return lambda dashboard: dashboard.open_sheet(kind)


def view(name: str) -> Act:
    """Show one of the views of the number keys."""

    def act(dashboard: "Dashboard") -> None:
        dashboard.board.set_view(VIEWS[name], dashboard.now)
        dashboard.redraw()

    return act


def own_view(name: str) -> Act:
    """Show the view that config.toml gives that name."""

    def act(dashboard: "Dashboard") -> None:
        views = dashboard.desk.settings.views
        if name not in views:
            dashboard.say(
                _('no view yet: config.toml, [views] {name} = "a filter"').format(name=name),
                Tone.WARNING,
            )
            return
        dashboard.board.set_view(parse(views[name]), dashboard.now)
        dashboard.redraw()

    return act


def fold(dashboard: "Dashboard") -> None:
    """Fold the tasks that share a tag into one row each, or unfold them all."""
    board = dashboard.board
    were_there = board.has_batches
    board.fold(dashboard.now)
    if not were_there and not board.has_batches:
        board.batches.end()
        dashboard.say(_("no two tasks here share a tag that folds"), Tone.WARNING)
    dashboard.redraw()


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
            dashboard.say(
                _("nothing here matches {sought}").format(sought=dashboard.board.sought.text),
                Tone.WARNING,
            )
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
    dashboard.rated_last = None
    dashboard.board.unmark()
    await dashboard.frames.forget()
    if len(tasks) == 1:
        said = _("no longer watching {what}; undo brings it back").format(what=tasks[0].name)
    else:
        number = plural("{n} task", "{n} tasks", len(tasks))
        said = _("no longer watching {what}; undo brings them back").format(what=number)
    dashboard.say(said)


async def undo(dashboard: "Dashboard") -> None:
    """Take back the last rating, where no edit came after it; else the last edit of the list."""
    if (before := dashboard.rated_last) is not None:
        dashboard.rated_last = None
        await dashboard.desk.rate(before.ref, before.n, before.rating)
        dashboard.say(_("the rating is taken back"))
        return
    try:
        done = await dashboard.desk.watchlist.undo()
    except RushesError as error:
        dashboard.say(str(error), Tone.ERROR)
        return
    from rushes.tui.lines.undo_words import undone_words

    if done is not None:
        await dashboard.frames.forget()
    dashboard.say(undone_words(done))


def download(dashboard: "Dashboard") -> None:
    """Fetch the picked output, else all of the tasks."""
    picked, task = dashboard.picked_asset(), dashboard.board.current
    if picked is None or task is None:
        _download(dashboard, dashboard.board.targets())
        return
    why_not = dashboard.desk.download_policy.queue(task.ref, picked.n)
    if why_not is not None:
        dashboard.say(refusal_words(why_not), Tone.WARNING)
    else:
        dashboard.say(
            _("downloading {output} {picked} of {task}").format(
                output=picked.output.kind, picked=picked.n, task=task.name
            )
        )


async def download_all(dashboard: "Dashboard") -> None:
    """Fetch every output that was never saved, except what was given up or tried too late."""
    await dashboard.desk.loaded()
    tasks = dashboard.desk.ledger.tasks().values()
    left = [task for task in tasks if any(map(_is_left, task.assets(dashboard.now)))]
    _download(dashboard, left, wanted=(Standing.OPEN, Standing.REPORTED))


def _is_left(asset: Asset) -> bool:
    tried_too_late = (
        asset.lost and asset.fetch is not None and asset.fetch.state is OutputState.EXPIRED
    )
    return not asset.settled and not tried_too_late


def _download(
    dashboard: "Dashboard", tasks: Sequence[Task], wanted: Collection[Standing] = LACKING
) -> None:
    policy = dashboard.desk.download_policy
    refusals = [policy.queue(task.ref, wanted=wanted) for task in tasks]
    queued = refusals.count(None)
    if queued:
        left = _(", {tasks} not").format(tasks=len(tasks) - queued) if queued < len(tasks) else ""
        name = tasks[0].name if len(tasks) == 1 else plural("{n} task", "{n} tasks", queued)
        dashboard.say(_("downloading {name}{left}").format(name=name, left=left))
    else:
        why_not = next(filter(None, refusals), None)
        said = refusal_words(why_not) if why_not else _("nothing to download: all saved or lost")
        dashboard.say(said, Tone.WARNING)


def copy_id(dashboard: "Dashboard") -> None:
    """Copy the ids of the tasks, one a line."""
    ids = [task.ref.id for task in dashboard.board.targets()]
    dashboard.copy(
        "\n".join(ids), ids[0] if len(ids) == 1 else plural("{n} id", "{n} ids", len(ids))
    )


def copy_url(dashboard: "Dashboard") -> None:
    """Copy the links of the tasks' outputs, one a line, whole; what is said shows no query."""
    urls = [
        asset.url
        for task in dashboard.board.targets()
        for asset in task.assets(dashboard.now)
        if asset.url
    ]
    what = without_query(urls[0]) if len(urls) == 1 else plural("{n} link", "{n} links", len(urls))
    dashboard.copy("\n".join(urls), what)


def poll(dashboard: "Dashboard") -> None:
    """Poll the tasks now."""
    _poll(dashboard, dashboard.board.targets())


async def poll_all(dashboard: "Dashboard") -> None:
    """Poll every task that is not over."""
    await dashboard.desk.loaded()
    _poll(dashboard, [task for task in dashboard.desk.ledger.tasks().values() if not task.over])


async def adopt_own(dashboard: "Dashboard") -> None:
    """Watch what was submitted in the last 24 hours, from all accounts that have a list of it."""
    from rushes.watch.adopting import adopt, with_lists  # with the first such key

    desk = dashboard.desk
    await desk.loaded()
    found = await with_lists(desk)
    accounts = found.accounts
    if found.silent:
        dashboard.say(_("the keyring does not answer: the keys in it are left out"), Tone.WARNING)
    elif not accounts:
        dashboard.say(_("no account with a key has a list of its own tasks"), Tone.WARNING)
    if not accounts:
        return
    dashboard.say(_("looking through the lists of {names}").format(names=", ".join(accounts)))
    since = desk.clock.now() - timedelta(hours=24)
    done = [await adopt(desk, account, since) for account in accounts]
    refs, known = sum(len(it.refs) for it in done), sum(it.known for it in done)
    beside = _(", {known} watched already").format(known=known) if known else ""
    dashboard.say(
        _("adopted {refs} of the last 24 h{beside}").format(
            refs=plural("{n} task", "{n} tasks", refs), beside=beside
        )
    )
    for account, it in zip(accounts, done, strict=True):
        if it.problem is not None:
            dashboard.say(f"{account}: {clean(_(it.problem.message), 200)}", Tone.WARNING)


def _poll(dashboard: "Dashboard", tasks: Sequence[Task]) -> None:
    why_not = dashboard.desk.poll_now([task.ref for task in tasks])
    if why_not is not None:
        dashboard.say(refusal_words(why_not), Tone.WARNING)
    else:
        dashboard.say(
            _("polling {what}").format(
                what=tasks[0].name
                if len(tasks) == 1
                else plural("{n} task", "{n} tasks", len(tasks))
            )
        )


def pause(dashboard: "Dashboard") -> None:
    """Pause polling, or go on with it."""
    if dashboard.desk.paused:
        dashboard.desk.pollers.resume()
        dashboard.say(_("polling again"))
    else:
        dashboard.desk.pollers.pause()
        dashboard.say(_("polling is paused"), Tone.WARNING)
    dashboard.redraw()


async def switch_mouse(dashboard: "Dashboard") -> None:
    """Leave the mouse to the terminal, so that it selects text, or take it back."""
    await dashboard.app.run_action("app.switch_mouse")
