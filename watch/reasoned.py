"""Errors that hold a Reason, and reasons as text for the log."""

from enum import Enum
from typing import cast

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import fields
from rushes.providers.text import clean
from rushes.watch.reasons import Detailed, DiskFault, Reason, Told


class Reasoned(RushesError):
    """An error that holds a Reason. Its text is the reason's code and details, for the log."""

    code = ErrorCode.DOWNLOAD_FAILED

    def __init__(self, reason: Reason) -> None:
        super().__init__(coded(reason))
        self.reason = reason


def reason_of(error: RushesError) -> Reason:
    """The reason that an error holds, or its text where it holds none."""
    return error.reason if isinstance(error, Reasoned) else Told(str(error))


def disk_fault(error: OSError) -> DiskFault:
    """An error of the operating system as a reason."""
    return DiskFault(error.errno or 0, clean(error.strerror or "", 120))


def coded(*reasons: Reason) -> str:
    """Reasons as their codes and details, for logs: `gave_up(http_status(503), 6)`."""
    return "; ".join(map(_coded, reasons))


def _coded(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Detailed):
        details = ", ".join(_coded(getattr(value, field.name)) for field in fields(value))
        return f"{value.code}({details})"
    if isinstance(value, tuple):
        return " ".join(map(str, cast("tuple[object, ...]", value)))
    return str(value)
