"""The outputs of a task, as the dashboard's pane and `rushes show` tell of them."""

from collections.abc import Iterator
from datetime import timedelta

from rushes.providers.expiry import RENEWABLE
from rushes.providers.language import _
from rushes.providers.text import clean, without_query
from rushes.tui.lines.columns import NO_FILES, transferred, urgency
from rushes.tui.lines.download_words import fetch_note, halt_words, not_kept_note
from rushes.tui.lines.fit import Cell, Piece, clip_middle
from rushes.tui.lines.roles import Role
from rushes.tui.lines.task_sections import BASES, Frame, basis_word
from rushes.tui.lines.words import clock, countdown, rough, shown_path, size
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.ratings import REJECTED
from rushes.watch.task import LATE_QUESTIONS, Task

_STATE_ROLES = {
    OutputState.DOWNLOADED: Role.SUCCEEDED,
    OutputState.DOWNLOADING: Role.RUNNING,
    OutputState.FAILED: Role.FAILED,
    OutputState.EXPIRED: Role.FAILED,
}


def saved_note(task: Task, frame: Frame) -> Cell:
    """How many of the outputs are on disk."""
    assets = tuple(task.assets(frame.now))
    if not assets:
        return ()
    saved = sum(asset.saved for asset in assets)
    words = _("{saved} of {files} saved").format(saved=saved, files=len(assets))
    return (Piece(words, Role.SUCCEEDED if saved == len(assets) else Role.QUIET),)


def no_files(task: Task, frame: Frame) -> Iterator[Cell]:
    """That a success names no file, and whether it is asked again."""
    if not task.names_no_file:
        return
    asked = _("asked {n} times more").format(n=LATE_QUESTIONS)
    if frame.is_page:
        again = _("asked about again") if task.awaits_files else asked
        yield (Piece(_(NO_FILES), Role.WARM), Piece(f"  {again}", Role.QUIET))
    elif task.awaits_files:
        yield (Piece(_("no files yet"), Role.TEXT, True),)
        yield from frame.text(_("the provider named none, and is asked again for some minutes"))
    else:
        yield (Piece(f"{frame.glyphs.alert} {_(NO_FILES)}", Role.WARM, True),)
        yield from frame.text(
            _("the provider named none; {asked}: r asks again").format(asked=asked)
        )


