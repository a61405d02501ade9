"""Finds the watched task that a typed ref, id or prefix means."""

from collections.abc import Iterable

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.nearest import nearest
from rushes.providers.text import clean
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.contents import Contents


class NoSuchTask(RushesError):
    """No watched task has that ref, id or prefix; the text names the most similar ref."""

    code = ErrorCode.NO_SUCH_TASK

    def __init__(self, text: str, known: Iterable[Ref]) -> None:
        near = nearest(text, map(str, known), alike=0.5)
        hint = _("did you mean {near}?").format(near=near) if near else ""
        super().__init__(
            _("no watched task {ref}").format(ref=clean(text, 120) or repr("")), hint=hint
        )


class AmbiguousRef(RushesError):
    """Several watched tasks have that prefix; `matches` are all of them."""

    code = ErrorCode.AMBIGUOUS_REF

    def __init__(self, text: str, matches: tuple[Ref, ...]) -> None:
        shown = "\n".join(f"  {ref}" for ref in matches[:20])
        super().__init__(
            _("{text} could be any of {matches} tasks:\n{shown}").format(
                text=clean(text, 120), matches=len(matches), shown=shown
            )
        )
        self.matches = matches


def find(text: str, refs: Iterable[Ref]) -> Ref:
    """The ref that `provider:id`, an id, or a unique prefix of either means; an exact match wins.

    Raises NoSuchTask or AmbiguousRef.
    """
    known = tuple(refs)
    matches = [ref for ref in known if text in (str(ref), ref.id)]
    if not matches and text:
        matches = [r for r in known if str(r).startswith(text) or r.id.startswith(text)]
    if not matches:
        raise NoSuchTask(text, known)
    if len(matches) > 1:
        raise AmbiguousRef(text, tuple(matches))
    return matches[0]


def find_entry(text: str, contents: Contents) -> Entry:
    """The entry of the ref that `find` finds, without looking at those that begin otherwise."""
    near = {entry.ref: entry for entry in contents.beginning_with(text)}
    return near[find(text, near or (entry.ref for entry in contents.watchlist.entries))]
