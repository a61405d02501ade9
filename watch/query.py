"""The filter language of the dashboard and `rushes ls`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.filter_terms import OPERATORS, BadFilter, Test, field_test, glob, is_field
from rushes.watch.task import Ref, Task

LANGUAGE = catalogued("""\
rain hiapi              words: in the label, id, provider, model, prompt or a tag
"opening shot"          a quoted word may contain spaces and colons
status:failed,canceled  any of several; also provider: model: tag: label: id: error: problem:
tag:act-*               * stands for anything
is:unsaved              active, unsaved, saved, failed, trouble, lost, moved (its file is
                        elsewhere now) or empty (no files)
expires<1h              what is not on disk goes within the hour (s, m, h, d)
run>5m size>10M         how long it ran, how large its saved files are
rating>=3 rating=0      1 to 5, 0 for rejected; rating:none for what has none
created<2d finished>1h  how long ago; with a date, before or after it: created<2026-11-30
-tag:done               not so
@trailer                what [views] in config.toml calls so

rain OR status:failed   the terms on one side of OR, or those on the other

All terms must hold. Case does not matter but in OR. A ref finds its task.
""")
"""The filter language, explained for people."""

_NO_VIEWS: Mapping[str, str] = MappingProxyType({})


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
        (?:(?P<field>[A-Za-z_]+)(?P<op>"""
    + OPERATORS
    + r"""))?
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


def parse(text: str, views: Mapping[str, str] = _NO_VIEWS) -> Query:
    """The filter that `text` describes; the empty text matches everything. Raises BadFilter.

    `views` are the filters that `@name` stands for.
    """
    query, fault = read(text, views)
    if fault:
        raise BadFilter(fault)
    return query


def read(text: str, views: Mapping[str, str] = _NO_VIEWS) -> tuple[Query, str]:
    """The filter of those terms of `text` that are valid, and the first fault or ""."""
    rest = text.strip()
    either: list[list[_Term]] = [[]]
    fault = ""
    while rest:
        term = _TERM.match(rest)
        if term is None or not term.end():
            odd = _("cannot read {rest!r}: a quote belongs at the start of a word").format(
                rest=clean(rest, 40)
            )
            return _joined(text.strip(), either), fault or odd
        rest = rest[term.end() :]
        if term[0].strip() == "OR":
            either.append([])
            continue
        if not term["field"] and not term["value"].strip('"'):
            continue  # a dash or a quote of which nothing follows yet
        try:
            either[-1].append(_term(term, views))
        except BadFilter as error:
            fault = fault or str(error)
    if not all(either) and len(either) > 1:
        fault = fault or _("OR stands between two terms")
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


def _term(found: re.Match[str], views: Mapping[str, str]) -> _Term:
    text, value, name = found[0].strip(), found["value"], (found["field"] or "").casefold()
    if name and (is_field(name) or (found["op"] in (":", "<", ">") and not _is_id(value))):
        asked = field_test(name, found["op"], value)
        return _Term(text, _negated(asked.test) if found["no"] else asked.test, asked.timed)
    whole = text.removeprefix("-") if found["no"] else text
    if whole.startswith("@"):
        view = _view(whole[1:], views)
        return _Term(text, _negated(view.matches) if found["no"] else view.matches, view.timed)
    if whole in _NO_OPERATORS:
        raise BadFilter(
            _("{whole} has no meaning; {no_operators}").format(
                whole=whole, no_operators=_NO_OPERATORS[whole]
            )
        )
    test, word = _wordly(whole.casefold())
    if found["no"]:
        return _Term(text, _negated(test), timed=False)
    return _Term(text, test, timed=False, word=word)


def _wordly(text: str) -> tuple[Test, str]:
    """What a plain word asks, and the word; "" for one with `*` in it, unless it is quoted."""
    plain = text.replace('"', "")
    if plain != text or "*" not in plain.strip("*"):
        word = plain if plain != text else plain.strip("*")
        return (lambda task, _now: word in task.search_text), word
    pattern = glob(plain.strip("*"))
    return (lambda task, _now: bool(pattern.search(task.search_text))), ""


def _is_id(value: str) -> bool:
    """Whether a word after a name that is no field looks like the id of a pasted ref."""
    return len(value) >= _SHORTEST_ID and any(map(str.isdigit, value))


_SHORTEST_ID = 6


def _view(name: str, views: Mapping[str, str]) -> Query:
    if name not in views:
        known = f"; {hint(name, views)}" if views else _(": config.toml has no [views]")
        raise BadFilter(_("unknown view {name!r}{known}").format(name=clean(name, 40), known=known))
    return parse(views[name])


def _negated(test: Test) -> Test:
    return lambda task, now: not test(task, now)
