"""What is told of one task alike in the dashboard's pane and by `rushes show`: times and outputs.

Times are local and by our clock, whoever said them; UTC is in the JSON. Pure, like the columns.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.providers.expiry import RENEWABLE
from rushes.providers.frozen import frozen
from rushes.providers.model import Basis
from rushes.providers.text import clean, without_query
from rushes.tui.lines.columns import NO_FILES, progress_bar, transferred, urgency
from rushes.tui.lines.download_words import fetch_note, halt_words, not_kept_note
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import clock, countdown, rough, run_time, shown_path, size, status_word
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.task import LATE_QUESTIONS, Task, Trouble

BASES = {
    Basis.STATED: "stated by the provider",
    Basis.SIGNED: "signed into the link",
    Basis.DOCUMENTED: "documented lifetime",
}
"""Where an expiry comes from, in words."""

_STATE_ROLES = {
    OutputState.DOWNLOADED: Role.SUCCEEDED,
    OutputState.DOWNLOADING: Role.RUNNING,
    OutputState.FAILED: Role.FAILED,
    OutputState.EXPIRED: Role.FAILED,
}


PAGE = 1 << 20
"""The cells of a page: no line is as long."""


@frozen
class Frame:
    """The time, the width and the signs that lines are made for, and trouble of the account."""

    now: datetime
    cells: int
    glyphs: Glyphs
    account: Trouble | None = None

    @property
    def is_page(self) -> bool:
        """Whether there is room for every word: nothing is cut or stands at an edge."""
        return self.cells >= PAGE

    def text(self, text: str, role: Role = Role.QUIET, *, bold: bool = False) -> Iterator[Cell]:
        """A text, folded where it is too long."""
        for line in wrap(text, self.cells):
            yield (Piece(line, role, bold),)

    def indented(self, text: str, role: Role = Role.QUIET) -> Iterator[Cell]:
        """The same, two cells from the left."""
        for line in wrap(text, self.cells - 2):
            yield (Piece("  "), Piece(line, role))

    def pair(self, left: Cell, right: Cell) -> Iterator[Cell]:
        """Two things on one line, the second at a pane's edge; on two where that is too long."""
        spare = self.cells - cell_width(left) - cell_width(right)
        if self.is_page:
            yield (*left, Piece("  "), *right) if cell_width(right) else left
        elif spare >= 1:
            yield (*left, Piece(" " * spare), *right)
        else:
            yield left
            yield (Piece("  "), *right)


def timeline(task: Task, frame: Frame) -> Iterator[Cell]:
    """A line for each step, with the time since the one before; the bar of a run."""
    before: datetime | None = None
    for step in task.transitions:
        at = task.stepped_at(step)
        delta = f"+{run_time(at - before)}" if before is not None and at >= before else ""
        if step.times > 1:
            delta = f"{delta}  {step.times} changes"
        word = status_word(step.status)
        left: Cell = (
            Piece(f"{clock(at, frame.now)} ", Role.QUIET),
            Piece(
                f"{frame.glyphs.status(step.status)} {word:<{11 if frame.is_page else 0}}",
                STATUS_ROLES[step.status],
            ),
        )
        raw = f"  {step.raw_status}" if step.raw_status else ""
        if cell_width((*left, Piece(raw), Piece(delta))) + 2 <= frame.cells:
            left = (*left, Piece(raw, Role.FAINT))
        seen = "as first seen" if frame.is_page and step.provider_at is None else ""
        right = "  ".join(filter(None, (delta, seen)))
        yield from frame.pair(left, (Piece(right, Role.FAINT),))
        before = at
    progress = task.snapshot.progress if task.snapshot else None
    if not frame.is_page and progress is not None and not task.over:
        yield progress_bar(progress, frame.cells, frame.glyphs)


def no_files(task: Task, frame: Frame) -> Iterator[Cell]:
    """That a success names no file, and whether it is asked again."""
    if not task.names_no_file:
        return
    asked = f"asked {LATE_QUESTIONS} times more"
    if frame.is_page:
        again = "asked about again" if task.awaits_files else asked
        yield (Piece(NO_FILES, Role.WARM), Piece(f"  {again}", Role.QUIET))
    elif task.awaits_files:
        yield (Piece(f"{NO_FILES} yet", Role.TEXT, True),)
        yield from frame.text("the provider named none, and is asked again for some minutes")
    else:
        yield (Piece(f"{frame.glyphs.alert} {NO_FILES}", Role.WARM, True),)
        yield from frame.text(f"the provider named none; {asked}: r asks again")


