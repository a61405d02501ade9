"""Keeps what is told: what stands in the notice line now, and everything since the start."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.download_words import event_words
from rushes.watch.changes import Event, Expiring, Fetched
from rushes.watch.clock import Clock
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref, Task

KEPT = 500
"""Notices that are kept to be read again."""

SEEN_FOR = 8.0
"""Seconds for which a notice stands at least."""

TONES: Mapping[EventKind, Tone] = {
    EventKind.FAILED: Tone.ERROR,
    EventKind.DOWNLOAD_FAILED: Tone.ERROR,
    EventKind.EXPIRED: Tone.ERROR,
    EventKind.DISK_FULL: Tone.ERROR,
    EventKind.EXPIRING: Tone.WARNING,
    EventKind.SHORTFALL: Tone.WARNING,
    EventKind.COMMAND_FAILED: Tone.WARNING,
    EventKind.SAVED: Tone.CALM,
    EventKind.SUCCEEDED: Tone.CALM,
    EventKind.CANCELED: Tone.CALM,
    EventKind.GONE: Tone.CALM,
    EventKind.RESUMED: Tone.CALM,
}
"""What is told of, in the order of a digest: failed, about to end, saved.

Steps on the way are seen in the table, account troubles in the header, and a rescued file is a
saved one.
"""

_ONLY_KEPT = (EventKind.PROBLEM, EventKind.RECOVERED)
"""To be read again alone: the header shows such trouble while it lasts, and then no more."""


@frozen
class Notice:
    """A text and how it is meant."""

    text: str
    tone: Tone


@frozen(kw_only=True)
class Item:
    """So many things of a kind that stand in the line: the newest in words, the bytes of all."""

    kind: EventKind
    number: int
    newest: str
    size: int = 0


@frozen(kw_only=True)
class Standing:
    """What the line says.

    `at` is when the newest of it happened, `said` what a key was answered, `more` counts the
    notices that nobody has looked at beside these, the first of them from `since`.
    """

    at: datetime
    items: tuple[Item, ...]
    said: tuple[Notice, ...]
    more: int = 0
    since: datetime | None = None

    @property
    def tone(self) -> Tone:
        """That of the worst of it."""
        tones = {TONES[item.kind] for item in self.items} | {notice.tone for notice in self.said}
        return max(tones, key=list(Tone).index, default=Tone.CALM)


@frozen
class _Told:
    since: float
    event: Event
    words: str


class NoticeLog:
    """What happened and was answered, for the line and for the sheet of all of it."""

    def __init__(self, clock: Clock, task: Callable[[Ref], Task | None]) -> None:
        """`task` finds a watched task."""
        self.told: deque[tuple[datetime, Notice]] = deque(maxlen=KEPT)
        """Each thing that was told of since the start and when, the last ones."""

        self._clock = clock
        self._task = task
        self._items: dict[tuple[EventKind, Hashable], _Told] = {}
        self._said: list[tuple[float, Notice]] = []
        self._newest: tuple[float, datetime] | None = None
        self._unread = 0
        self._unread_since: datetime | None = None

    def happened(self, events: Iterable[Event]) -> None:
        """Take in what happened."""
        told = [event for event in events if event.kind in TONES or event.kind in _ONLY_KEPT]
        if not told:
            return
        for event in told[-KEPT:]:
            self._keep(event.at, Notice(_sentence(event), TONES.get(event.kind, Tone.CALM)))
        self._count(told[0].at, len(told))
        fresh = [event for event in told if event.kind in TONES]
        if fresh:
            self._forget_old()
            for event in fresh:
                self._stand(event)
            self._newest = (self._clock.monotonic(), fresh[-1].at)

    def say(self, text: str, tone: Tone = Tone.CALM) -> None:
        """Take in the answer to a key; it stands in front of what happened."""
        now, at, notice = self._clock.monotonic(), self._clock.now(), Notice(text, tone)
        self._keep(at, notice)
        if tone is not Tone.CALM:
            self._count(at, 1)
        self._forget_old()
        worse = [each for each in self._said if each[1].tone is not Tone.CALM]
        self._said = [(now, notice), *(each for each in worse if each[1] != notice)]
        self._newest = (now, at)

    def read(self) -> None:
        """Note that somebody looks at all of them."""
        self._unread, self._unread_since = 0, None

    def clear(self) -> None:
        """Have nothing stand in the line any more."""
        self._newest = None
        self._items.clear()
        self._said.clear()

    def standing(self) -> Standing | None:
        """What the line says now; None for nothing."""
        if self._newest is None:
            return None
        last, at = self._newest
        if self._clock.monotonic() - last >= SEEN_FOR:
            self.clear()
            return None
        said = tuple(notice for _, notice in self._said)
        here = len(self._items) + sum(notice.tone is not Tone.CALM for notice in said)
        more = max(0, self._unread - here)
        since = self._unread_since if more else None
        return Standing(at=at, items=self._digest(), said=said, more=more, since=since)

    def _digest(self) -> tuple[Item, ...]:
        of: dict[EventKind, list[_Told]] = {}
        for (kind, _key), told in self._items.items():
            of.setdefault(kind, []).append(told)
        return tuple(
            Item(
                kind=kind,
                number=len(of[kind]),
                newest=of[kind][-1].words,
                size=sum(_size(told.event) for told in of[kind]),
            )
            for kind in TONES
            if kind in of
        )

    def _stand(self, event: Event) -> None:
        file = _file(event)
        if event.kind in (EventKind.SAVED, EventKind.EXPIRED):
            # No file is both about to be lost and saved, or lost.
            self._items.pop((EventKind.EXPIRING, file), None)
        key = (event.kind, file)
        self._items.pop(key, None)
        self._items[key] = _Told(self._clock.monotonic(), event, self._words(event))

    def _words(self, event: Event) -> str:
        task = self._task(event.ref) if event.ref is not None and event.transition else None
        if task is None:
            return _text(event)
        failure = task.snapshot.failure if task.snapshot else None
        why = failure.message if failure and event.kind is EventKind.FAILED else ""
        return f"{task.name}: {why}" if why else task.name

    def _forget_old(self) -> None:
        """Let go what has stood for long enough, so that what comes begins a line of its own."""
        due = self._clock.monotonic() - SEEN_FOR
        self._items = {key: told for key, told in self._items.items() if told.since > due}
        self._said = [each for each in self._said if each[0] > due]

    def _keep(self, at: datetime, notice: Notice) -> None:
        self.told.append((at, notice))

    def _count(self, at: datetime, number: int) -> None:
        self._unread += number
        self._unread_since = self._unread_since or at


def _file(event: Event) -> Hashable:
    """What an event is about; another thing for each that is about nothing."""
    match event.news:
        case Fetched(task, n) | Expiring(task, n):
            return (event.ref or task, n)
        case _:
            return (event.ref, event.text) if event.ref is not None else object()


def _size(event: Event) -> int:
    news = event.news
    saved = event.kind is EventKind.SAVED and isinstance(news, Fetched)
    return news.fetch.done if saved and isinstance(news, Fetched) else 0


def _text(event: Event) -> str:
    summary = event.suspension
    if summary is None:
        return event_words(event)
    return _("welcome back: {done} done, {risk} at risk, {lost} lost").format(
        done=summary.done, risk=summary.at_risk, lost=summary.lost
    )


def _sentence(event: Event) -> str:
    """An event alone, with the word that its kind is where its text does not say it."""
    if event.kind is EventKind.SAVED:
        return _("saved {file}").format(file=_text(event))
    if event.kind is EventKind.DOWNLOAD_FAILED:
        return _("download failed: {file}").format(file=_text(event))
    return _text(event)
