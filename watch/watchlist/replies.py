"""Finds task ids in JSON that a gateway answered to a submission, anywhere in a text."""

import json
import re
from collections.abc import Iterator

from rushes.providers.frozen import frozen
from rushes.watch.watchlist.about import NOTHING, About, about_of

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

TASK_ID = re.compile(r"(?!sk-|eyJ)[A-Za-z0-9][\w.~-]{4,198}[\w-]", re.ASCII)
"""The form of an id that is recognised by its place alone; keys (sk-…, tokens) are excluded."""

_NAMES = frozenset({"taskid"})
_OTHER_NAMES = frozenset({"jobid", "generationid", "predictionid"})
"""Names of id fields in replies, without case, blanks, hyphens and underscores."""

_OBJECT = re.compile(r'\{\s*"')
_BEGUN = re.compile(r'\{\s*(?:"|\Z)')
_PATIENCE = 8 << 20
_ATTEMPT = 1000
_TOO_DEEP = 100_000


@frozen
class JsonReply:
    """A JSON object that names tasks, its start and end in the text, and what it says of them."""

    start: int
    end: int
    task_ids: tuple[str, ...]
    about: About = NOTHING


def replies_in(text: str) -> Iterator[JsonReply]:
    """The objects in `text` that name a task, in order; of nested ones, the outermost.

    Text that is cut off, commented or no JSON is passed over. The work is bounded: the search ends
    after some eight megabytes of JSON without a task.
    """
    decoder = json.JSONDecoder()
    patience, at, within = _PATIENCE, 0, 0
    while patience > 0 and (begin := _OBJECT.search(text, at)):
        start = begin.start()
        at = start + 1
        try:
            value, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            patience -= error.pos - start + _ATTEMPT
            continue
        except (ValueError, RecursionError):
            patience -= _TOO_DEEP
            continue
        if found := _task_ids(value, inner=start < within):
            yield JsonReply(start, end, found, about_of(value))
            at = end
        else:
            patience -= end - start + _ATTEMPT
            within = max(within, end)


def unfinished_in(text: str) -> int | None:
    """The offset of a JSON object that does not end within these lines; None if there is none."""
    decoder = json.JSONDecoder()
    patience, at = _PATIENCE, 0
    while patience > 0 and (begin := _BEGUN.search(text, at)):
        start = begin.start()
        at = start + 1
        try:
            at = decoder.raw_decode(text, start)[1]
        except json.JSONDecodeError as error:
            if not text[error.pos :].strip(" \t\r\n,"):
                return start
            patience -= error.pos - start + _ATTEMPT
        except (ValueError, RecursionError):
            patience -= _TOO_DEEP
    return None


def _task_ids(value: Json, *, inner: bool) -> tuple[str, ...]:
    """The ids in the forms of the gateways' answers (seeds 000 to 004 and their documents).

    They are flat, or in `data` (also a list), `task`, `result` or DashScope's `output`. An `id` in
    any other object may belong to something else. A `request_id` is the request's, but where there
    is nothing else: so xAI answers a submission.
    """
    if isinstance(value, dict) and value.keys() == {"request_id"} and not inner:
        return tuple(filter(None, [_as_id(value["request_id"])]))
    if not isinstance(value, dict) or "jsonrpc" in value:  # whose `id` is the call's
        return ()
    data = value.get("data")
    named = [value.get(name) for name in ("output", "task", "result")]
    places = [value, *named, *(data if isinstance(data, list) else [data])]
    objects = [place for place in places if isinstance(place, dict)]
    for names in (_NAMES, _OTHER_NAMES) if inner else (_NAMES, _OTHER_NAMES, frozenset({"id"})):
        found = [
            _as_id(held)
            for place in objects
            for name, held in place.items()
            if re.sub("[-_ ]", "", name).casefold() in names
        ]
        if any(found):
            return tuple(dict.fromkeys(filter(None, found)))
    return ()


def _as_id(value: Json) -> str | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and TASK_ID.fullmatch(text) else None
