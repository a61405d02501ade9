"""Finds files of a success in places that no parser knows, as gateways add models every week.

Where the known places hold nothing, what is a link as a whole in the part of a reply that holds
results is taken for a file, unless its name says that it is something else (providers.md, "What
holds for all").
"""

import re
from collections.abc import Iterator

from rushes.providers.expiry import signed
from rushes.providers.model import Link, Output
from rushes.providers.named import end_of
from rushes.providers.node import Json, Node, Reading
from rushes.providers.text import clean, without_queries

LIMIT = 20
"""Outputs that are found so at most."""

NOTE = "unmapped: "
"""How the note of such an output begins; the path to its link follows."""

_RESULTS = re.compile(
    r"(output|result|content|video|image|audio|file|asset|artifact|creation|generation|sample)s?"
    r"|data|response|media|task|task_result|choices"
)
"""Names of the parts of a reply that hold results."""

_BARE = re.compile(r"output|result|video")
"""Names of such parts that may be a link themselves; `image` is not, as it may be an input."""

_ELSE = re.compile(
    r"input|prompt|metadata|error|reference|callback|webhook|status|cancel|stream|docs|documentation"
    r"|param|argument|request|config|(?<!re)source"
)
"""Words in the names of members that are no results: inputs, and links to other services."""

_ELSE_WHOLE = re.compile(r"get|self|next|prev(ious)?|(poll(ing)?|doc)(url)?")
_LINK = re.compile(r"https?://[^/?#\s]+\S*", re.IGNORECASE)
_URL_LIMIT = 8192
_PATH_LIMIT = 120

_Way = tuple["_Way | None", str | int]
"""The last step to a value, and the steps before it: joined only where a link was found."""


def unmapped(body: Node) -> tuple[Output, ...]:
    """The outputs of such links, in the order of the reply, each once."""
    found: dict[str, Output] = {}
    for way, link, holder in _links(body.value):
        if link not in found:
            where, path = Link(link), _path(way)
            ends = end_of(Node(path, holder, Reading())) + signed(where)
            found[link] = Output(kind="file", where=where, claims=ends, note=NOTE + path)
            if len(found) == LIMIT:
                break
    return tuple(found.values())


def _links(reply: Json) -> Iterator[tuple[_Way, str, Json]]:
    """Yield each link in the result parts, with the steps to it and the object that holds it."""
    members = reply.items() if isinstance(reply, dict) else ()
    left: list[tuple[_Way, Json, Json]] = []
    left.extend(((None, name), it, reply) for name, it in members if _is_result(name, it))
    left.reverse()
    while left:
        way, value, holder = left.pop()
        if isinstance(value, dict):
            inner = [(name, it) for name, it in value.items() if may_be_result(name)]
            left.extend(((way, name), it, value) for name, it in reversed(inner))
        elif isinstance(value, list):
            left.extend(((way, n), it, holder) for n, it in reversed(list(enumerate(value))))
        elif isinstance(value, str) and (link := as_link(value)):
            yield way, link, holder


def _path(way: _Way | None) -> str:
    """The steps as a path of the JSON cursor, fit to show."""
    steps: list[str] = []
    while way is not None:
        way, step = way
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step[:_PATH_LIMIT]}")
    return clean(without_queries("$" + "".join(reversed(steps))), _PATH_LIMIT)


def _is_result(name: str, value: Json) -> bool:
    name = name.casefold()
    return bool(_RESULTS.fullmatch(name)) and (
        not isinstance(value, str) or bool(_BARE.match(name))
    )


def may_be_result(name: str) -> bool:
    """Whether a member of that name may hold a result: its name does not say something else."""
    # What comes from upstream is a result as good as any.
    word = re.sub(r"[^a-z]", "", name.casefold().replace("upstream", ""))
    return not _ELSE_WHOLE.fullmatch(word) and not _ELSE.search(word)


def as_link(text: str) -> str | None:
    """The link that a text is as a whole, None where it is none or has more beside it."""
    link = text.strip()
    if len(link) > _URL_LIMIT or not _LINK.fullmatch(link) or not link.isprintable():
        return None
    return link
