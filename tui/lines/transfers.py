"""The downloads screen as lines: downloads under way, waiting, and set aside. Pure."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.tui.lines.columns import progress_bar, transferred, urgency
from rushes.tui.lines.download_words import fetch_note
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import countdown, rough, size
from rushes.watch.asset import Asset, Halt, OutputState
from rushes.watch.downloads.job import OutputKey
from rushes.watch.task import Ref, Task

_BAR = 16
_RATE = 11
_TO_GO = 14
_EXPIRY = 14


class Stage(Enum):
    """How far an output's download is, in the order in which they are listed."""

    UNDER_WAY = 0
    WAITING = 1
    REFUSED = 2
    SET_ASIDE = 3
    OVER = 4


@frozen
class TransferRow:
    """One line: an output whose download is under way, waits, or was set aside.

    `left` is the time until its link expires, `again` until the next try. `lost`: it will not make
    it before then.
    """

    task: Task
    asset: Asset
    stage: Stage
    left: timedelta | None
    lost: bool
    again: timedelta | None = None

    @property
    def slot(self) -> OutputKey:
        """The output, by which a line is found again."""
        return self.task.ref, self.asset.n

    @property
    def to_go(self) -> timedelta | None:
        """The time until it is complete at its present rate; None where size or rate is unknown."""
        fetch = self.asset.fetch
        if fetch is None or fetch.total is None or fetch.rate < 1:
            return None
        return timedelta(seconds=(fetch.total - fetch.done) / fetch.rate)


def transfers(
    tasks: Mapping[Ref, Task], queue: Sequence[OutputKey], lost: Set[OutputKey], now: datetime
) -> tuple[TransferRow, ...]:
    """The rows, in the order of the screen; `queue` is the downloads under way and waiting."""
    places = {slot: place for place, slot in enumerate(queue)}
    found: list[TransferRow] = []
    for task in tasks.values():
        for asset in task.assets(now) if task.over else ():
            slot = (task.ref, asset.n)
            stage = _stage(asset, waits=slot in places)
            if stage is not None:
                at = asset.deadline
                left = at - task.server_time(now) if at is not None else None
                retry_at = asset.fetch.retry_at if asset.fetch is not None else None
                again = retry_at - now if retry_at is not None else None
                found.append(TransferRow(task, asset, stage, left, slot in lost, again))
    last = len(places)
    return tuple(sorted(found, key=lambda t: (t.stage.value, places.get(t.slot, last))))


def _stage(asset: Asset, *, waits: bool) -> Stage | None:
    if asset.state is OutputState.DOWNLOADING:
        return Stage.UNDER_WAY
    if waits:
        refused = asset.fetch is not None and asset.fetch.halt is Halt.NOT_THERE_YET
        return Stage.REFUSED if refused else Stage.WAITING
    if asset.fetch is None or asset.saved:
        return None
    if asset.state in (OutputState.FAILED, OutputState.EXPIRED):
        return Stage.OVER
    return Stage.SET_ASIDE if asset.fetch.halt is not None else None


def lines(
    rows: Sequence[TransferRow], current: OutputKey | None, cells: int, glyphs: Glyphs
) -> tuple[Cell, ...]:
    """A line for each, the current one marked; or that there is nothing to see."""
    if not rows:
        return ((Piece("nothing is being downloaded", Role.QUIET),),)
    return tuple(_line(row, cells, glyphs, current=row.slot == current) for row in rows)


def _line(row: TransferRow, cells: int, glyphs: Glyphs, *, current: bool) -> Cell:
    """The name gives way first, then what is last on the line."""
    facts = list(_facts(row, glyphs))
    least = min(24, cells // 2)
    while len(facts) > 1 and sum(map(cell_width, facts)) > cells - 2 - least:
        del facts[-2 if len(facts) > 2 else -1]
    room = max(1, cells - 2 - sum(map(cell_width, facts)))
    name = clip(f"{row.task.name} {_what(row.asset)}", room - 1, glyphs.ellipsis)
    mark = Piece(f"{glyphs.wall} " if current else "  ", Role.ACCENT)
    head = fit((Piece(name, Role.TEXT, current),), room, glyphs.ellipsis)
    line = (mark, *head, *(piece for fact in facts for piece in fact))
    return fit(line, cells, glyphs.ellipsis) if cell_width(line) > cells else line


def _what(asset: Asset) -> str:
    return f"{asset.output.kind} {asset.n}"


def _facts(row: TransferRow, glyphs: Glyphs) -> Iterator[Cell]:
    """Progress, rate, time to go, and the time until the link expires."""
    fetch = row.asset.fetch
    if row.stage is Stage.UNDER_WAY and fetch is not None:
        if fetch.total:
            percent = min(99, fetch.done * 100 // fetch.total)
            yield progress_bar(percent, _BAR, glyphs)
        else:
            yield fit((Piece(transferred((row.asset,)), Role.RUNNING),), _BAR, glyphs.ellipsis)
        yield fit((Piece(f"{size(fetch.rate)}/s", Role.QUIET),), _RATE, glyphs.ellipsis, right=True)
        to_go = f"{countdown(row.to_go)} to go" if row.to_go is not None else ""
        yield fit((Piece(to_go, Role.QUIET),), _TO_GO, glyphs.ellipsis, right=True)
    else:
        yield (Piece(_word(row), _ROLES[row.stage]),)
    yield fit((_expiry(row),), _EXPIRY, glyphs.ellipsis, right=True)


_ROLES = {
    Stage.UNDER_WAY: Role.RUNNING,
    Stage.WAITING: Role.QUEUED,
    Stage.REFUSED: Role.WARM,
    Stage.SET_ASIDE: Role.QUIET,
    Stage.OVER: Role.FAILED,
}


def _word(row: TransferRow) -> str:
    note = fetch_note(row.asset.fetch)
    if row.stage is Stage.WAITING:
        return note or "waits its turn"
    if row.stage is Stage.REFUSED and row.again is not None:
        return f"{note}, next try in {rough(row.again)}"
    return note or row.asset.state.value


def _expiry(row: TransferRow) -> Piece:
    if row.left is None:
        return Piece("", Role.FAINT)
    if row.left <= timedelta(0):
        return Piece("expired", Role.FAILED)
    text = f"{countdown(row.left)} left"
    return Piece(text, Role.URGENT if row.lost else urgency(row.left), row.lost)
