"""A provider's fixed facts, as its documents state them.

Each gateway module defines a `CARD`, one function that reads a JSON document (`answers.speaks`
makes it a `parse`), and a `PROVIDER` that holds both.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from urllib.parse import quote, unquote

from rushes.providers.frozen import frozen
from rushes.providers.model import Link, Problem, ProblemKind, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply
from rushes.providers.words import meaning

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""The pattern of a UUID, the form of many services' ids; some tools show them in capitals."""


@frozen
class Auth:
    """The request header that carries the key, and the environment variable that holds the key."""

    env: str
    header: str = "Authorization"
    scheme: str = "Bearer "


@frozen
class PollPolicy:
    """How often the gateway wants to be polled.

    `every`: seconds between polls of one task; `stated` is False where it is our own choice, as the
    documents, guides and clients of the gateway give none. `advised`: seconds for which its
    documents advise to poll a task. `allowed`: polls a second that they allow an account. Both are
    None where the documents do not say. `quote`: the documented sentence, or where the numbers are
    from.
    """

    every: float
    quote: str
    advised: float | None = None
    allowed: float | None = None
    stated: bool = True


def _no_codes() -> Mapping[str, ProblemKind]:
    return MappingProxyType({})


@frozen(kw_only=True)
class Card:
    """A provider's fixed facts. `id` is permanent: watchlists and history use it.

    `route` queries a task, `locate_route` exchanges a file id for a link, `content_route` fetches a
    file. The key is sent to paths of these three forms and to no others: see `is_route`.

    `statuses` maps the provider's own words, case-folded; a word that is not in it is looked up in
    `words.WORDS`. `codes` maps business codes, case-folded too, and outranks the HTTP status.

    `output_lifetime` counts from the finish of a task and holds for every link to its files,
    `record_lifetime` from its creation; None where the documents give none that always holds.

    `id_pattern` matches the provider's ids; `own_ids` says that no other provider has such ids.
    `hosts` matches the vendor's hosts: its regions, its console, its files.
    """

    id: str
    name: str
    docs: str
    base_url: str
    route: str
    auth: Auth
    poll: PollPolicy
    statuses: Mapping[str, Status]
    codes: Mapping[str, ProblemKind] = field(default_factory=_no_codes)
    id_pattern: str = ""
    own_ids: bool = False
    hosts: str = ""
    locate_route: str | None = None
    content_route: str | None = None
    output_lifetime: timedelta | None = None
    record_lifetime: timedelta | None = None
    gone_at_first_not_found: bool = False

    def path(self, task_id: str) -> str:
        """The path that asks for one task; the id is one quoted segment whatever it contains."""
        return self.route.format(task_id=segment(task_id))

    def locate_path(self, file_id: str) -> str | None:
        """The path that exchanges a file id for a link; None where there is no such call."""
        return self.locate_route and self.locate_route.format(file_id=segment(file_id))

    def content_path(self, task_id: str) -> str | None:
        """The path of a task's file behind the key; None where there is none."""
        return self.content_route and self.content_route.format(task_id=segment(task_id))

    def is_route(self, path: str) -> bool:
        """Whether a path, query included, is one of the three routes with an id that `fits`."""
        routes = filter(None, (self.route, self.locate_route, self.content_route))
        found = (_filled_in(route).fullmatch(path) for route in routes)
        return any(match is not None and fits(unquote(match[1])) for match in found)

    def status(self, node: Node) -> tuple[Status, str]:
        """The status that a word means, and the word itself; an unknown word means UNKNOWN."""
        raw = node.word()
        status = meaning(raw, self.statuses)
        if status is None:
            node.note(f"unmapped status {raw}")
            return Status.UNKNOWN, raw
        return status, raw

    def recognises(self, task_id: str) -> bool:
        """Whether an id has the form of this provider's ids; False also where that is unknown."""
        return bool(self.id_pattern and re.fullmatch(self.id_pattern, task_id))

    def is_at(self, host: str) -> bool:
        """Whether a host (in lower case) is the vendor's."""
        return bool(self.hosts and re.fullmatch(self.hosts, host))


@cache
def _filled_in(route: str) -> re.Pattern[str]:
    """The pattern of a route with any text that `segment` returns in place of its parameter."""
    before, after = map(re.escape, re.split(r"\{\w+\}", route))
    return re.compile(rf"{before}([\w.~%-]+){after}", re.ASCII)


def fits(task_id: str) -> bool:
    """Whether an id can be asked about with the key, quoted as it is in a path.

    Servers and proxies resolve `%2e%2e`, `%2f` and the like before they look for a route, some of
    them twice: with such an id another path than its route would be requested.
    """
    return bool(re.fullmatch(r"(?!\.{1,2}\Z)[^/\\?#;%\x00-\x20\x7f]{1,512}", task_id))


def segment(text: str) -> str:
    """`text` quoted as one path segment: it cannot add a segment, a query or a step upwards."""
    quoted = quote(text, safe="", errors="surrogatepass")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def base_of(base_url: str, card: Card) -> str:
    """`base_url` without a trailing slash, and without a trailing `/v1` that the route repeats.

    The card's paths, and the relative links of a reply, are appended to it.
    """
    base = base_url.rstrip("/")
    return base.removesuffix("/v1") if card.route.startswith("/v1/") else base


Parse = Callable[[Reply, Ask], Snapshot | Problem]
"""Parses a reply: pure, and it never raises."""


@frozen
class Provider:
    """A gateway: its facts and its parsers.

    `located` reads the answer to the second call, at `card.locate_path`.
    """

    card: Card
    parse: Parse
    located: Callable[[Reply, Ask], Link | Problem] | None = None
