"""Hours of the day in which nobody is to be disturbed, by this machine's local time."""

import re
from datetime import UTC, date, datetime, time, timedelta

from rushes.providers.frozen import frozen

_FORM = r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*"
_DAY = timedelta(days=1)


@frozen
class QuietHours:
    """From `start` to `end`, on the next day where that is the earlier time."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` is in are over, in UTC; None outside of them.

        Where the clocks are changed at the start or the end, they are rather an hour longer.
        """
        today = now.astimezone().date()
        for began in (today - _DAY, today):
            ended = began if self.start < self.end else began + _DAY
            start, end = min(_moments(began, self.start)), max(_moments(ended, self.end))
            if start <= now < end:
                return end
        return None


def quiet_hours(text: str) -> QuietHours | None:
    """The hours of a text such as `22:00-08:00`; None where it is none, or both times are one."""
    found = re.fullmatch(_FORM, text, re.ASCII)
    if found is None:
        return None
    hour, minute, last_hour, last_minute = map(int, found.groups())
    if (last_hour, last_minute) == (24, 0):
        last_hour = 0
    if max(hour, last_hour) > 23 or max(minute, last_minute) > 59:
        return None
    hours = QuietHours(time(hour, minute), time(last_hour, last_minute))
    return hours if hours.start != hours.end else None


def _moments(day: date, at: time) -> tuple[datetime, datetime]:
    """When it is that time on that day: one moment twice, unless the clocks are changed then."""
    local = datetime.combine(day, at)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second
