"""Holds a provider to what every provider promises, by rows of its contract and by changed replies.

A row is a JSON object: `name`; `status` and `headers` of an HTTP reply and its `body` (JSON, or a
text as it came); `ask` with `task_id` and `base`; `expect`, which is what `rushes parse` prints or
a part of it; `drift`, where there is any; `call`: `result` or `located` for other than the first
question. `rushes provider test` runs this; a test of one's own can do so with `examine`.
"""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, cast

from rushes.providers.as_json import result_json
from rushes.providers.card import Provider
from rushes.providers.frozen import frozen
from rushes.providers.model import Link, Problem, ProblemKind, Snapshot, Status
from rushes.providers.reply import Ask, Reply
from rushes.providers.words import meaning

Row = dict[str, Any]
"""A row of a contract, as it is read from JSON."""

_ERRORS = (301, 400, 401, 402, 403, 404, 408, 429, 500, 502, 503)
_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", " ", "x", "\ud800", "\u001b[2J", "9" * 400),
    *([], [None], [[]], {}, {"a": {}}, "//", "data:;base64,!", "https://[", "35%"),
)
_HOPELESS = (
    *(b"", b" \r\n", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": ' + b"9" * 5000 + b"}", b"\xff"),
    *('{"a": 1}'.encode("utf-16"), b"[" * 100_000, b"{}{}", b"<!doctype html>", b"null", b"[]"),
)
_MEMBERS = (
    *("code", "data", "message", "status", "state", "output", "task_status", "task_id", "id"),
    *("error", "result", "url", "progress", "base_resp", "video_url", "content", "type"),
)
_COMPLAINT = b'{"error": {"message": "a\\u001b]0;x", "code": "c"}}'
_RANDOM_BODIES = 300
_CHANGES = 4000
"""Changed replies of one row at most."""


@frozen
class Report:
    """How many checks were made of a provider, and a line for each that did not hold."""

    rows: int
    checks: int
    faults: tuple[str, ...]


class _Checks:
    def __init__(self) -> None:
        self.made = 0
        self.faults: list[str] = []

    def hold(self, where: str, check: Callable[[], str | None]) -> None:
        """Make one check, which returns what is wrong; what it raises is wrong, too."""
        self.made += 1
        try:
            fault = check()
        except Exception as error:  # noqa: BLE001 - that a parser raises is what is looked for
            fault = f"raised {type(error).__name__}: {error}"[:200]
        if fault and len(self.faults) < 50:
            self.faults.append(f"{where}: {fault}")


def examine(provider: Provider, rows: Sequence[Row] = ()) -> Report:
    """Check a provider by its rows, by changes of them, and by bodies that no provider sends."""
    checks = _Checks()
    for row in rows:
        name = str(row.get("name", "a row without a name"))
        checks.hold(name, lambda row=row: _row_fault(provider, row))
        if isinstance(row.get("body"), dict) and row.get("status") == 200 and "call" not in row:
            _change(checks, provider, row, name)
    if rows:
        checks.hold("rows", lambda: _missing_words(provider, rows))
    for body in _HOPELESS:
        checks.hold(f"the body {body[:20]!r}", lambda body=body: _is_malformed(provider, body))
    for status in _ERRORS:
        checks.hold(f"HTTP {status}", lambda it=status: _is_problem(provider, it, _COMPLAINT))
    chance = Random(0)  # noqa: S311 - the same bodies each time
    for number in range(_RANDOM_BODIES):
        document = _anything(chance, 4)
        checks.hold(f"made-up reply {number}", lambda it=document: _sound(provider, it, Ask("x")))
    return Report(len(rows), checks.made, tuple(checks.faults))


# -- rows -----------------------------------------------------------------------------------------


