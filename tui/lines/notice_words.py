"""What a notice says: a title that sums up, and a line that names what happened last of each."""

from collections.abc import Mapping

from rushes.providers.language import Words, _
from rushes.tui.lines.words import rough
from rushes.watch.event_kinds import EventKind
from rushes.watch.notices.digest import Item, Notice

_COUNTED: Mapping[EventKind, str] = Words(
    {
        EventKind.DOWNLOAD_FAILED: "not downloaded",
        EventKind.PROBLEM: "in trouble",
        EventKind.SUCCEEDED: "succeeded",
        EventKind.FAILED: "failed",
        EventKind.CANCELED: "canceled",
        EventKind.GONE: "gone",
        EventKind.SAVED: "saved",
        EventKind.RESCUED: "rescued",
        EventKind.EXPIRING: "expiring",
        EventKind.EXPIRED: "expired",
        EventKind.IDLE: "idle",
    }
)
"""What stands behind a number, or before the name of the newest."""


def notice_title(notice: Notice) -> str:
    """Such as `Rushes: 3 failed, 1 expiring in 12m, all done`."""
    return _("Rushes: {names}").format(names=_(", ").join(map(_summed, notice.items)))


def notice_body(notice: Notice) -> str:
    """Such as `failed: opening shot, expiring: act 2`; empty where nothing has a name."""
    return _(", ").join(
        f"{_COUNTED.get(item.kind, item.kind.value)}: {item.newest}"
        for item in notice.items
        if item.newest
    )


def _summed(item: Item) -> str:
    if item.kind is EventKind.IDLE:
        return _("all done")
    words = f"{item.number} {_COUNTED.get(item.kind, item.kind.value)}"
    return (
        _("{words} in {time}").format(words=words, time=rough(item.soonest))
        if item.soonest is not None
        else words
    )
