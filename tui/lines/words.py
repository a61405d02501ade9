"""Times, sizes and problems in few characters; the only place that puts bytes into words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from rushes.providers.language import Words, _
from rushes.providers.model import ProblemKind, Status
from rushes.providers.text import clean
from rushes.watch.task import NO_KEY, Trouble

_PROBLEMS: Mapping[ProblemKind, str] = Words(
    {
        ProblemKind.AUTH: "key refused",
        ProblemKind.NOT_FOUND: "not found",
        ProblemKind.RATE_LIMITED: "throttled",
        ProblemKind.UNAVAILABLE: "offline",
        ProblemKind.REFUSED: "refused",
        ProblemKind.MALFORMED: "unreadable",
    }
)


_STATUSES: Mapping[Status | None, str] = Words(
    {
        None: "waiting",
        Status.QUEUED: "queued",
        Status.RUNNING: "running",
        Status.FINALIZING: "finalizing",
        Status.UNKNOWN: "unknown",
        Status.SUCCEEDED: "succeeded",
        Status.FAILED: "failed",
        Status.CANCELED: "canceled",
        Status.GONE: "gone",
    }
)


def problem_word(trouble: Trouble) -> str:
    """A problem in a word or two; its message says the rest."""
    return _("no key") if trouble.code == NO_KEY else _PROBLEMS[trouble.kind]


def trouble_words(trouble: Trouble) -> str:
    """What was said of a problem: in the language in force where that is a sentence of ours."""
    return _(trouble.message)


def status_word(status: Status | None) -> str:
    """A status in one word; None is the status of a task before its first answer."""
    return _STATUSES[status]


def _parts(span: timedelta) -> tuple[int, int, int, int]:
    seconds = max(0, int(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return days, hours, minutes, seconds


def run_time(span: timedelta) -> str:
    """How long something took: `48s`, `1m 06s`, `2h 05m`, `3d 04h`."""
    days, hours, minutes, seconds = _parts(span)
    if days:
        return f"{days}d {hours:02}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {seconds:02}s" if minutes else f"{seconds}s"


def countdown(span: timedelta) -> str:
    """How long something still has: `11:42` under an hour, then `23h 41m`, then `6d 23h`."""
    days, hours, minutes, seconds = _parts(span)
    if days:
        return f"{days}d {hours:02}h"
    return f"{hours}h {minutes:02}m" if hours else f"{minutes:02}:{seconds:02}"


def rough(span: timedelta) -> str:
    """The largest unit alone: `39s`, `5m`, `2h`, `3d`."""
    days, hours, minutes, seconds = _parts(span)
    if days:
        return f"{days}d"
    if hours:
        return f"{hours}h"
    return f"{minutes}m" if minutes else f"{seconds}s"


def size(count: float) -> str:
    """Bytes in decimal units, as download pages write them: `214 KB`, `12.4 MB`."""
    for unit in ("B", "KB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit != "MB" else f"{count:.1f} MB"
        count /= 1000
    return f"{count:.1f} GB"


def clock(at: datetime, now: datetime) -> str:
    """The local time of day, with the date in front if that is not today's."""
    local = at.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M:%S}"
    return local.strftime(_("%d %b %H:%M"))


def shown_path(path: Path) -> str:
    """A path as people write it, with `~` for their home; whatever its name, fit to show."""
    try:
        home = Path.home()
    except RuntimeError:
        return clean(str(path))
    return clean(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
