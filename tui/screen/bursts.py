"""Tells typed characters from a paste that the terminal sent without marking it as one."""

import re

from rushes.providers.registry import ids_in

_SOME = 5
"""Different characters at least: a key that is held down repeats one."""

_ENOUGH = 12
"""Characters from which more than one line in one read is a paste: a line that lags brings less."""

_KEYS_BEFORE = 3
"""Keys that may have come in the same read before what was pasted."""

_OPENS = re.compile(r"https?://|curl\s|[{\[]\s*[\"{]")


def pasted_from(text: str) -> int | None:
    """The index in one read at which a paste begins; None where a person typed all of it.

    A paste holds an id, or a line end within more text than a person types ahead.
    """
    if len(set(text)) < _SOME:
        return None
    for keys in range(1, min(_KEYS_BEFORE, len(text)) + 1):
        rest = text[keys:]
        if _begins(rest) and not _begins(text[keys - 1 :]):
            return keys
    from rushes.watch.watchlist.id_likeness import unclaimed

    if ids_in(text) or any(True for _ in unclaimed(text)):
        return 0
    lines = text.strip("\r\n")
    within = re.search(r"[\r\n]", lines) is not None
    return 0 if within and len(lines) >= _ENOUGH else None


def _begins(text: str) -> bool:
    """Whether a text begins with an id, or like a link, a command or a reply."""
    return bool(_OPENS.match(text)) or any(seen.start == 0 for seen in ids_in(text[:200]))
