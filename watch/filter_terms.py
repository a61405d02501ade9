"""What the terms of the filter language ask of a task: `field:values`, and comparisons."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import eq, ge, gt, le, lt
from types import MappingProxyType

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.model import ProblemKind, Status
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.asset import OutputState
from rushes.watch.durations import BadDuration, seconds_of
from rushes.watch.ratings import BEST, REJECTED
from rushes.watch.task import Task

Test = Callable[[Task, datetime], bool]

OPERATORS = r":|==|=|!=|~|<>|[<>]=?"
"""What may stand between a field and its value; which of them have a meaning is the field's."""


class BadFilter(RushesError):
    """A filter has a term without a meaning; the text names it and what would be valid."""

    code = ErrorCode.BAD_FILTER


@frozen
class TermTest:
    """What a term asks; `timed`: the answer can change with time alone."""

    test: Test
    timed: bool = False


def field_test(name: str, op: str, value: str) -> TermTest:
    """What `name`, `op` and `value` ask together; raises BadFilter."""
    if name not in FIELDS:
        raise _unknown(_("field"), name, FIELDS)
    if name in _COMPARED:
        if op not in _COMPARED[name].operators:
            example = _COMPARED[name].example
            raise BadFilter(
                _("{name}{op} has no meaning: {name}<{example} or {name}>{example}").format(
                    name=name, op=op, example=example
                )
            )
        return _COMPARED[name].read(name, op, value.strip('"').casefold())
    if op != ":":
        raise BadFilter(_("{name}{op} has no meaning; write {name}:word").format(name=name, op=op))
    # A comma of which nothing follows yet asks for nothing more.
    values = tuple(part.casefold() for part in value.strip('"').split(",") if part)
    if not values:
        raise BadFilter(_("{name}: expected a word after it").format(name=name))
    return TermTest(_NAMED[name](values), name == "is" and not _TIMELESS.issuperset(values))


def is_field(name: str) -> bool:
    """Whether a term may begin with that name."""
    return name in FIELDS


def glob(word: str) -> re.Pattern[str]:
    """A pattern in which `*` stands for any characters of one text."""
    return re.compile("[^\\0]*".join(map(re.escape, word.split("*"))))


def _unknown(what: str, word: str, known: Iterable[str]) -> BadFilter:
    return BadFilter(
        _("unknown {what} {word!r}; {hint}").format(
            what=what, word=clean(word, 40), hint=hint(word, known)
        )
    )


# -- words after a colon ------------------------------------------------------------------------


def _status(values: tuple[str, ...]) -> Test:
    wanted = {status for value in values for status in _meant("status", value, Status)}
    return lambda task, _now: task.status in wanted


def _problem(values: tuple[str, ...]) -> Test:
    wanted = {kind for value in values for kind in _meant("problem", value, ProblemKind)}
    return lambda task, _: (
        task.trouble is not None and not task.over and task.trouble.kind in wanted
    )


def _meant(what: str, value: str, words: type[Status] | type[ProblemKind]) -> set[object]:
    # A word still being typed already narrows the list.
    meant = glob(value if "*" in value else f"{value}*")
    found: set[object] = {word for word in words if meant.fullmatch(word.value)}
    if not found:
        raise _unknown(what, value, [word.value for word in words])
    return found


def _exactly(of: Callable[[Task], Iterable[str]]) -> Callable[[tuple[str, ...]], Test]:
    """Asks for texts that are one of the values as a whole."""

    def made(values: tuple[str, ...]) -> Test:
        globs = [glob(value) for value in values if "*" in value]
        plain = frozenset(value for value in values if "*" not in value)

        def found(task: Task, _now: datetime) -> bool:
            texts = [text.casefold() for text in of(task)]
            return any(t in plain or any(each.fullmatch(t) for each in globs) for t in texts)

        return found

    return made


def _within(of: Callable[[Task], str | None]) -> Callable[[tuple[str, ...]], Test]:
    """Asks for texts that hold one of the values; one with `*` has to be all of the text."""

    def made(values: tuple[str, ...]) -> Test:
        globs = [glob(value) for value in values if "*" in value]
        plain = [value for value in values if "*" not in value]

        def found(task: Task, _now: datetime) -> bool:
            text = (of(task) or "").casefold()
            held = any(value in text for value in plain)
            return held or any(each.fullmatch(text) for each in globs)

        return found

    return made


def _error(task: Task) -> str | None:
    failure = task.snapshot.failure if task.snapshot else None
    return ": ".join(filter(None, (failure.code, failure.message))) if failure else None


def _unsaved(task: Task, now: datetime) -> bool:
    return any(not asset.settled and not asset.lost for asset in task.assets(now))


def _lost(task: Task, now: datetime) -> bool:
    return any(asset.lost for asset in task.assets(now))


def _saved(task: Task, now: datetime) -> bool:
    assets = list(task.assets(now))
    return bool(assets) and all(asset.saved for asset in assets)


def _moved(task: Task, now: datetime) -> bool:
    return any(asset.state is OutputState.MOVED for asset in task.assets(now))


def _failed(task: Task, now: datetime) -> bool:
    return any(asset.state is OutputState.FAILED for asset in task.assets(now))


_STATES: Mapping[str, Test] = MappingProxyType(
    {
        "active": lambda task, _now: not task.over,
        "unsaved": _unsaved,
        "saved": _saved,
        "failed": _failed,
        "trouble": lambda task, _now: task.trouble is not None and not task.over,
        "lost": _lost,
        "moved": _moved,
        "empty": lambda task, _now: task.without_files,
    }
)


