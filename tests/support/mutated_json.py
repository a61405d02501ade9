"""Documents near a given one: what a gateway might send on a bad day, or after its next release."""

import copy
from collections.abc import Callable
from typing import Any, cast

from hypothesis import strategies as st

MOST_EDITS = 4

_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 200, 404, 10**30, 0.5, "", " ", "0", "null", "success", "FAILED"),
    *("data:,", "https://[", "//", "/v1", "\x1b[2J", "\ud800", [], [[]], {}, [None], {"": None}),
)
_odd = st.sampled_from(range(len(_ODD))).map(lambda n: copy.deepcopy(_ODD[n]))
_NAMES = st.sampled_from(
    (
        *("status", "state", "task_status", "task_id", "id", "data", "output", "error", "code"),
        *("result", "results", "video_url", "url", "file_id", "base_resp", "message", "x"),
    )
)


@st.composite
def near(draw: st.DrawFn, document: Any) -> Any:
    """`document` after one to four edits, each at a random place in what the last one left."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, MOST_EDITS))):
        holders = _holders(changed)
        if not holders:
            break
        holder = draw(st.sampled_from(holders))
        draw(st.sampled_from(_EDITS))(draw, holder, draw(st.sampled_from(_keys(holder))))
    return changed


def _holders(value: object) -> list[Any]:
    """The objects and lists of a document that hold something."""
    if isinstance(value, dict):
        members = list(cast("dict[str, object]", value).values())
    elif isinstance(value, list):
        members = cast("list[object]", value)
    else:
        return []
    mine: list[Any] = [value] if members else []
    return mine + [holder for member in members for holder in _holders(member)]


def _keys(holder: Any) -> list[Any]:
    if isinstance(holder, dict):
        return list(cast("dict[str, object]", holder))
    return list(range(len(holder)))


def _drop(_: st.DrawFn, holder: Any, key: Any) -> None:
    del holder[key]


def _null(_: st.DrawFn, holder: Any, key: Any) -> None:
    holder[key] = None


def _retype(draw: st.DrawFn, holder: Any, key: Any) -> None:
    value = holder[key]
    holder[key] = _otherwise(value) if draw(st.booleans()) else draw(_odd)


def _otherwise(value: Any) -> Any:
    """The same content in another type, as servers in other languages write it."""
    match value:
        case bool() | int() | float():
            return str(value)
        case str():
            return _number_or_list(value)
        case list():
            return _by_index(cast("list[Any]", value))
        case dict():
            return list(cast("dict[str, Any]", value).values())
        case _:
            return ""


def _number_or_list(text: str) -> object:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 40 else [text]


def _by_index(elements: list[Any]) -> dict[str, Any]:
    return {str(n): element for n, element in enumerate(elements)}


def _rename(draw: st.DrawFn, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[draw(_NAMES)] = cast("dict[str, Any]", holder).pop(key)


def _duplicate(draw: st.DrawFn, holder: Any, key: Any) -> None:
    value = copy.deepcopy(holder[key])
    if isinstance(holder, list):
        cast("list[Any]", holder).append(value)
    else:
        holder[draw(_NAMES)] = value


def _nest(draw: st.DrawFn, holder: Any, key: Any) -> None:
    holder[key] = {draw(_NAMES): holder[key]} if draw(st.booleans()) else [holder[key]]


def _swap_case(_: st.DrawFn, holder: Any, key: Any) -> None:
    if isinstance(holder[key], str):
        holder[key] = holder[key].swapcase()
    elif isinstance(holder, dict):
        holder[key.swapcase()] = cast("dict[str, Any]", holder).pop(key)


_EDITS: tuple[Callable[[st.DrawFn, Any, Any], None], ...] = (
    *(_drop, _null, _retype, _rename, _duplicate, _nest, _swap_case),
)
