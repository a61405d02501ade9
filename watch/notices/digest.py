"""Folds what happens into few notices, and holds them back in quiet hours; pure, with no clock.

Times of day come as `now`, intervals by a clock `at` that never jumps. Memory is bounded: of each
kind of event a number and a name are kept, and of outputs that expire an end each.
"""

from datetime import datetime, timedelta
from math import inf

from rushes.providers.frozen import frozen
from rushes.watch.changes import Event, Expiring, Fetched
from rushes.watch.config.notify import NotifySettings
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref

ORDER = (
    EventKind.FAILED,
    EventKind.GONE,
    EventKind.CANCELED,
    EventKind.EXPIRED,
    EventKind.DOWNLOAD_FAILED,
    EventKind.PROBLEM,
    EventKind.EXPIRING,
    EventKind.SUCCEEDED,
    EventKind.SAVED,
    EventKind.RESCUED,
    EventKind.IDLE,
)
"""What a notice says first: what is over badly, what can still be helped, and then the rest."""


@frozen
class Item:
    """How often a kind of event happened, and whom it met last; "" where that is nobody.

    `soonest`: until the first of several outputs expires.
    """

    kind: EventKind
    number: int
    newest: str = ""
    soonest: timedelta | None = None


@frozen
class Notice:
    """What a person is told at once, the most urgent first."""

    items: tuple[Item, ...]


@frozen
class _Loss:
    """An output that expires: whose it is, when it ends, and by when that has to be told."""

    name: str
    ends: datetime
    told_by: float


class Digest:
    """What happened and was not told yet."""

    def __init__(self, settings: NotifySettings) -> None:
        self._on = frozenset(settings.on)
        self._seconds = settings.digest
        self._quiet = settings.quiet
        self._items: dict[EventKind, Item] = {}
        self._losses: dict[tuple[Ref, int], _Loss] = {}
        self._began = -inf

    def take(self, event: Event, name: str, now: datetime, at: float) -> None:
        """Note an event; `name` is what the task that it met is called."""
        if not (self._items or self._to_tell(now)):
            self._began = at
        kind, news = event.kind, event.news
        if kind in (EventKind.SAVED, EventKind.EXPIRED) and isinstance(news, Fetched | Expiring):
            self._spare(event.ref, news.n)
        if kind not in self._on:
            return
        if isinstance(news, Expiring) and news.left is not None and event.ref is not None:
            # Told while half of the time is still left, however long a digest may take.
            by = at + news.left.total_seconds() / 2
            self._losses[event.ref, news.n] = _Loss(name, now + news.left, by)
            return
        before = self._items.get(kind)
        self._items[kind] = Item(kind, before.number + 1 if before else 1, name)

    def take_over(self, before: "Digest", at: float) -> None:
        """Note what another one holds, as far as it is told of here, too; that one holds nothing.

        What this one has of the same output stays.
        """
        if self._began == -inf or not (self._items or self._losses):
            self._began = at
        for kind, item in before._items.items():
            if kind in self._on:
                mine = self._items.get(kind)
                number = item.number + (mine.number if mine else 0)
                self._items[kind] = Item(kind, number, mine.newest if mine else item.newest)
        if EventKind.EXPIRING in self._on:
            self._losses = {**before._losses, **self._losses}
        before._items, before._losses = {}, {}

    def seconds_left(self, now: datetime, at: float) -> float:
        """How long nothing is to be told; inf while nothing happened."""
        losses = self._to_tell(now)
        if not (self._items or losses):
            return inf
        due = min([self._began + self._seconds, *(loss.told_by for loss in losses)])
        quiet_until = self._quiet.until(now) if self._quiet else None
        if quiet_until is None:
            return max(0.0, due - at)
        urgent = [loss for loss in losses if loss.ends < quiet_until]
        if urgent:
            due = min([self._began + self._seconds, *(loss.told_by for loss in urgent)])
            return max(0.0, due - at)
        return (quiet_until - now).total_seconds()

    def notice(self, now: datetime, at: float, *, at_once: bool = False) -> Notice | None:
        """What is to be told now, which is forgotten with that; `at_once`: without gathering more.

        In quiet hours that is only what would be lost before their end.
        """
        if self.seconds_left(now, at) > 0 and not at_once:
            return None
        quiet_until = self._quiet.until(now) if self._quiet else None
        losses = self._to_tell(now)
        if quiet_until is not None:
            losses = [loss for loss in losses if loss.ends < quiet_until]
            items = dict[EventKind, Item]()
        else:
            items, self._items = self._items, {}
        if losses:
            soonest = min(loss.ends for loss in losses) - now
            items = items | {
                EventKind.EXPIRING: Item(EventKind.EXPIRING, len(losses), losses[-1].name, soonest)
            }
        self._losses = {
            key: loss
            for key, loss in self._losses.items()
            if quiet_until is not None and loss.ends >= quiet_until
        }
        self._began = at
        told = tuple(items[kind] for kind in ORDER if kind in items)
        return Notice(told) if told else None

    def _to_tell(self, now: datetime) -> list[_Loss]:
        """The outputs that can still be had."""
        return [loss for loss in self._losses.values() if loss.ends > now]

    def _spare(self, ref: Ref | None, n: int) -> None:
        """Forget that an output expires: it is saved, or lost."""
        if ref is not None:
            self._losses.pop((ref, n), None)
