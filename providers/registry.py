"""Finds the providers: the modules of this package that define `PROVIDER`."""

import importlib
import pkgutil
import re
from bisect import bisect
from functools import cache
from types import MappingProxyType
from urllib.parse import unquote

from rushes import providers
from rushes.providers.card import Provider
from rushes.providers.errors import UnknownProvider
from rushes.providers.frozen import frozen
from rushes.providers.nearest import nearest

_NO_PROVIDERS = frozenset({"as_json", "media", "text_media"})
"""Modules without one that nothing else may have loaded yet, and that take long to load."""


@cache
def all_providers() -> MappingProxyType[str, Provider]:
    """Every built-in provider by its id, sorted by module name."""
    found: dict[str, Provider] = {}
    for module in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}."):
        if module.name.rpartition(".")[2] in _NO_PROVIDERS:
            continue
        provider = getattr(importlib.import_module(module.name), "PROVIDER", None)
        if isinstance(provider, Provider):
            found[provider.card.id] = provider
    return MappingProxyType(found)


def find(name: str) -> Provider:
    """The provider of that id; raises UnknownProvider, which holds the most similar id."""
    known = all_providers()
    if name not in known:
        raise UnknownProvider(name, tuple(known), nearest(name.casefold(), known))
    return known[name]


@frozen
class Recognised:
    """A task id from a pasted text, and the providers whose ids have that form."""

    task_id: str
    providers: tuple[str, ...]


def recognise(task_id: str) -> Recognised:
    """The providers whose ids have the form of `task_id`; there may be none or several."""
    matching = (card.id for p in all_providers().values() if (card := p.card).recognises(task_id))
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
    found: dict[tuple[int, str], list[Provider]] = {}
    for provider in all_providers().values():
        if pattern := _anywhere(provider.card.id_pattern):
            for match in pattern.finditer(text):
                found.setdefault((match.start(), match.group()), []).append(provider)
    every = [
        Seen(start, task_id, tuple(p.card.id for p in by), any(p.card.own_ids for p in by))
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
def _anywhere(id_pattern: str) -> re.Pattern[str] | None:
    written = rf"(?<![0-9A-Za-z])(?:{id_pattern})(?![0-9A-Za-z])"
    return re.compile(written, re.ASCII) if id_pattern else None


def at_host(host: str) -> tuple[str, ...]:
    """The providers that own a host: a region's, a console's or a file store's."""
    return tuple(p.card.id for p in all_providers().values() if p.card.is_at(host.casefold()))


def task_in_path(path: str) -> Recognised | None:
    """The task that a URL's path asks for, by the cards' routes; None where no route matches.

    Of several routes that match, those with the most fixed text count: a route may be the end of
    another one.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for provider in all_providers().values():
        card = provider.card
        for route in filter(None, (card.route, card.content_route)):
            before, _, after = route.partition("{task_id}")
            pattern = f".*{re.escape(before)}([^/?#]+){re.escape(after)}/?"
            if match := re.fullmatch(pattern, path):
                spelt = len(before) + len(after)
                found.setdefault((spelt, unquote(match.group(1))), []).append(card.id)
    if not found:
        return None
    most, task_id = max(found)
    return Recognised(task_id, tuple(dict.fromkeys(found[most, task_id])))