_TIMELESS = frozenset({"active", "saved", "trouble", "moved", "empty"})
"""The states that only a change of the task can change."""


def _is(values: tuple[str, ...]) -> Test:
    for value in values:
        if value not in _STATES:
            raise _unknown("state", value, _STATES)
    tests = [_STATES[value] for value in values]
    return lambda task, now: any(test(task, now) for test in tests)


_NAMED: Mapping[str, Callable[[tuple[str, ...]], Test]] = MappingProxyType(
    {
        "status": _status,
        "provider": _exactly(lambda task: (task.ref.provider,)),
        "tag": _exactly(lambda task: task.entry.tags),
        "model": _within(lambda task: task.model),
        "label": _within(lambda task: task.entry.label),
        "id": _within(lambda task: task.ref.id),
        "error": _within(_error),
        "problem": _problem,
        "is": _is,
    }
)


# -- comparisons --------------------------------------------------------------------------------


@frozen
class _Comparison:
    """A field that is compared: how its term is read, and a value that it may have."""

    read: Callable[[str, str, str], TermTest]
    example: str
    operators: tuple[str, ...] = ("<", ">")


def _seconds(name: str, op: str, value: str) -> float:
    try:
        return seconds_of(value)
    except BadDuration as error:
        raise BadFilter(f"{name}{op} {error}") from None


def _compares(found: float | None, op: str, limit: float) -> bool:
    """Whether it holds; of what is not known nothing does."""
    return found is not None and (found < limit if op == "<" else found > limit)


def _spans(of: Callable[[Task, datetime], timedelta | None]) -> _Comparison:
    """A field that is a time span."""

    def read(name: str, op: str, value: str) -> TermTest:
        limit = _seconds(name, op, value)

        def found(task: Task, now: datetime) -> bool:
            span = of(task, now)
            return _compares(None if span is None else span.total_seconds(), op, limit)

        return TermTest(found, timed=True)

    return _Comparison(read, "1h")


def _moments(of: Callable[[Task], datetime | None]) -> _Comparison:
    """A field that is a time of the past: its age is compared, or with a date the time itself."""

    def read(name: str, op: str, value: str) -> TermTest:
        if re.match(r"\d{4}-", value):
            at = _date(name, op, value).timestamp()
            return TermTest(lambda task, _: _compares(_stamp(of(task)), op, at))
        age = _seconds(name, op, value)

        def found(task: Task, now: datetime) -> bool:
            moment = _stamp(of(task))
            return _compares(None if moment is None else now.timestamp() - moment, op, age)

        return TermTest(found, timed=True)

    return _Comparison(read, "2d")


def _stamp(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _date(name: str, op: str, value: str) -> datetime:
    try:
        return datetime.fromisoformat(value.upper()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise BadFilter(
            _("{name}{op} expected a date such as 2026-11-30, or an age").format(name=name, op=op)
        ) from None


_UNITS: Mapping[str, int] = MappingProxyType({"": 1, "k": 10**3, "m": 10**6, "g": 10**9})


def _size(name: str, op: str, value: str) -> TermTest:
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?) ?([kmg]?)b?", value, re.ASCII)
    if found is None:
        raise BadFilter(
            _("{name}{op} expected a size such as 500K, 10M or 1.5G").format(name=name, op=op)
        )
    limit = float(found[1]) * _UNITS[found[2]]
    return TermTest(lambda task, _: _compares(float(task.saved_bytes) or None, op, limit))


_HOLDS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, ":": eq}
)


def _rating(name: str, op: str, value: str) -> TermTest:
    """A rating is compared with a number, or there is `none`; none is neither great nor small."""
    if value == "none" and op in ":=":
        return TermTest(lambda task, _: task.rating is None)
    if not re.fullmatch(f"[{REJECTED}-{BEST}]", value):
        raise BadFilter(f"{name}{op} expected 0 for rejected, 1 to 5, or {name}:none")
    limit, holds = int(value), _HOLDS[op]
    return TermTest(lambda task, _: task.rating is not None and holds(task.rating, limit))


def _left(task: Task, now: datetime) -> timedelta | None:
    loss = task.next_loss(now)
    if loss is None or loss.deadline is None:
        return None
    return loss.deadline - task.server_time(now)


def _ran(task: Task, now: datetime) -> timedelta | None:
    return None if task.started_at is None else (task.finished_at or now) - task.started_at[0]


def _created(task: Task) -> datetime:
    """When it was created; when it was added, where the provider does not say."""
    said = task.snapshot.created_at if task.snapshot else None
    return task.entry.added if said is None else task.our_time(said)


_COMPARED: Mapping[str, _Comparison] = MappingProxyType(
    {
        "expires": _spans(_left),
        "run": _spans(_ran),
        "created": _moments(_created),
        "finished": _moments(lambda task: task.finished_at),
        "size": _Comparison(_size, "10M"),
        "rating": _Comparison(_rating, "3", tuple(_HOLDS)),
    }
)

FIELDS = (*_NAMED, *_COMPARED)
"""The names that a term may begin with."""


def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """Each field with its operator, and the words that may follow it; () where any may."""
    words = {
        "status": tuple(status.value for status in Status),
        "problem": tuple(kind.value for kind in ProblemKind),
        "is": tuple(_STATES),
        "rating": ("none", *map(str, range(REJECTED, BEST + 1))),
    }
    named = {f"{name}:": words.get(name, ()) for name in _NAMED}
    compared = {
        f"{name}{op}": words.get(name, ()) if op == ":" else ()
        for name, its in _COMPARED.items()
        for op in its.operators
    }
    return {**named, **compared}
