"""Parses and writes durations in the form that people use: `5s`, `30m`, `1h 30m`, `2d`."""

import re

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.text import clean

_SECONDS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_PART = r"(\d{1,6}(?:\.\d{1,3})?)\s*([dhms])"


class BadDuration(RushesError):
    """A text is no duration."""

    code = ErrorCode.BAD_DURATION

    def __init__(self, text: str) -> None:
        super().__init__(
            _("expected a duration such as 5s, 30m, 1h 30m or 2d, got {text!r}").format(
                text=clean(text, 40)
            )
        )


def duration(seconds: float) -> str:
    """The text that means so many seconds, in the largest unit that needs no fraction."""
    unit = next((u for u, each in _SECONDS.items() if seconds >= each and seconds % each == 0), "s")
    number = f"{seconds / _SECONDS[unit]:.3f}".rstrip("0").rstrip(".")
    return f"{number}{unit}"


def seconds_of(text: str) -> float:
    """The seconds of a duration; raises BadDuration for other text."""
    if not re.fullmatch(rf"\s*{_PART}(?:\s*{_PART})*\s*", text, re.ASCII):
        raise BadDuration(text)
    parts = re.findall(_PART, text, re.ASCII)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
