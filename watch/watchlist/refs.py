"""Which watched task a person means by what they typed."""

from collections.abc import Iterable

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.nearest import nearest
from rushes.providers.text import clean
from rushes.watch.task import Ref


class NoSuchTask(RushesError):
    """No watched task answers to that text; its nearest ref is named."""

    exit = Exit.GONE

    def __init__(self, text: str, known: Iterable[Ref]) -> None:
        near = nearest(text, map(str, known), alike=0.5)
        hint = f"; did you mean {near}?" if near else ""
        super().__init__(f"no watched task {clean(text, 120) or repr('')}{hint}")


class AmbiguousRef(RushesError):
    """Several watched tasks begin so; `matches` are all of them."""

    exit = Exit.USAGE

    def __init__(self, text: str, matches: tuple[Ref, ...]) -> None:
        shown = "\n".join(f"  {ref}" for ref in matches[:20])
        super().__init__(f"{clean(text, 120)} could be any of {len(matches)} tasks:\n{shown}")
        self.matches = matches


def find(text: str, refs: Iterable[Ref]) -> Ref:
    """The ref meant by `provider:id`, an id, or a unique prefix of either; an exact one wins.

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
