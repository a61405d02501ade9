"""Words for downloads: their outcomes, and the refusals of what a person asked for."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from rushes.providers.expiry import RENEWABLE
from rushes.providers.model import SavedInline
from rushes.tui.lines.words import count, size
from rushes.watch.asset import Asset, Fetch, Halt
from rushes.watch.changes import Event, EventKind, Expiring, Fetched, Shortage, Shortfall
from rushes.watch.refusals import (
    DownloadRefusal,
    DownloadsUnderWay,
    PollRefusal,
    Refusal,
    Throttled,
)

if TYPE_CHECKING:
    from rushes.watch.downloads.forecast import Forecast
    from rushes.watch.downloads.job import OutputKey
    from rushes.watch.reasons import Reason

# Reasons and their words are imported where there is one: the first frame has none as a rule.

_HALTS: Mapping[Halt, str] = MappingProxyType(
    {
        Halt.PAUSED: "paused",
        Halt.CANCELED: "canceled",
        Halt.NOT_THERE_YET: "not there yet",
        Halt.NOT_ANEW: "not fetched anew",
    }
)

_REFUSALS: Mapping[DownloadRefusal | PollRefusal, str] = MappingProxyType(
    {
        DownloadRefusal.UNWATCHED: "not watched any more",
        DownloadRefusal.UNFINISHED: "not finished yet",
        DownloadRefusal.NO_OUTPUT: "no output",
        DownloadRefusal.ALL_SAVED: "all saved",
        DownloadRefusal.NOT_FETCHING: "nothing is being fetched",
        PollRefusal.PAUSED: "polling is paused",
        PollRefusal.OVER: "the task is over: nothing to poll",
    }
)


def refusal_words(refusal: Refusal) -> str:
    """Why the engine did not do what a person asked."""
    match refusal:
        case Throttled(seconds):
            return f"throttled: the gateway asked to wait {seconds:.0f}s"
        case DownloadsUnderWay(number):
            files = "a download is" if number == 1 else f"{number} downloads are"
            return f"{files} under way: pause, or wait"
        case _:
            return _REFUSALS[refusal]


def halt_words(halt: Halt) -> str:
    """How a download was set aside."""
    if halt in _HALTS:
        return _HALTS[halt]
    from rushes.tui.lines.reason_words import reason_words
    from rushes.watch.reasons import Cause

    return reason_words(Cause.WAITS_FOR_ROOM if halt is Halt.NO_ROOM else Cause.PART_BUSY)


def fetch_note(fetch: Fetch | None) -> str:
    """What there is to say of a download; empty for nothing."""
    if fetch is None:
        return ""
    halt = halt_words(fetch.halt) if fetch.halt is not None else ""
    if not fetch.reasons:
        return halt
    from rushes.tui.lines.reason_words import reasons_words

    said = reasons_words(fetch.reasons)
    return f"{halt}: {said}" if fetch.halt is Halt.NOT_ANEW else said


def asset_notes(asset: Asset) -> tuple[str, ...]:
    """What there is to say of an output, a sentence each."""
    renewable = RENEWABLE if asset.renewable_until is not None else ""
    notes = (asset.output.note, fetch_note(asset.fetch), renewable, not_kept_note(asset))
    return tuple(filter(None, notes))


def not_kept_note(asset: Asset) -> str:
    """That the bytes of an output are neither on disk nor in history; empty as a rule."""
    if not isinstance(asset.output.where, SavedInline):
        return ""
    from rushes.tui.lines.reason_words import reason_words
    from rushes.watch.reasons import Cause

    fetch = asset.fetch
    told = fetch is not None and (asset.saved or Cause.INLINE_NOT_KEPT in fetch.reasons)
    return "" if told else reason_words(Cause.INLINE_NOT_KEPT)


def event_words(event: Event) -> str:
    """What happened, without the word that its kind is."""
    match event.news:
        case Fetched(task, n, fetch):
            note = fetch_note(fetch)
            note = f" ({note})" if note else ""
            if event.kind is EventKind.SAVED and fetch.path is not None:
                return f"{task}: {fetch.path.name}{note}"
            expired = " expired" if event.kind is EventKind.EXPIRED else ""
            return f"{task}: output {n}{expired}{note}"
        case Expiring(task, kind, timedelta() as left):
            minutes, seconds = divmod(int(left.total_seconds()), 60)
            return f"{task}: {kind} expires in {minutes}:{seconds:02}"
        case Expiring(task, kind):
            return f"{task}: {kind} expired unsaved"
        case Shortage(reason):
            return shortage_words(reason)
        case Shortfall() as shortfall:
            return shortfall_words(shortfall)
        case None:
            return event.text


def shortage_words(reason: "Reason") -> str:
    """Why downloads wait."""
    from rushes.tui.lines.reason_words import reason_words

    return f"downloads wait: {reason_words(reason)}"


def obstacles(shortage: "Reason | None", forecast: "Forecast[OutputKey]") -> tuple[str, ...]:
    """What stands in the way of all downloads, and what will not be in time."""
    full = ""
    if shortage is not None:
        from rushes.tui.lines.reason_words import reason_words

        full = reason_words(shortage)
    late = shortfall_words(forecast.shortfall) if forecast.shortfall is not None else ""
    return tuple(filter(None, (full, late)))


def shortfall_words(shortfall: Shortfall) -> str:
    """Which files will be lost, and the numbers of the deadline that asks for the most."""
    lost, files = shortfall.lost, shortfall.files
    late = count(files, "file") if files == 1 else f"{lost} of {count(files, 'file')}"
    need = shortfall.size / shortfall.seconds
    more = f"; {shortfall.unknown} more of unknown size" if shortfall.unknown else ""
    return (
        f"{late} will not make it: {size(shortfall.size)} in {_span(shortfall.seconds)}"
        f" needs {size(need)}/s, have {size(shortfall.rate)}/s{more}"
    )


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
