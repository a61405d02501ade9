"""The outputs of the downloads sheet: downloads under way, waiting, and set aside. Pure."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.watch.asset import Asset, Halt, OutputState
from rushes.watch.downloads.job import OutputKey
from rushes.watch.task import Ref, Task


class Stage(Enum):
    """How far an output's download is, in the order in which they are listed.

    SAVED and UNTOUCHED are listed only where they were another before.
    """

    UNDER_WAY = 0
    WAITING = 1
    REFUSED = 2
    SET_ASIDE = 3
    OVER = 4
    SAVED = 5
    UNTOUCHED = 6


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
    tasks: Mapping[Ref, Task],
    queue: Sequence[OutputKey],
    lost: Set[OutputKey],
    now: datetime,
    kept: Sequence[OutputKey] = (),
) -> tuple[TransferRow, ...]:
    """The rows, in the order of the screen; `queue` is the downloads under way and waiting.

    Those of `kept` come first, in its order, whatever became of them.
    """
    places = {slot: place for place, slot in enumerate(queue)}
    first = {slot: place for place, slot in enumerate(kept)}
    found: list[TransferRow] = []
    for task in tasks.values():
        for asset in task.assets(now) if task.over else ():
            slot = (task.ref, asset.n)
            stage = _stage(asset, waits=slot in places)
            if stage is None and slot in first:
                stage = Stage.SAVED if asset.saved else Stage.UNTOUCHED
            if stage is not None:
                at = asset.deadline
                left = at - task.server_time(now) if at is not None else None
                retry_at = asset.fetch.retry_at if asset.fetch is not None else None
                again = retry_at - now if retry_at is not None else None
                found.append(TransferRow(task, asset, stage, left, slot in lost, again))

    def place(row: TransferRow) -> tuple[int, int, int]:
        if row.slot in first:
            return first[row.slot], 0, 0
        return len(first), row.stage.value, places.get(row.slot, len(places))

    return tuple(sorted(found, key=place))


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


@frozen
class Totals:
    """What all rows come to. Sizes are bytes, `rate` is bytes per second; None where not known.

    `stopped` of the `files` are over or set aside; their sizes are left out.
    """

    files: int
    saved: int
    stopped: int
    done: int
    size: int | None
    rate: float

    @property
    def to_go(self) -> timedelta | None:
        """The time until all is there at the present rate."""
        if self.size is None or self.rate < 1 or self.size <= self.done:
            return None
        return timedelta(seconds=(self.size - self.done) / self.rate)


def totals(rows: Sequence[TransferRow]) -> Totals:
    """The sum of all rows."""
    counted = [row for row in rows if row.stage not in (Stage.OVER, Stage.SET_ASIDE)]
    fetches = [row.asset.fetch for row in counted]
    sizes = [fetch.total if fetch is not None else None for fetch in fetches]
    known = [size for size in sizes if size is not None]
    return Totals(
        files=len(rows),
        saved=sum(row.stage is Stage.SAVED for row in counted),
        stopped=len(rows) - len(counted),
        done=sum(fetch.done for fetch in fetches if fetch is not None),
        size=sum(known) if len(known) == len(sizes) else None,
        rate=sum(
            row.asset.fetch.rate
            for row in counted
            if row.asset.fetch is not None and row.stage is Stage.UNDER_WAY
        ),
    )
