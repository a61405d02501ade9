"""What is known of a provider while its module is not loaded: how to find it and know its ids."""

import re

from rushes.providers.card import Card
from rushes.providers.frozen import frozen
from rushes.providers.routes import parts_of, route_of


@frozen(kw_only=True)
class Listed:
    """A card's facts that accounts and the recognition of ids are made of (see `Card`).

    `every`, `allowed` and `stated` are those of its poll policy. `files` are the routes of results
    and files, in which people find ids, too.
    """

    id: str
    base_url: str
    env: str
    every: float
    routes: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    allowed: float | None = None
    stated: bool = True
    id_pattern: str = ""
    own_ids: bool = False
    hosts: str = ""

    @property
    def module(self) -> str:
        """The name of its module."""
        return f"rushes.providers.{self.id.replace('-', '_')}"

    @property
    def route(self) -> str:
        """The first route that asks about a task."""
        return self.routes[0][1]

    def recognises(self, task_id: str) -> bool:
        """Whether an id has the form of this provider's ids; False also where that is unknown."""
        return bool(self.id_pattern and re.fullmatch(self.id_pattern, task_id, re.ASCII))

    def fits(self, task_id: str) -> bool:
        """Whether a task of that id can be asked about."""
        return route_of(self.routes, task_id) is not None

    def is_at(self, host: str) -> bool:
        """Whether a host (in lower case) is the vendor's."""
        return bool(self.hosts and re.fullmatch(self.hosts, host))

    def in_parts(self, task_id: str) -> bool:
        """Whether an id has a form in which it has several parts, or a slash."""
        return any(form and parts_of(form, task_id) is not None for form, _ in self.routes)


def listed(card: Card) -> Listed:
    """What the index has of a card."""
    return Listed(
        id=card.id,
        base_url=card.base_url,
        env=card.auth.env,
        every=card.poll.every,
        routes=card.routes,
        files=tuple(filter(None, (card.result_route, card.content_route))),
        allowed=card.poll.allowed,
        stated=card.poll.stated,
        id_pattern=card.id_pattern,
        own_ids=card.own_ids,
        hosts=card.hosts,
    )
