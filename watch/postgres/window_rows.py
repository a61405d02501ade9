"""The window of a shared list that is too long to be watched as a whole, and what lies beyond it.

In it are tasks that are open, have files that can be lost, or changed lately. Of the filter
language SQL narrows the rest by what it can; the filter is to be asked again of what came. Nothing
that matches is left out by it, but for letters such as ß that fold to several.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from rushes.watch.durations import BadDuration, seconds_of
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.entry_rows import IN_ORDER, ROW, Row, read_rows
from rushes.watch.task import Ref

MOST = 1_000
"""Tasks that are reached for at a time, those that were added last."""

_APART = 3600
"""Seconds that clocks may be apart."""

_FROM = """
 FROM rushes.entry e LEFT JOIN rushes.task t ON t.ref = e.ref
WHERE list = %(list)s AND removed_at IS NULL
"""
_INSIDE = """
(t.ref IS NULL OR NOT t.over OR t.unsaved_until > now()
    OR greatest(t.saved_at, e.added) > now() - %(window)s * interval '1 second')
"""
# The prompt as JSON has it: to take it out as a value fails at a NUL and at half a character.
_PROMPT = """substring(t.saved FROM '"prompt": "(?:[^"\\\\]|\\\\.)*"')"""
_TAGS = "array_to_string(e.tags, E'\\n')"
_TEXTS = f"concat_ws(E'\\n', e.label, e.ref, {_TAGS}, e.model, e.prompt, t.model, {_PROMPT})"
_LOWER = 'lower({} COLLATE "C")'
_TERM = re.compile(r'(status|provider|tag|label|id|created)([:<])"?([^"*]+)"?', re.IGNORECASE)


class Beyond(NamedTuple):
    """What of a filter may lie beyond the window: how many tasks, and the refs of the newest."""

    tasks: int
    refs: tuple[Ref, ...]


def rows_in_window(
    db: Connection, name: str, window: float, beyond: Collection[Ref]
) -> tuple[list[Row], int]:
    """The entries of the last `window` seconds and those named `beyond`; how many are left out."""
    given = {"list": name, "window": window, "beyond": [str(ref) for ref in beyond]}
    sql = f"{ROW}{_FROM} AND ({_INSIDE} OR e.ref = ANY (%(beyond)s)){IN_ORDER}"
    rows = read_rows(db.execute(sql.encode(), given))
    every = "SELECT count(*) FROM rushes.entry WHERE list = %s AND removed_at IS NULL"
    (count,) = db.execute(every, (name,)).fetchone() or (0,)
    return rows, int(count) - len(rows)


def reach(
    db: Connection, name: str, window: float, words: Sequence[str], terms: Sequence[str]
) -> Beyond:
    """What beyond the window may hold these folded words and match these terms of a filter."""
    given: dict[str, object] = {"list": name, "window": window, "most": MOST}
    asked = "".join(f" AND {condition}" for condition in _conditions(words, terms, given))
    sql = (
        f"SELECT e.ref, count(*) OVER (){_FROM} AND {_INSIDE} IS NOT TRUE{asked}"
        " ORDER BY place DESC LIMIT %(most)s"
    )
    found = db.execute(sql.encode(), given).fetchall()
    refs = tuple(Ref(*ref.split(":", 1)) for ref, _ in found)
    return Beyond(int(found[0][1]) if found else 0, refs)


def _conditions(
    words: Sequence[str], terms: Sequence[str], given: dict[str, object]
) -> Iterator[str]:
    for n, word in enumerate(words):
        if _is_comparable(word):
            given |= {f"w{n}": word, f"j{n}": json.dumps(word)[1:-1].lower()}
            texts = _LOWER.format(_TEXTS)
            yield f"(position(%(w{n})s IN {texts}) > 0 OR position(%(j{n})s IN {texts}) > 0)"
    for n, term in enumerate(terms):
        if (found := _TERM.fullmatch(term)) is not None:
            field, operator, value = found[1].lower(), found[2], found[3].casefold()
            if (condition := _condition(field, operator, value, f"t{n}", given)) is not None:
                yield condition


def _condition(
    field: str, operator: str, value: str, name: str, given: dict[str, object]
) -> str | None:
    if operator == "<":
        return _created(field, value, name, given)
    values = [part for part in value.split(",") if part]
    if not all(map(_is_comparable, values)):
        return None
    given[name] = values
    match field:
        case "status":  # a word still being typed stands for all that begin so
            given[name] = [f"{part}%" for part in values]
            return f"t.status LIKE ANY (%({name})s)"
        case "provider":
            account = _LOWER.format("split_part(e.ref, ':', 1)")
            return f"{account} = ANY (%({name})s)"
        case "tag":
            tags = _LOWER.format("e.tags::text")
            return f"{tags}::text[] && %({name})s::text[]"
        case "label" | "id":
            text = "e.label" if field == "label" else "substr(e.ref, strpos(e.ref, ':') + 1)"
            holds = f"position(v IN {_LOWER.format(text)}) > 0"
            return f"EXISTS (SELECT FROM unnest(%({name})s::text[]) AS v WHERE {holds})"
        case _:
            return None


def _created(field: str, value: str, name: str, given: dict[str, object]) -> str | None:
    """Nothing is added before it was created: what was created lately was added lately."""
    if field != "created":
        return None
    try:
        given[name] = seconds_of(value) + _APART
    except BadDuration:
        return None
    return f"e.added > now() - %({name})s * interval '1 second'"


def _is_comparable(text: str) -> bool:
    """Whether the server, whatever its locale, compares a folded text as we do."""
    return text.isascii() or text.upper() == text.lower()
