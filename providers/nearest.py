"""The nearest of some valid names to one that was written wrong."""

import difflib
from collections.abc import Iterable


def nearest(name: str, valid: Iterable[str], alike: float = 0.6) -> str | None:
    """The valid name nearest to `name`; None where none is alike, on a scale from 0 to 1."""
    near = difflib.get_close_matches(name, list(valid), n=1, cutoff=alike)
    return near[0] if near else None


def hint(name: str, valid: Iterable[str]) -> str:
    """The nearest valid name as the end of a sentence, or all of them where none is near."""
    valid = list(valid)
    near = nearest(name.casefold(), valid)
    return f"did you mean {near}?" if near else f"expected one of {', '.join(valid)}"
