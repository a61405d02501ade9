"""Suggests the valid name that is most similar to a misspelt one."""

from collections.abc import Iterable

from rushes.providers.language import _


def nearest(name: str, valid: Iterable[str], alike: float = 0.6) -> str | None:
    """The valid name most similar to `name`; None where none is at least `alike` (0 to 1)."""
    import difflib  # only for what was mistyped

    near = difflib.get_close_matches(name, list(valid), n=1, cutoff=alike)
    return near[0] if near else None


def hint(name: str, valid: Iterable[str]) -> str:
    """The end of an error's sentence: the most similar valid name, or all of them."""
    valid = list(valid)
    near = nearest(name.casefold(), valid)
    return (
        _("did you mean {near}?").format(near=near)
        if near
        else _("expected one of {names}").format(names=", ".join(valid))
    )
