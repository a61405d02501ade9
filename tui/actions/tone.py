"""The tone of a notice: calm, a warning or an error."""

from enum import Enum


class Tone(Enum):
    """How urgent a notice is, the worst last; the values are Textual's severities."""

    CALM = "information"
    WARNING = "warning"
    ERROR = "error"