def output(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    """One output: its facts and state, its expiry, where it is, and what there is to say of it."""
    fetch, said = asset.fetch, asset.output
    kind = Piece(said.kind, Role.TEXT, not frame.is_page)
    head = (Piece(f"{asset.n} ", Role.FAINT), kind, *_facts(asset, frame))
    states = _states(asset, frame)
    fitting = (state for state in states if frame.fits((*head, Piece(" "), state)))
    yield from frame.pair(head, (next(fitting, states[0]),))
    if asset.state is OutputState.DOWNLOADING and fetch is not None and fetch.total:
        yield from _arriving(fetch.done, fetch.total, frame)
    yield from _expiry(task, asset, frame)
    yield from _place(asset, frame)
    renewable = RENEWABLE if asset.renewable_until is not None else ""
    notes = (said.note, _fetch_note(fetch, frame), renewable, not_kept_note(asset))
    for note in filter(None, notes):
        yield from frame.indented(note, Role.WARM if frame.is_page else Role.QUIET)


def _facts(asset: Asset, frame: Frame) -> Cell:
    fetch, said = asset.fetch, asset.output
    facts: list[str] = []
    if said.width and said.height:
        facts.append(f"{said.width}{frame.glyphs.by}{said.height}")
    if fetch is not None and (known := fetch.total or (fetch.done if asset.saved else None)):
        facts.append(size(known))
    rating: Cell = ()
    if asset.rating is not None:
        out = asset.rating == REJECTED
        text = _("out") if out else f"{frame.glyphs.rated}{asset.rating}"
        rating = (Piece(f"  {text}", Role.QUIET if out else Role.ACCENT),)
    return (Piece("".join(f"  {fact}" for fact in facts), Role.QUIET), *rating)


def _states(asset: Asset, frame: Frame) -> tuple[Piece, ...]:
    """The state as it is said where there is room, and shorter; on a page as the JSON names it."""
    state, signs = _state(asset, frame), frame.glyphs
    match asset.state:
        case OutputState.DOWNLOADED if not frame.is_page:
            return state, Piece(signs.saved, Role.SUCCEEDED)
        case OutputState.DOWNLOADING if not frame.is_page:
            rate = asset.fetch.rate if asset.fetch else 0.0
            speed = f"  {size(rate)}/s" if rate else ""
            return Piece(state.text + speed, Role.RUNNING), state
        case _:
            return (state,)


def _state(asset: Asset, frame: Frame) -> Piece:
    glyphs, state, halt = frame.glyphs, asset.state, asset.fetch and asset.fetch.halt
    if frame.is_page:
        sign = f"{glyphs.saved} " if state is OutputState.DOWNLOADED else ""
        return Piece(f"{sign}{state.value}", _STATE_ROLES.get(state, Role.TEXT))
    match state:
        case OutputState.DOWNLOADED:
            return Piece(f"{glyphs.saved} {_('saved')}", Role.SUCCEEDED)
        case OutputState.DOWNLOADING:
            return Piece(f"{glyphs.saving} {transferred((asset,))}", Role.RUNNING)
        case OutputState.MOVED:
            return Piece(_("moved"), Role.QUIET)
        case OutputState.GIVEN_UP:
            return Piece(_("given up"), Role.QUIET)
        case OutputState.EXPIRED:
            return Piece(_("lost"), Role.FAILED)
        case OutputState.FAILED:
            return Piece(f"{glyphs.alert} {_('download failed')}", Role.FAILED)
        case _ if asset.n in frame.beside.waiting:
            return Piece(_("next in line"), Role.RUNNING)
        case OutputState.UNRESOLVED:
            return Piece(_("link not asked for yet"), Role.FAINT)
        case OutputState.AVAILABLE if halt is Halt.NOT_THERE_YET:
            return Piece(halt_words(halt), Role.WARM)
        case OutputState.AVAILABLE:
            return Piece(_("not saved"), Role.QUIET)


def _arriving(done: int, total: int, frame: Frame) -> Iterator[Cell]:
    if frame.is_page:
        return  # a page is printed once, by a process that downloads nothing
    lit, track = frame.glyphs.progress(min(99, done * 100 // total), max(8, frame.cells - 2))
    yield (Piece("  "), Piece(lit, Role.RUNNING), Piece(track, Role.RULE))


def _expiry(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    """How much time is left, until when, and who says so. A pane is quiet about what is saved."""
    if asset.settled and not frame.is_page:
        return
    if asset.expires_at is None or asset.basis is None:
        yield (Piece("  "), Piece(_("expiry not stated"), Role.FAINT))
        return
    left = asset.expires_at - task.server_time(frame.now)
    at = clock(task.our_time(asset.expires_at), frame.now)
    if left <= timedelta(0):
        role = Role.QUIET if asset.settled else Role.FAILED
        what = Piece(_("expired {time} ago").format(time=rough(-left)), role)
        when = _("ended {time}")
    else:
        role = Role.QUIET if asset.settled else urgency(left)
        what = Piece(_("{time} left").format(time=countdown(left)), role, role is Role.URGENT)
        when = _("expires {time}") if frame.is_page else _("ends {time}")
    short: Cell = (Piece("  "), what, Piece(f" {at}", Role.QUIET))
    told: Cell = (Piece("  "), what, Piece(f"  {when.format(time=at)}", Role.QUIET))
    basis = BASES[asset.basis] if frame.is_page else basis_word(asset.basis)
    full: Cell = (*told, Piece(f"  {basis}", Role.FAINT))
    yield next(filter(frame.fits, (full, told, short)), short[:2])


def _place(asset: Asset, frame: Frame) -> Iterator[Cell]:
    """Where a saved file is. A link is only named on a page: from a pane it is copied."""
    fetch, cells = asset.fetch, frame.cells - 2
    if asset.saved and fetch is not None and fetch.place is not None:
        # On a page the path is whole, fit to be copied into a command.
        path = clean(fetch.place) if frame.is_page else _path(fetch, frame)
        if asset.state is OutputState.MOVED:
            yield from frame.indented(_("was {path}").format(path=path), Role.WARM)
        else:
            yield (Piece("  "), Piece(clip_middle(path, cells, frame.glyphs.ellipsis), Role.QUIET))
    elif asset.url and frame.is_page:
        link = without_query(asset.url).replace("…", frame.glyphs.ellipsis)
        yield (Piece("  "), Piece(link, Role.FAINT))
    elif asset.output.file_id:
        text = _("file {id}").format(id=asset.output.file_id)
        yield (Piece("  "), Piece(clip_middle(text, cells, frame.glyphs.ellipsis), Role.QUIET))


def _path(fetch: Fetch, frame: Frame) -> str:
    """The path of a file, from the download folder on where it is in that."""
    path, folder = fetch.path, frame.beside.folder
    if path is None:
        return clean(fetch.place or "")
    if folder is not None and path.is_relative_to(folder):
        return clean(str(path.relative_to(folder)))
    return shown_path(path)


def _fetch_note(fetch: Fetch | None, frame: Frame) -> str:
    if fetch is None or fetch.retry_at is None:
        return fetch_note(fetch)
    again = _("next try in {time}").format(time=rough(fetch.retry_at - frame.now))
    return f"{fetch_note(fetch)}, {again}"
