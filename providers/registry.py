"""Finds the providers, by their ids and by how their tasks' ids and URLs are written.

The index has what that takes; a provider's module is loaded when an account or an id needs it.
"""

import importlib
import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from rushes.providers.card import Provider
from rushes.providers.errors import UnknownProvider
from rushes.providers.fields import fields
from rushes.providers.frozen import frozen
from rushes.providers.index import INDEX
from rushes.providers.listed import Listed, listed
from rushes.providers.nearest import nearest
from rushes.providers.routes import id_of, literals, parts_at_end

_LISTED = MappingProxyType({each.id: each for each in INDEX})


_outside: dict[str, Provider] = {}
_known: dict[str, Listed] = dict(_LISTED)
"""The providers from outside that settings were read with last (see `include`), and all of them."""


def built_in() -> Mapping[str, Listed]:
    """What is known of every built-in provider, by its id; no module is loaded for it."""
    return _LISTED


def known() -> Mapping[str, Listed]:
    """The same of every provider, those from outside after the built-in ones."""
    return MappingProxyType(_known)


def include(outside: Mapping[str, Provider]) -> None:
    """Make these the providers from outside; none of them may have a built-in one's id."""
    if outside == _outside:
        return
    _outside.clear()
    _outside.update(outside)
    _known.clear()
    _known.update(_LISTED)
    _known.update((name, listed(each.card)) for name, each in outside.items())
    _by_pattern.cache_clear()


@cache
def all_providers() -> MappingProxyType[str, Provider]:
    """Every built-in provider by its id, their modules loaded."""
    return MappingProxyType({name: _loaded(name) for name in built_in()})


def find(name: str) -> Provider:
    """The provider of that id; raises UnknownProvider, which holds the most similar id."""
    names = known()
    if name not in names:
        raise UnknownProvider(name, tuple(names), nearest(name.casefold(), names))
    return _loaded(name)


def lazily(name: str) -> Provider:
    """The provider of a known id, whose module is loaded when its card or a parser is needed."""
    return _outside.get(name) or _Unloaded(name)


def _loaded(name: str) -> Provider:
    return _outside[name] if name in _outside else _imported(name)


@cache
def _imported(name: str) -> Provider:
    return importlib.import_module(built_in()[name].module).PROVIDER


class _Unloaded(Provider):
    """A provider that gets its parts when one of them is looked for."""

    __slots__ = ("_id",)

    def __init__(self, provider_id: str) -> None:
        object.__setattr__(self, "_id", provider_id)

    @property
    def id(self) -> str:
        return self._id

    def __getattr__(self, name: str) -> object:
        """A part that is not there yet, as no slot is filled before."""
        if name not in _PARTS:
            raise AttributeError(name)
        provider = _loaded(self._id)
        for part in _PARTS:
            object.__setattr__(self, part, getattr(provider, part))
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        return other.id == self._id if isinstance(other, _Unloaded) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._id)


_PARTS = frozenset(part.name for part in fields(Provider))


# -- ids ------------------------------------------------------------------------------------------


@frozen
class Recognised:
    """A task id from a pasted text, and the providers whose ids have that form."""

    task_id: str
    providers: tuple[str, ...]


def recognise(task_id: str) -> Recognised:
    """The providers whose ids have the form of `task_id`; there may be none or several."""
    matching = (name for name, each in known().items() if each.recognises(task_id))
    return Recognised(task_id, tuple(matching))


@frozen
class Seen:
    """An id at a place in a text, and the providers whose ids have that form.

    `own`: no other service's ids have that form, so it is certainly such an id.
    """

    start: int
    task_id: str
    providers: tuple[str, ...]
    own: bool

    @property
    def end(self) -> int:
        """The offset of its end in the text."""
        return self.start + len(self.task_id)


def ids_in(text: str) -> list[Seen]:
    """All words in `text` that have the form of some provider's ids, in order.

    A letter or a digit beside such a word makes it a part of another one. Of two that overlap, the
    one that is certainly an id is returned, then the earlier, then the longer.
    """
    found: dict[tuple[int, str], list[Listed]] = {}
    for pattern, by in _by_pattern().items():
        for match in re.finditer(pattern, text, re.ASCII):
            found.setdefault((match.start(), match.group()), []).extend(by)
    every = [
        Seen(start, task_id, tuple(each.id for each in by), any(each.own_ids for each in by))
        for (start, task_id), by in found.items()
    ]
    taken: list[Seen] = []
    for one in sorted(every, key=lambda one: (not one.own, one.start, -one.end)):
        at = bisect(taken, one.start, key=lambda other: other.start)
        before, after = taken[at - 1 : at], taken[at : at + 1]
        if all(b.end <= one.start for b in before) and all(one.end <= a.start for a in after):
            taken.insert(at, one)
    return taken


@cache
def _by_pattern() -> Mapping[str, tuple[Listed, ...]]:
    """The patterns of ids as they stand in a text, each with the providers that have it."""
    found: dict[str, tuple[Listed, ...]] = {}
    for each in known().values():
        if each.id_pattern:
            written = rf"(?<![0-9A-Za-z])(?:{each.id_pattern})(?![0-9A-Za-z])"
            found[written] = (*found.get(written, ()), each)
    return found


# -- hosts and URLs -------------------------------------------------------------------------------


def at_host(host: str) -> tuple[str, ...]:
    """The providers that own a host: a region's, a console's or a file store's."""
    return tuple(name for name, each in known().items() if each.is_at(host.casefold()))


def task_in_path(path: str) -> Recognised | None:
    """The task that a URL's path asks for, by the cards' routes; None where no route matches.

    A query may follow where a route has one. Of several routes that match, those with the most
    fixed text count: a route may be the end of another one.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for each in known().values():
        for form, route in _asked(each):
            parts = parts_at_end(route, path)
            task_id = None if parts is None else id_of(form, parts)
            if task_id:
                found.setdefault((literals(route), task_id), []).append(each.id)
    if not found:
        return None
    most, task_id = max(found)
    return Recognised(task_id, tuple(dict.fromkeys(found[most, task_id])))


def _asked(each: Listed) -> Iterator[tuple[str, str]]:
    """Each route of a provider that names a task, with the form of the id that it names."""
    yield from each.routes
    for route in each.files:
        yield each.routes[0][0], route
