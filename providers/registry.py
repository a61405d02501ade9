"""Which providers there are. A module of this package that defines `PROVIDER` is one of them."""

import importlib
import pkgutil
import re
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from urllib.parse import unquote

from rushes import providers
from rushes.providers.card import Provider
from rushes.providers.errors import UnknownProvider
from rushes.providers.nearest import nearest


@cache
def all_providers() -> MappingProxyType[str, Provider]:
    """Every built-in provider by its id, in the order of their names."""
    found: dict[str, Provider] = {}
    for module in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}."):
        provider = getattr(importlib.import_module(module.name), "PROVIDER", None)
        if isinstance(provider, Provider):
            found[provider.card.id] = provider
    return MappingProxyType(found)


def find(name: str) -> Provider:
    """The provider called `name`; raises UnknownProvider, which knows the nearest name."""
    known = all_providers()
    if name not in known:
        raise UnknownProvider(name, tuple(known), nearest(name.casefold(), known))
    return known[name]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A task id found in what a person pasted, and the providers whose ids are written so."""

    task_id: str
    providers: tuple[str, ...]


def recognise(task_id: str) -> Recognised:
    """Which providers write their ids like `task_id`; none or several where it cannot be told."""
    matching = (card.id for p in all_providers().values() if (card := p.card).recognises(task_id))
    return Recognised(task_id, tuple(matching))


@dataclass(frozen=True, slots=True)
class Seen:
    """An id standing somewhere in a text, and the providers whose ids are written so.

    `own`: nobody else writes ids so, so that it can be nothing else.
    """

    start: int
    task_id: str
    providers: tuple[str, ...]
    own: bool

    @property
    def end(self) -> int:
        """Where in the text it ends."""
        return self.start + len(self.task_id)


def ids_in(text: str) -> list[Seen]:
    """What is written as some provider writes its ids, wherever it stands in `text`, in order.

    A letter or a digit beside it makes it a part of another word. Of two that overlap the one
    counts that can be nothing else, then the earlier, then the longer.
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
    """The providers whose host that is: a region, a console, where their files lie."""
    return tuple(p.card.id for p in all_providers().values() if p.card.is_at(host.casefold()))


def task_in_path(path: str) -> Recognised | None:
    """The task that a URL's path asks for, by the routes of the cards; None if it asks for none.

    Of several routes that fit, those count that spell out most: one may be the end of another.
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
