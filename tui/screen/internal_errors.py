"""Contains internal errors: logs each once, tells of it, keeps the dashboard running (S8)."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from textual.widget import Widget

from rushes.providers.language import _
from rushes.watch.disk.system_fault import system_fault

log = logging.getLogger(__name__)


class InternalErrors:
    """The internal errors of one screen; each is shown once, however often it recurs."""

    def __init__(self, screen: Widget) -> None:
        self._screen = screen
        self._known: set[tuple[str, type[Exception]]] = set()

    def caught(self, place: str, error: Exception) -> None:
        """Log `error` and tell of it, if it is the first of its type at that place."""
        if (place, type(error)) not in self._known:
            self._known.add((place, type(error)))
            log.error("%s", place, exc_info=error)
            words = _("{internal}: see rushes.log").format(internal=internal(error))
            self._screen.notify(words, severity="error", markup=False)


def internal(error: Exception) -> str:
    """The words for an internal error, or one of the machine, on screen.

    Its own message may hold anything.
    """
    return system_fault(error) or _("internal error ({name})").format(name=type(error).__name__)


class _Containing(Protocol):
    @property
    def internal_errors(self) -> InternalErrors: ...


S = TypeVar("S", bound=_Containing)
P = ParamSpec("P")


def contained(
    method: Callable[Concatenate[S, P], None],
) -> Callable[Concatenate[S, P], None]:
    """Wrap a screen's method so that an error ends this call of it and nothing else."""

    @wraps(method)
    def guarded(screen: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(screen, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the boundary
            screen.internal_errors.caught(method.__name__, error)

    return guarded
