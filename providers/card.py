"""A provider's fixed facts, as its documents state them.

Each gateway module defines a `CARD`, one function that reads a JSON document (`answers.speaks`
makes it a `parse`), and a `PROVIDER` that holds both.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.providers.model import Link, Problem, ProblemKind, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply
from rushes.providers.routes import (
    NO_PARTS,
    Parts,
    filled,
    id_of,
    names_in,
    parts_in,
    parts_of,
    route_of,
)
from rushes.providers.words import meaning

TYPE_CHECKING = False  # few cards have a batch, and a list is printed without any
if TYPE_CHECKING:
    from rushes.providers.batches import Batch
    from rushes.providers.listings import Listing

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""The pattern of a UUID, the form of many services' ids; some tools show them in capitals."""

NIL_UUID = "00000000-0000-0000-0000-000000000000"
"""The UUID that stands for none (RFC 9562, 5.9)."""


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


def _no_http() -> Mapping[int, Status]:
    return MappingProxyType({})


def _no_headers() -> Mapping[str, str]:
    return MappingProxyType({})


@frozen(kw_only=True)
class Card:
    """A provider's fixed facts. `id` is permanent: watchlists and history use it.

    `route` queries a task, `result_route` tells the rest of one that the first answer says is over
    (see `Snapshot.then`), `locate_route` exchanges a file id for a link, `content_route` fetches a
    file. The key is sent to paths of these forms and to no others: see `is_route`. What they may
    hold is in `routes`.

    `id_form` takes a task's id apart into the parts that `route` names; where it is empty the id is
    the one part `task_id`. `other_routes` are forms of other ids with the route for each, tried in
    their order. Only its form decides on which route an id is asked about.

    `body` is what is sent by POST where the documents ask so about a task, and call it a query:
    constants and one value `{task_id}`. Where the path does not hold the id, `route` has it behind
    a `#`, which is not sent.

    `batch` asks about several tasks at once, and `listing` which tasks there are, where the
    documents have such requests.

    `headers` are sent with each question, beside the key. `base_url` is empty where the person has
    to say which host speaks this dialect; then `auth.env` is, too.

    `statuses` maps the provider's own words, case-folded; a word that is not in it is looked up in
    `words.WORDS`. `codes` maps business codes, case-folded too, and outranks the HTTP status.
    `http` maps HTTP statuses that tell the task's status, where the body does not.

    `output_lifetime` counts from the finish of a task and holds for every link to its files,
    `record_lifetime` from its creation; None where the documents give none that always holds.

    `id_pattern` matches the provider's ids; `own_ids` says that no other provider has such ids.
    `no_task` is an id of that form which no task has: to ask about it costs nothing.
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
    http: Mapping[int, Status] = field(default_factory=_no_http)
    headers: Mapping[str, str] = field(default_factory=_no_headers)
    id_form: str = ""
    other_routes: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, str | int | float | bool] | None = None
    id_pattern: str = ""
    own_ids: bool = False
    no_task: str = NIL_UUID
    hosts: str = ""
    result_route: str | None = None
    locate_route: str | None = None
    content_route: str | None = None
    batch: "Batch | None" = None
    listing: "Listing | None" = None
    output_lifetime: timedelta | None = None
    record_lifetime: timedelta | None = None
    gone_at_first_not_found: bool = False

    @property
    def routes(self) -> tuple[tuple[str, str], ...]:
        """Each form of an id with the route that asks about such a task."""
        return ((self.id_form, self.route), *self.other_routes)

    def fits(self, task_id: str) -> bool:
        """Whether a task of that id can be asked about with the key."""
        return route_of(self.routes, task_id) is not None

    def path(self, task_id: str) -> str:
        """The path that asks for one task: its parts are quoted whatever they contain.

        It is empty, which is no route, for an id of no form that the provider's ids have.
        """
        route, parts = self._route_of(task_id)
        return filled(route, parts) or ""

    def name_of(self, task_id: str) -> str:
        """What the provider itself calls a task: its part `task_id`, else the last part."""
        _, parts = self._route_of(task_id)
        return parts.get("task_id") or next(iter(reversed([*parts.values()])), task_id)

    def result_path(self, task_id: str, said: Parts = NO_PARTS) -> str | None:
        """The path that tells the rest of a task; None where there is none for such an id.

        `said` are parts of the path that the first answer gave.
        """
        parts = {**(parts_of(self.id_form, task_id) or {}), **said}
        return filled(self.result_route, parts) if self.result_route else None

    def locate_path(self, file_id: str) -> str | None:
        """The path that exchanges a file id for a link; None where there is no such call."""
        return filled(self.locate_route, {"file_id": file_id}) if self.locate_route else None

    def content_path(self, task_id: str) -> str | None:
        """The path of a task's file behind the key; None where the id alone does not tell it."""
        _, parts = self._route_of(task_id)
        return filled(self.content_route, parts) if self.content_route else None

    def is_content(self, path: str, task_id: str) -> bool:
        """Whether a path is that of a file behind the key, and of no other task's."""
        parts = parts_in(self.content_route, path) if self.content_route else None
        _, own = self._route_of(task_id)
        return parts is not None and all(own.get(name, it) == it for name, it in parts.items())

    def is_route(self, path: str) -> bool:
        """Whether a path, query included, is one of its routes with an id that `fits`."""
        if any(it is not None and it.is_route(path) for it in (self.batch, self.listing)):
            return True
        more = filter(None, (self.result_route, self.locate_route, self.content_route))
        known = (*self.routes, *((self.id_form, route) for route in more))
        return any(_leads(form, route, path) for form, route in known)

    def body_of(self, path: str) -> bytes | None:
        """What is sent by POST to ask at a path; None for a path that is asked for by GET."""
        parts = parts_in(self.route, path) if self.body is not None else None
        if self.body is None or parts is None:
            return None
        task_id = parts["task_id"]
        said = {k: task_id if v == "{task_id}" else v for k, v in self.body.items()}
        return json.dumps(said).encode()

    def _route_of(self, task_id: str) -> tuple[str, Parts]:
        """The route of an id with its parts: also of one that does not fit, in quotes."""
        if (found := route_of(self.routes, task_id)) is not None:
            return found
        formed = ((route, parts_of(form, task_id)) for form, route in self.routes)
        return next(((route, it) for route, it in formed if it is not None), ("", NO_PARTS))

    def status(self, node: Node) -> tuple[Status, str]:
        """The status that a word means, and the word itself; an unknown word means UNKNOWN."""
        raw = node.word()
        status = meaning(raw, self.statuses)
        if status is None:
            node.note(f"unmapped status {raw}")
            return Status.UNKNOWN, raw
        return status, raw


