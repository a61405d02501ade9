"""Errors that the machine causes and no mistake of ours: what it lacks or reports, in words."""

from rushes.providers.language import _
from rushes.watch.disk.atomic import plain_words

_NO_THREAD = "can't start new thread"
"""The whole text of the RuntimeError that Python raises where the system refuses a thread."""


def lacks_threads(error: BaseException) -> bool:
    """Whether it says that a thread could not be started."""
    return isinstance(error, RuntimeError) and str(error) == _NO_THREAD


def system_fault(error: BaseException) -> str | None:
    """An error of the operating system, of memory or of threads in words; None for any other.

    For the boundaries that call what is left an internal error.
    """
    match error:
        case MemoryError():
            return _("no memory is left")
        case RuntimeError() if lacks_threads(error):
            return _("the system starts no more threads")
        case OSError():
            return plain_words(error)
        case _:
            return None
