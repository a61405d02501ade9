"""Makes toasts of events: one each while they are few, one digest when they are many."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.download_words import event_words
from rushes.tui.lines.words import count
from rushes.watch.changes import Event, EventKind

FEW = 3
"""A person reads this many toasts at once; more become one digest."""


SEEN_FOR = timedelta(seconds=5)
"""How long a toast stays."""


@frozen
class Toast:
    """A text and how it is meant."""

    text: str
    tone: Tone


_DIGESTS = {
    EventKind.SAVED: "file saved",
    EventKind.DOWNLOAD_FAILED: "download failed",
    EventKind.DISK_FULL: "disk full",
    EventKind.AT_RISK: "file about to be lost",
    EventKind.EXPIRED: "file expired",
    EventKind.RESUMED: "welcome back",
}

_FIRST_WORDS = {EventKind.SAVED: "saved ", EventKind.DOWNLOAD_FAILED: "download failed: "}

_TONES = {
    EventKind.DOWNLOAD_FAILED: Tone.ERROR,
    EventKind.DISK_FULL: Tone.ERROR,
    EventKind.AT_RISK: Tone.WARNING,
    EventKind.EXPIRED: Tone.ERROR,
}


class ToastDigest:
    """Makes toasts of events, and keeps those on the screen at one time few."""

    def __init__(self) -> None:
        self._recent: list[Event] = []

    def tell(self, events: Iterable[Event], now: datetime) -> tuple[list[Toast], bool]:
        """The toasts for new events, and whether they replace those still on the screen."""
        fresh = [event for event in events if _tells(event)]
        if not fresh:
            return [], False
        standing = [event for event in self._recent if now - event.at < SEEN_FOR]
        self._recent = [*standing, *fresh]
        if len(self._recent) <= FEW:
            return toasts(fresh), False
        return toasts(self._recent), True


def toasts(events: Iterable[Event]) -> list[Toast]:
    """The toasts for these events; a single digest if there are many.

    Steps on the way are seen in the table, and account troubles in the header: no toasts.
    """
    told = [event for event in events if _tells(event)]
    if len(told) <= FEW:
        return [
            Toast(_FIRST_WORDS.get(event.kind, "") + _text(event), _tone(event)) for event in told
        ]
    numbers: dict[str, int] = {}
    for event in told:
        what = _what(event)
        numbers[what] = numbers.get(what, 0) + 1
    tones = {_tone(event) for event in told}
    worst = next(tone for tone in (Tone.ERROR, Tone.WARNING, Tone.CALM) if tone in tones)
    return [Toast(", ".join(_counted(n, what) for what, n in numbers.items()), worst)]


def _tells(event: Event) -> bool:
    if event.kind is EventKind.TRANSITION:
        return event.transition is not None and event.transition.status.terminal
    return event.kind is not EventKind.ACCOUNT


def _text(event: Event) -> str:
    summary = event.suspension
    if summary is None:
        return event_words(event)
    return f"welcome back: {summary.done} done, {summary.at_risk} at risk, {summary.lost} lost"


def _tone(event: Event) -> Tone:
    if event.transition is not None:
        return Tone.ERROR if event.transition.status is Status.FAILED else Tone.CALM
    return _TONES.get(event.kind, Tone.CALM)


def _what(event: Event) -> str:
    if event.transition is not None:
        return event.transition.status.value
    return _DIGESTS[event.kind]


def _counted(number: int, what: str) -> str:
    noun, _, rest = what.partition(" ")
    if noun in ("file", "download"):
        return f"{count(number, noun)} {rest}"
    return f"{number} {what}"
