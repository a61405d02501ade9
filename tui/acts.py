"""What the actions do. Each captures the tasks it is for at the key press."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from providers.errors import RushesError
from providers.text import clean, without_query
from tui.board import VIEWS
from tui.deck import Act, Deck, Tone
from tui.words import shown_path
from watch.query import SortKey
from watch.task import Asset, Task


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def move(by: int) -> Act:
    """Move by rows."""
    return lambda deck: deck.move(by)


def half_page(pages: int) -> Act:
    """Move by half a screen."""
    return lambda deck: deck.move_half(pages)


def back(deck: Deck) -> None:
    """Leave what is open."""
    deck.back()


def add(deck: Deck) -> None:
    """Ask for tasks to watch."""
    deck.open_add()


def ask_filter(deck: Deck) -> None:
    """Ask for a filter."""
    deck.open_filter()


def look_at(view: str) -> Act:
    """Show one of the views of the number keys."""

    def act(deck: Deck) -> None:
        deck.board.look_at(VIEWS[view], deck.now)
        deck.redraw()

    return act


def mark(deck: Deck) -> None:
    """Mark the current task, or take its mark away."""
    deck.board.mark()
    deck.redraw()


def mark_range(deck: Deck) -> None:
    """Mark from the last mark to here."""
    deck.board.mark_range()
    deck.redraw()


def seek(step: int) -> Act:
    """Go to the next or previous task that the last filter matches."""

    def act(deck: Deck) -> None:
        if not deck.board.seek(step, deck.now):
            deck.say(f"nothing here matches {deck.board.sought.text}", Tone.WARNING)
        deck.redraw()

    return act


def reverse(deck: Deck) -> None:
    """Turn the order round."""
    board = deck.board
    board.order_by(board.sort, deck.now, descending=not board.descending)
    deck.redraw()


def sort_by(deck: Deck, key: SortKey) -> None:
    """Order by `key`; choosing the one that is on turns it round."""
    board = deck.board
    descending = not board.descending if key is board.sort else key is SortKey.ADDED
    board.order_by(key, deck.now, descending=descending)
    deck.redraw()


async def remove(deck: Deck) -> None:
    """Stop watching the tasks."""
    tasks = deck.board.targets()
    try:
        await deck.desk.remove([task.ref for task in tasks])
    except RushesError as error:
        deck.say(str(error), Tone.ERROR)
        return
    deck.board.unmark()
    what = tasks[0].name if len(tasks) == 1 else count(len(tasks), "task")
    deck.say(f"no longer watching {what}; undo brings it back")


async def undo(deck: Deck) -> None:
    """Bring back what was removed last."""
    try:
        refs = await deck.desk.undo()
    except RushesError as error:
        deck.say(str(error), Tone.ERROR)
        return
    deck.say(f"watching {count(len(refs), 'task')} again" if refs else "nothing to undo")


def download(deck: Deck) -> None:
    """Fetch the outputs of the tasks."""
    _download(deck, deck.board.targets())


def download_all(deck: Deck) -> None:
    """Fetch every output of the whole list that is not on disk."""
    tasks = deck.desk.tasks().values()
    _download(deck, [task for task in tasks if any(not a.saved for a in task.assets(deck.now))])


def _download(deck: Deck, tasks: Sequence[Task]) -> None:
    refusals = [deck.desk.download(task.ref) for task in tasks]
    queued = refusals.count("")
    if queued:
        left = f", {len(tasks) - queued} not" if queued < len(tasks) else ""
        name = tasks[0].name if len(tasks) == 1 else count(queued, "task")
        deck.say(f"downloading {name}{left}")
    else:
        deck.say(refusals[0] if refusals else "nothing to download: all saved", Tone.WARNING)


def saved_file(task: Task, deck: Deck) -> Asset | None:
    """The task's first output that is on disk."""
    return next((asset for asset in task.assets(deck.now) if asset.saved), None)


def open_file(deck: Deck) -> None:
    """Open the first saved output, else the first one's URL."""
    task = deck.board.current
    if task is None:
        return
    asset = saved_file(task, deck)
    if asset is not None and asset.fetch is not None and asset.fetch.path is not None:
        path = asset.fetch.path
        _report(deck, deck.launch(path), f"opening {shown_path(path)}", shown_path(path))
        return
    url = first_url(task, deck)
    if url is not None:
        # The host is shown before a stranger's address is trusted (reliability.md S7).
        host = clean(urlsplit(url).hostname or "", 120)
        _report(deck, deck.browse(url), f"opening the link at {host}", without_query(url))


def open_folder(deck: Deck) -> None:
    """Open the folder that the task's files are in, else the download folder."""
    task = deck.board.current
    asset = saved_file(task, deck) if task else None
    path = asset.fetch.path if asset and asset.fetch else None
    folder = path.parent if path else deck.desk.settings.download.dir
    _report(deck, deck.launch(folder), f"opening {shown_path(folder)}", shown_path(folder))


def _report(deck: Deck, why_not: str, done: str, what: str) -> None:
    if why_not:
        deck.say(f"{why_not}: {what}", Tone.WARNING)
    else:
        deck.say(done)


def first_url(task: Task, deck: Deck) -> str | None:
    """The task's first output that is a link."""
    return next((asset.url for asset in task.assets(deck.now) if asset.url), None)


def copy_id(deck: Deck) -> None:
    """Copy the ids of the tasks, one a line."""
    ids = [task.ref.id for task in deck.board.targets()]
    deck.copy("\n".join(ids))
    deck.say(f"copied {ids[0] if len(ids) == 1 else count(len(ids), 'id')}")


def copy_url(deck: Deck) -> None:
    """Copy the links of the tasks' outputs, one a line, whole; the toast shows no query."""
    urls = [
        asset.url for task in deck.board.targets() for asset in task.assets(deck.now) if asset.url
    ]
    deck.copy("\n".join(urls))
    deck.say(f"copied {without_query(urls[0]) if len(urls) == 1 else count(len(urls), 'link')}")


def poll(deck: Deck) -> None:
    """Ask about the tasks now."""
    _poll(deck, deck.board.targets())


def poll_all(deck: Deck) -> None:
    """Ask about every task that is not over."""
    _poll(deck, [task for task in deck.desk.tasks().values() if not task.over])


def _poll(deck: Deck, tasks: Sequence[Task]) -> None:
    why_not = deck.desk.poll_now([task.ref for task in tasks])
    if why_not:
        deck.say(why_not, Tone.WARNING)
    else:
        deck.say(f"polling {tasks[0].name if len(tasks) == 1 else count(len(tasks), 'task')}")


def pause(deck: Deck) -> None:
    """Pause polling, or go on with it."""
    if deck.desk.paused:
        deck.desk.resume()
        deck.say("polling again")
    else:
        deck.desk.pause()
        deck.say("polling is paused", Tone.WARNING)
    deck.redraw()
