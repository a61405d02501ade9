"""How something is that `rushes doctor` looked at."""

from enum import Enum

from rushes.providers.language import catalogued


class Verdict(Enum):
    """How something is."""

    FINE = catalogued("fine")
    WARNING = catalogued("warning")
    FAULT = catalogued("fault")
