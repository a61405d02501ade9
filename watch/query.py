"""The filter language of the dashboard and `rushes ls`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.durations import BadDuration, seconds_of
from rushes.watch.task import Ref, Task

LANGUAGE = """\
rain hiapi              words: in the label, id, provider, model, prompt or a tag
"opening shot"          a quoted word may contain spaces and colons
status:failed,canceled  any of several; also provider: model: tag:
is:unsaved              active, unsaved, trouble, lost or empty (no files)
expires<1h              what is not on disk goes within the hour (s, m, h, d)
-tag:done               not so

rain OR status:failed   the terms on one side of OR, or those on the other

All terms must hold. Case does not matter but in OR.
"""
"""The filter language, explained for people."""

Test = Callable[[Task, datetime], bool]


class BadFilter(RushesError):
    """A filter has a term without a meaning; the text names it and what would be valid."""

    exit = Exit.USAGE


@frozen
class Query:
    """A parsed filter; false where it lets everything through.

    `words` are plain words that have to be found, `tests` what else has to hold, `terms` the texts
    of these tests; None where there is an OR among them. `timed`: its result can change with time
    alone, without a task changing.
    """

    text: str
    words: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    terms: tuple[str, ...] | None = ()
    timed: bool = False

    def __bool__(self) -> bool:
        return bool(self.words or self.tests)

    def matches(self, task: Task, now: datetime) -> bool:
        """Whether every term holds for the task at `now` (our clock, UTC)."""
        return all(word in task.search_text for word in self.words) and all(
            test(task, now) for test in self.tests
        )

    def among(self, tasks: Mapping[Ref, Task], refs: Sequence[Ref], now: datetime) -> Sequence[Ref]:
        """Those of `refs` that match, in their order: the same as asking for each, but faster."""
        for word in self.words:
            refs = [ref for ref in refs if word in tasks[ref].search_text]
        for test in self.tests:
            refs = [ref for ref in refs if test(tasks[ref], now)]
        return refs

    def narrows(self, before: "Query") -> bool:
        """Whether it surely matches nothing that `before` does not match at the same time.

        So it is while a word is typed on: what holds "rain" holds "ra".
        """
        if self.terms is None or before.terms is None or self.timed or before.timed:
            return False
        return set(before.terms) <= set(self.terms) and all(
            any(word in longer for longer in self.words) for word in before.words
        )


_TERM = re.compile(
    r"""(?P<no>-)?
        (?:(?P<field>[A-Za-z_]+)(?P<op>[:<>]))?
        (?P<value>"[^"]*"?|[^\s"]*)
        (?:\s+|$)""",
    re.VERBOSE,
)


_NO_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "AND": "all terms must hold as it is",
        "NOT": "write -word",
        "||": "write OR",
        "|": "write OR",
        "&&": "all terms must hold as it is",
    }
)
"""Operators of other filter languages: taken as words they would silently match nothing."""


def parse(text: str) -> Query:
    """The filter that `text` describes; the empty text matches everything. Raises BadFilter."""
    query, fault = read(text)
    if fault:
        raise BadFilter(fault)
    return query


def read(text: str) -> tuple[Query, str]:
    """The filter of those terms of `text` that are valid, and the first fault or ""."""
    rest = text.strip()
    either: list[list[_Term]] = [[]]
    fault = ""
    while rest:
        term = _TERM.match(rest)
        if term is None or not term.end():
            odd = f"cannot read {clean(rest, 40)!r}: a quote belongs at the start of a word"
            return _joined(text.strip(), either), fault or odd
        rest = rest[term.end() :]
        if term[0].strip() == "OR":
            either.append([])
            continue
        if not term["field"] and not term["value"].strip('"'):
            continue  # a dash or a quote of which nothing follows yet
        try:
            either[-1].append(_term(term))
        except BadFilter as error:
            fault = fault or str(error)
    return _joined(text.strip(), either), fault


class _Term(NamedTuple):
    """A term of a filter: as it was written, its test, and the word where it is a plain one."""

    text: str
    test: Test
    timed: bool
    word: str = ""


def _joined(text: str, either: Iterable[Sequence[_Term]]) -> Query:
    """A filter that holds where all terms of any one group hold; an empty group is left out."""
    groups = [group for group in either if group]
    timed = any(term.timed for group in groups for term in group)
    if len(groups) > 1:
        tests = [tuple(term.test for term in group) for group in groups]
        return Query(
            text,
            tests=(lambda task, now: any(all(t(task, now) for t in group) for group in tests),),
            terms=None,
            timed=timed,
        )
    terms = groups[0] if groups else ()
    others = [term for term in terms if not term.word]
    return Query(
        text,
        words=tuple(term.word for term in terms if term.word),
        tests=tuple(term.test for term in others),
        terms=tuple(term.text for term in others),
        timed=timed,
    )


def _term(found: re.Match[str]) -> _Term:
    text, value = found[0].strip(), found["value"]
    if not found["field"]:
        if value in _NO_OPERATORS:
            raise BadFilter(f"{value} has no meaning; {_NO_OPERATORS[value]}")
        word = value.strip('"').casefold()
        if found["no"]:
            return _Term(text, _negated(_holds(word)), timed=False)
        return _Term(text, _holds(word), timed=False, word=word)
    test, timed = _test(found["field"].casefold(), found["op"], value)
    return _Term(text, _negated(test) if found["no"] else test, timed)


def _holds(word: str) -> Test:
    return lambda task, _now: word in task.search_text


def _negated(test: Test) -> Test:
    return lambda task, now: not test(task, now)


def _test(name: str, op: str, value: str) -> tuple[Test, bool]:
    if name == "expires":
        return _expires(op, value), True
    if name not in _FIELDS:
        raise _unknown("field", name, (*_FIELDS, "expires"))
    if op != ":":
        raise BadFilter(f"{name}{op} has no meaning; only expires can be compared")
    # A comma of which nothing follows yet asks for nothing more.
    values = tuple(part.casefold() for part in value.strip('"').split(",") if part)
    if not values:
        raise BadFilter(f"{name}: expected a word after it")
    return _FIELDS[name](values), name == "is" and not _TIMELESS.issuperset(values)


def _unknown(what: str, word: str, known: Iterable[str]) -> BadFilter:
    return BadFilter(f"unknown {what} {clean(word, 40)!r}; {hint(word, known)}")


def _status(values: tuple[str, ...]) -> Test:
    wanted: set[Status] = set()
    for value in values:
        # A word still being typed already narrows the list.
        meant = {status for status in Status if status.value.startswith(value)}
        if not meant:
            raise _unknown("status", value, [status.value for status in Status])
        wanted |= meant
    return lambda task, _now: task.status in wanted


def _provider(values: tuple[str, ...]) -> Test:
    return lambda task, _now: task.ref.provider.casefold() in values


def _tag(values: tuple[str, ...]) -> Test:
    return lambda task, _now: any(tag.casefold() in values for tag in task.entry.tags)


def _model(values: tuple[str, ...]) -> Test:
    def found(task: Task, _now: datetime) -> bool:
        model = (task.snapshot.model or "") if task.snapshot else ""
        return any(value in model.casefold() for value in values)

    return found


def _unsaved(task: Task, now: datetime) -> bool:
    return any(not asset.saved and not asset.lost for asset in task.assets(now))


def _lost(task: Task, now: datetime) -> bool:
    return any(asset.lost for asset in task.assets(now))


_STATES: Mapping[str, Test] = MappingProxyType(
    {
        "active": lambda task, _now: not task.over,
        "unsaved": _unsaved,
        "trouble": lambda task, _now: task.trouble is not None and not task.over,
        "lost": _lost,
        "empty": lambda task, _now: task.without_files,
    }
)


_TIMELESS = frozenset({"active", "trouble", "empty"})
"""The states that only a change of the task can change."""


def _is(values: tuple[str, ...]) -> Test:
    for value in values:
        if value not in _STATES:
            raise _unknown("state", value, _STATES)
    tests = [_STATES[value] for value in values]
    return lambda task, now: any(test(task, now) for test in tests)


def _expires(op: str, value: str) -> Test:
    if op == ":":
        raise BadFilter("expires is compared: expires<1h or expires>1h")
    try:
        limit = timedelta(seconds=seconds_of(value.strip('"').casefold()))
    except BadDuration as error:
        raise BadFilter(f"expires{op} {error}") from None

    def found(task: Task, now: datetime) -> bool:
        loss = task.next_loss(now)
        if loss is None or loss.deadline is None:
            return False
        left = loss.deadline - task.server_time(now)
        return left < limit if op == "<" else left > limit

    return found


_FIELDS: Mapping[str, Callable[[tuple[str, ...]], Test]] = MappingProxyType(
    {"status": _status, "provider": _provider, "tag": _tag, "model": _model, "is": _is}
)
