"""How a toast is meant."""

from enum import Enum


class Tone(Enum):
    """How urgent a toast is; the values are Textual's severities."""

    CALM = "information"
    WARNING = "warning"
    ERROR = "error"
