"""Parses and writes rates in the form that people use: `500K`, `5M`, `1.5G` bytes a second."""

import re

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.text import clean

_UNITS = {"G": 1e9, "M": 1e6, "K": 1e3}
"""Decimal, as sizes are shown: `words.size`."""

SLOWEST = 1000.0
"""Bytes a second that a limit has to leave at least."""

_FORM = re.compile(r"\s*(\d{1,12}(?:\.\d{1,3})?)\s*([GMK])?\s*", re.IGNORECASE | re.ASCII)


class BadRate(RushesError):
    """A text is no rate, or one that is too slow."""

    code = ErrorCode.BAD_RATE

    def __init__(self, text: str) -> None:
        super().__init__(
            _("expected a rate of 1K or more, such as 500K or 5M, got {text!r}").format(
                text=clean(text, 40)
            )
        )


def byte_rate(text: str) -> float:
    """The bytes a second that a text says; raises BadRate for other text."""
    found = _FORM.fullmatch(text)
    rate = float(found[1]) * _UNITS.get((found[2] or "").upper(), 1.0) if found else 0.0
    if rate < SLOWEST:
        raise BadRate(text)
    return rate


def rate_text(rate: float) -> str:
    """The text that means so many bytes a second, in the largest unit."""
    unit = next((unit for unit, each in _UNITS.items() if rate >= each), "K")
    number = f"{rate / _UNITS[unit]:.3f}".rstrip("0").rstrip(".")
    return f"{number}{unit}"