def reply_of(row: Row) -> Reply:
    """The HTTP reply of a row."""
    body = row["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    headers = {str(name).lower(): str(value) for name, value in row.get("headers", {}).items()}
    return Reply(int(row["status"]), headers, text.encode("utf-8", "surrogatepass"))


def _ask_of(row: Row) -> Ask:
    asked = row.get("ask", {})
    return Ask(asked.get("task_id"), asked.get("base", ""), asked.get("file_id"))


def _row_fault(provider: Provider, row: Row) -> str | None:
    ask = _ask_of(row)
    parsers = {"result": provider.result, "located": provider.located}
    parse = parsers.get(row["call"]) if "call" in row else provider.parse
    if parse is None:
        return f"the provider has no {row['call']}"
    result = parse(reply_of(row), ask)
    if parse(reply_of(row), ask) != result:
        return "the same reply was read differently the second time"
    printed: Any = (
        {"link": result.url} if isinstance(result, Link) else result_json(result, ask.base)
    )
    if fault := _differs(row.get("expect", {}), json.loads(json.dumps(printed, allow_nan=False))):
        return fault
    drift = list(result.drift) if isinstance(result, Snapshot) else []
    expected = row.get("drift", [])
    return None if drift == expected else f"drift is {drift}, expected {expected}"


def _differs(expected: Any, found: Any, path: str = "$") -> str | None:
    """The first place where `found` is not what is expected; members that are not named may be."""
    if isinstance(expected, dict):
        for name, value in cast("dict[str, Any]", expected).items():
            if not isinstance(found, dict) or name not in found:
                return f"{path}.{name} is missing"
            if fault := _differs(value, found[name], f"{path}.{name}"):
                return fault
        return None
    if isinstance(expected, list) and isinstance(found, list):
        wanted, got = cast("list[Any]", expected), cast("list[Any]", found)
        if len(wanted) != len(got):
            return f"{path} has {len(got)} elements, expected {len(wanted)}"
        faults = (_differs(w, g, f"{path}[{n}]") for n, (w, g) in enumerate(zip(wanted, got)))  # noqa: B905
        return next(filter(None, faults), None)
    return None if expected == found else f"{path} is {found!r}, expected {expected!r}"


def _missing_words(provider: Provider, rows: Sequence[Row]) -> str | None:
    """The status words of the card that no row has."""
    said = {
        str(row["expect"]["snapshot"].get("raw_status")).casefold()
        for row in rows
        if "snapshot" in row.get("expect", {})
    }
    missing = sorted({*provider.card.statuses} - said)
    return f"no row has the status words {', '.join(missing)}" if missing else None


# -- what holds for all ---------------------------------------------------------------------------


def _is_malformed(provider: Provider, body: bytes) -> str | None:
    result = provider.parse(Reply(200, {}, body), Ask("x"))
    if isinstance(result, Problem) and result.kind is ProblemKind.MALFORMED:
        return None if "<" not in result.message else "the problem repeats the body"
    return f"expected a malformed reply, got {result!r}"[:200]


def _is_problem(provider: Provider, status: int, body: bytes, ask: Ask | None = None) -> str | None:
    result = provider.parse(Reply(status, {}, body), ask or Ask("x"))
    if not isinstance(result, Problem):
        return f"expected a problem, got {result.status.value}"
    if result.http_status != status:
        return f"expected http_status {status}, got {result.http_status}"
    return None if result.message.isprintable() else "the message has control characters"


def _sound(provider: Provider, body: Any, ask: Ask) -> str | None:
    """What is wrong with the reading of any JSON: no end may be invented."""
    result = provider.parse(Reply(200, {}, json.dumps(body).encode()), ask)
    json.dumps(result_json(result, ask.base), allow_nan=False)
    if isinstance(result, Problem):
        return None
    if result.status is not Status.SUCCEEDED and result.outputs:
        return f"outputs of a task that is {result.status.value}"
    if not result.status.terminal or result.status is Status.FAILED:
        return None  # a success with an error beside it is a failure
    if meaning(result.raw_status, provider.card.statuses) is not result.status:
        return f"{result.status.value} is not what {result.raw_status!r} means"
    return None


def _change(checks: _Checks, provider: Provider, row: Row, name: str) -> None:
    """Check what a row's reply is read as when anything in it is missing, odd, cut or another's."""
    body, ask = row["body"], _ask_of(row)
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for status in (401, 404, 429, 500):
        checks.hold(
            f"{name}, HTTP {status}", lambda it=status: _is_problem(provider, it, text, ask)
        )
    for end in range(0, len(text), max(1, len(text) // 12)):
        checks.hold(f"{name}, cut", lambda end=end: _is_malformed(provider, text[:end]))
    checks.hold(f"{name}, another task's", lambda: _is_anothers(provider, body, ask))
    for path in [*_places(body)][: _CHANGES // len(_ODD)]:
        for value in (_MISSING, *_ODD):
            changed = _changed(body, path, value)
            said = "missing" if value is _MISSING else repr(value)[:20]
            where = f"{name}, {'.'.join(map(str, path))} {said}"
            checks.hold(where, lambda it=changed: _sound(provider, it, ask))


def _is_anothers(provider: Provider, body: Any, ask: Ask) -> str | None:
    reply = Reply(200, {}, json.dumps(body).encode())
    said = provider.parse(reply, Ask(None, ask.base))
    if not isinstance(said, Snapshot) or said.task_id is None or provider.card.id_form:
        return None
    result = provider.parse(reply, Ask(f"{said.task_id}0", ask.base))
    return None if isinstance(result, Problem) else "read as the answer about another task"


_MISSING = object()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        members: list[tuple[Any, Any]] = list(cast("dict[str, Any]", value).items())
    else:
        members = list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []
    for key, member in members[:40]:
        yield (*path, key)
        yield from _places(member, (*path, key))


def _changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    if value is _MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


def _anything(chance: Random, depth: int) -> Any:
    kind = chance.randrange(4 if depth else 2)
    if kind < 2:
        return chance.choice((*_ODD, *_MEMBERS, "completed", "failed", "running", 7))
    if kind == 2:
        return [_anything(chance, depth - 1) for _ in range(chance.randrange(3))]
    names = chance.sample(_MEMBERS, chance.randrange(1, 5))
    return {name: _anything(chance, depth - 1) for name in names}
