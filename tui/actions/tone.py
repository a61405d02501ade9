"""The tone of a toast: calm, a warning or an error."""

from enum import Enum


class Tone(Enum):
    """How urgent a toast is; the values are Textual's severities."""

    CALM = "information"
    WARNING = "warning"
    ERROR = "error"