def output(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    """One output: its facts and state, its expiry, where it is, and what there is to say of it."""
    fetch, said = asset.fetch, asset.output
    kind = Piece(said.kind, Role.TEXT, not frame.is_page)
    head = (Piece(f"{asset.n} ", Role.FAINT), kind, Piece(_facts(asset, frame), Role.QUIET))
    yield from frame.pair(head, (_state(asset, frame),))
    if asset.state is OutputState.DOWNLOADING and fetch is not None and fetch.total:
        yield from _arriving(fetch.done, fetch.total, fetch.rate, frame)
    yield from _expiry(task, asset, frame)
    yield from _place(asset, frame)
    renewable = RENEWABLE if asset.renewable_until is not None else ""
    notes = (said.note, _fetch_note(fetch, frame), renewable, not_kept_note(asset))
    for note in filter(None, notes):
        yield from frame.indented(note, Role.WARM if frame.is_page else Role.QUIET)


def _facts(asset: Asset, frame: Frame) -> str:
    fetch, said = asset.fetch, asset.output
    facts: list[str] = []
    if said.width and said.height:
        facts.append(f"{said.width}{frame.glyphs.by}{said.height}")
    if fetch is not None and (known := fetch.total or (fetch.done if asset.saved else None)):
        facts.append(size(known))
    return "".join(f"  {fact}" for fact in facts)


def _state(asset: Asset, frame: Frame) -> Piece:
    """The state as the JSON names it on a page, in a word or a sign for a person in a pane."""
    glyphs, state = frame.glyphs, asset.state
    if frame.is_page:
        sign = f"{glyphs.saved} " if asset.saved else ""
        return Piece(f"{sign}{state.value}", _STATE_ROLES.get(state, Role.TEXT))
    match state:
        case OutputState.DOWNLOADED:
            return Piece(glyphs.saved, Role.SUCCEEDED)
        case OutputState.DOWNLOADING:
            return Piece(f"{glyphs.saving} {transferred((asset,))}", Role.RUNNING)
        case OutputState.EXPIRED:
            return Piece("lost", Role.FAILED)
        case OutputState.FAILED:
            return Piece(f"{glyphs.alert} download failed", Role.FAILED)
        case OutputState.UNRESOLVED:
            return Piece("link not asked for yet", Role.FAINT)
        case OutputState.AVAILABLE if asset.fetch and asset.fetch.halt is Halt.NOT_THERE_YET:
            return Piece(halt_words(asset.fetch.halt), Role.WARM)
        case OutputState.AVAILABLE:
            return Piece("not saved", Role.QUIET)


def _arriving(done: int, total: int, per_second: float, frame: Frame) -> Iterator[Cell]:
    if frame.is_page:
        return  # a page is printed once, by a process that downloads nothing
    rate = f"  {size(per_second)}/s" if per_second else ""
    cells = max(8, frame.cells - 2 - len(rate))
    bar = progress_bar(min(99, done * 100 // total), cells, frame.glyphs)
    yield (Piece("  "), *bar, Piece(rate, Role.QUIET))


def _expiry(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    if asset.expires_at is None or asset.basis is None:
        yield (Piece("  expiry not stated", Role.FAINT),)
        return
    left = asset.expires_at - task.server_time(frame.now)
    over = left <= timedelta(0)
    calm = over or asset.saved
    at = clock(task.our_time(asset.expires_at), frame.now)
    when: Cell = (
        Piece("  expired " if over else "  expires ", Role.QUIET),
        Piece(at, Role.QUIET if calm else urgency(left)),
    )
    words = f" ({BASES[asset.basis]})" if frame.is_page else f"  {asset.basis.value}"
    basis = Piece(words, Role.FAINT)
    rest = (
        Piece(f"{rough(-left)} ago", Role.QUIET if asset.saved else Role.FAILED)
        if over
        else Piece(f"{countdown(left)} left", Role.FAINT if calm else urgency(left))
    )
    if cell_width((*when, basis, rest)) < frame.cells:
        yield from frame.pair((*when, basis), (rest,))
    else:
        yield when
        yield (Piece("  "), rest, basis)


def _place(asset: Asset, frame: Frame) -> Iterator[Cell]:
    """Where a saved file is, else where it is to come from."""
    fetch = asset.fetch
    if asset.saved and fetch is not None and fetch.path is not None:
        # On a page the path is whole, fit to be copied into a command.
        whole = frame.is_page
        yield from frame.indented(
            clean(str(fetch.path)) if whole else f"saved {shown_path(fetch.path)}"
        )
    elif asset.url:
        ellipsis = frame.glyphs.ellipsis
        link = without_query(asset.url).replace("…", ellipsis)
        # One line of a pane is enough to know it again; Y copies the whole of it.
        yield (Piece("  "), Piece(clip(link, frame.cells - 2, ellipsis), Role.FAINT))
    elif asset.output.file_id:
        yield from frame.indented(f"file {asset.output.file_id}")


def _fetch_note(fetch: Fetch | None, frame: Frame) -> str:
    if fetch is None or fetch.retry_at is None:
        return fetch_note(fetch)
    return f"{fetch_note(fetch)}, next try in {rough(fetch.retry_at - frame.now)}"
