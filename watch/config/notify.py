"""`[notify]` of config.toml: how a person is told of what happens, and of what."""

from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import BadSetting, Kind, as_toml, choice, members, seconds, text
from rushes.watch.config.reader import setting
from rushes.watch.event_kinds import NAMED, EventKind
from rushes.watch.quiet_hours import QuietHours, quiet_hours


class NotifyMethod(Enum):
    """How a notice reaches a person."""

    AUTO = "auto"
    DESKTOP = "desktop"
    OSC9 = "osc9"
    OSC777 = "osc777"
    OSC99 = "osc99"
    BELL = "bell"
    OFF = "off"


_HOURS = catalogued('two times of day such as "22:00-08:00"')


def _quiet_hours(written: str) -> QuietHours:
    hours = quiet_hours(written)
    if hours is None:
        raise BadSetting(_("expected {expected}").format(expected=_(_HOURS)))
    return hours


_QUIET: Kind[QuietHours | None] = Kind(
    _HOURS,
    text(_HOURS, _quiet_hours).read,
    lambda hours: None if hours is None else as_toml(str(hours)),
)


@frozen(kw_only=True)
class NotifySettings:
    """`[notify]`: notices of the dashboard, `watch` and `wait`; `digest` is in seconds."""

    method: NotifyMethod = setting(
        choice(NotifyMethod), NotifyMethod.AUTO, "how a person is told (rushes help notices)"
    )
    on: tuple[EventKind, ...] = setting(
        members(NAMED),
        (EventKind.FAILED, EventKind.EXPIRING, EventKind.IDLE),
        "what is told: any of the events' names",
    )
    digest: float = setting(seconds(least=1), 30.0, "what happens within this is told as one")
    quiet: QuietHours | None = setting(
        _QUIET, None, "local time in which only what would be lost before its end is told"
    )