def _leads(form: str, route: str, path: str) -> bool:
    """Whether a route leads to a path; where the path names all parts of an id, they make one."""
    parts = parts_in(route, path)
    if parts is None:
        return False
    return not parts.keys() >= set(names_in(form)) or id_of(form, parts) is not None


def base_of(base_url: str, route: str) -> str:
    """`base_url` without a trailing slash, and without a trailing version that the route repeats.

    The version (`/v1`, `/api/v3`) is what the vendors' clients have in their base URLs. The card's
    paths, and the relative links of a reply, are appended to the rest.
    """
    base = base_url.rstrip("/")
    version = re.match(r"/(?:[\w-]+/){0,2}v\d\w*(?=/)", route, re.ASCII)
    return base.removesuffix(version.group()) if version else base


Parse = Callable[[Reply, Ask], Snapshot | Problem]
"""Parses a reply: pure, and it never raises."""


@frozen
class Provider:
    """A gateway: its facts and its parsers.

    `result` reads the answer to the second question about a task, which `Snapshot.then` asks for;
    `located` that to the exchange of a file id, at `card.locate_path`.
    """

    card: Card
    parse: Parse
    result: Parse | None = None
    located: Callable[[Reply, Ask], Link | Problem] | None = None

    @property
    def id(self) -> str:
        """The id of its card."""
        return self.card.id
