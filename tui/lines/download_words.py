"""Words for downloads: their outcomes, and the refusals of what a person asked for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from rushes.providers.expiry import RENEWABLE
from rushes.providers.language import Words, _, plural
from rushes.providers.model import SavedInline
from rushes.tui.lines.command_words import command_words
from rushes.tui.lines.words import size
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.changes import (
    CommandFailed,
    Event,
    Expiring,
    Fetched,
    Shortage,
    Shortfall,
)
from rushes.watch.event_kinds import EventKind
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

_HALTS: Mapping[Halt, str] = Words(
    {
        Halt.PAUSED: "paused",
        Halt.CANCELED: "given up",
        Halt.NOT_THERE_YET: "not there yet",
        Halt.STAGED: "to be put into the bucket",
        Halt.NOT_ANEW: "not fetched anew",
    }
)

_REFUSALS: Mapping[DownloadRefusal | PollRefusal, str] = Words(
    {
        DownloadRefusal.UNWATCHED: "not watched any more",
        DownloadRefusal.UNFINISHED: "not finished yet",
        DownloadRefusal.NO_OUTPUT: "no output",
        DownloadRefusal.ALL_SAVED: "all saved",
        DownloadRefusal.PASSED_OVER: "nothing new: moved, given up, or reported before",
        DownloadRefusal.NOT_FETCHING: "nothing is being fetched",
        PollRefusal.PAUSED: "polling is paused",
        PollRefusal.OVER: "the task is over: nothing to poll",
        PollRefusal.LOOKS_ON: "this machine looks on: it leaves it to others to ask",
        PollRefusal.STORE_AWAY: "the shared store is away: only what was leased is asked about",
    }
)


_STATES: Mapping[OutputState, str] = Words(
    {
        OutputState.UNRESOLVED: "unresolved",
        OutputState.AVAILABLE: "available",
        OutputState.DOWNLOADING: "downloading",
        OutputState.DOWNLOADED: "downloaded",
        OutputState.MOVED: "moved",
        OutputState.FAILED: "failed",
        OutputState.EXPIRED: "expired",
        OutputState.GIVEN_UP: "given up",
    }
)


def state_word(state: OutputState) -> str:
    """What an output is, in a word."""
    return _STATES[state]


def refusal_words(refusal: Refusal) -> str:
    """Why the engine did not do what a person asked."""
    match refusal:
        case Throttled(seconds):
            return _("throttled: the gateway asked to wait {seconds:.0f}s").format(seconds=seconds)
        case DownloadsUnderWay(number):
            return plural(
                "a download is under way: pause, or wait",
                "{n} downloads are under way: pause, or wait",
                number,
            )
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
    renewable = _(RENEWABLE) if asset.renewable_until is not None else ""
    notes = (_(asset.output.note or ""), fetch_note(asset.fetch), renewable, not_kept_note(asset))
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
            if event.kind is EventKind.SAVED and fetch.place is not None:
                return f"{task}: {fetch.place.rpartition('/')[2]}{note}"
            expired = _(" expired") if event.kind is EventKind.EXPIRED else ""
            return _("{task}: output {n}{expired}{note}").format(
                task=task, n=n, expired=expired, note=note
            )
        case Expiring(task, _, kind, timedelta() as left):
            minutes, seconds = divmod(int(left.total_seconds()), 60)
            return _("{task}: {kind} expires in {minutes}:{seconds:02}").format(
                task=task, kind=kind, minutes=minutes, seconds=seconds
            )
        case Expiring(task, _, kind):
            return _("{task}: {kind} expired unsaved").format(task=task, kind=kind)
        case CommandFailed() as failed:
            return command_words(failed)
        case Shortage(reason):
            return shortage_words(reason)
        case Shortfall() as shortfall:
            return shortfall_words(shortfall)
        case None:
            return event.text


def shortage_words(reason: "Reason") -> str:
    """Why downloads wait."""
    from rushes.tui.lines.reason_words import reason_words

    return _("downloads wait: {reason}").format(reason=reason_words(reason))


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
    late = (
        plural("{n} file", "{n} files", files)
        if files == 1
        else _("{lost} of {files}").format(lost=lost, files=plural("{n} file", "{n} files", files))
    )
    need = shortfall.size / shortfall.seconds
    more = (
        _("; {unknown} more of unknown size").format(unknown=shortfall.unknown)
        if shortfall.unknown
        else ""
    )
    return _(
        "{late} will not make it: {size} in {span} needs {needed}/s, have {have}/s{more}"
    ).format(
        late=late,
        size=size(shortfall.size),
        span=_span(shortfall.seconds),
        needed=size(need),
        have=size(shortfall.rate),
        more=more,
    )


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 100 * 60:
        return _("{seconds:.0f} min").format(seconds=seconds / 60)
    return f"{seconds / 3600:.0f} h"
