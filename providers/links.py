"""Makes outputs of the links in a reply: whole, relative, or with the file inline."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from urllib.parse import unquote_to_bytes

from rushes.providers.card import Card
from rushes.providers.errors import UnexpectedReply
from rushes.providers.expiry import documented, signed
from rushes.providers.fields import replace
from rushes.providers.model import Content, ExpiryClaim, Inline, Link, Output, Where
from rushes.providers.node import Node
from rushes.providers.reply import Ask
from rushes.providers.text import clean


def absolute(address: str, ask: Ask) -> str:
    """A reply's link as a whole URL: a relative one is appended to the provider's base."""
    if address.startswith("//"):
        return ask.base.partition("//")[0] + address
    if address.startswith("/"):
        return ask.base + address
    return address


def is_url(address: str) -> bool:
    """True for a URL that can be fetched over HTTP as it is."""
    return bool(re.match(r"https?://[^/?#\s]+", address, re.IGNORECASE))


def at_url(node: Node, ask: Ask) -> Link | Inline | None:
    """What a reply's link leads to: a whole URL, or the file itself in a `data:` URL.

    None where the node is absent; raises UnexpectedReply for any other text.
    """
    address = node.address()
    if address is None:
        return None
    if address.startswith("data:"):
        return _inline(node, address)
    link = absolute(address, ask)
    if not is_url(link):
        raise UnexpectedReply(node.path, "a URL", "other text")
    return Link(link)


def _inline(node: Node, address: str) -> Inline:
    head, _, payload = address.removeprefix("data:").partition(",")
    if head.endswith(";base64"):
        return Inline(from_base64(node, payload), clean(head.removesuffix(";base64"), 80))
    return Inline(unquote_to_bytes(payload), clean(head, 80))


def from_base64(node: Node, payload: str) -> bytes:
    """The bytes that base64 text stands for; raises UnexpectedReply where it does not decode."""
    try:
        data = base64.b64decode(payload, validate=True)
    except ValueError:
        data = b""
    if not data:
        raise UnexpectedReply(node.path, "base64", "other text")
    return data


def keyed(output: Output, card: Card, task_id: str | None, ask: Ask) -> Output:
    """The output, as Content where its link is the gateway's own content path, which wants the key.

    Only the path is kept and later appended to the configured base, so that the key cannot go to
    another host.
    """
    if card.content_route is None or not task_id or not isinstance(output.where, Link):
        return output
    paths = _own_paths(output.where.url, ask)
    path = next((path for path in paths if card.is_content(path, task_id)), None)
    return replace(output, where=Content(path)) if path is not None else output


def _own_paths(url: str, ask: Ask) -> tuple[str, ...]:
    """The path of a URL on the gateway's own host, below the base, with its query and without."""
    own, other = (
        re.match(r"https?://([^/?#]+)([^?#]*)([^#]*)", at, re.I) for at in (ask.base, url)
    )
    if own is None or other is None or own[1].casefold() != other[1].casefold():
        return ()
    path = other[2].removeprefix(own[2])
    return (path + other[3], path)


def claims(where: Link | Inline, lifetime: timedelta | None) -> tuple[ExpiryClaim, ...]:
    """The expiry claims of a link, by its signature and its lifetime; an inline file has none."""
    return () if isinstance(where, Inline) else signed(where) + documented(lifetime)


def linked(node: Node, ask: Ask, kind: str, lifetime: timedelta | None = None) -> Iterator[Output]:
    """Yield the output of one link, if the node is there; raises UnexpectedReply for other text."""
    where = at_url(node, ask)
    if where is not None:
        yield Output(kind=kind, where=where, claims=claims(where, lifetime))


def embedded(item: Node) -> Iterator[Output]:
    """Yield the output of bare base64 text; its first bytes tell its kind."""
    text = item.address()
    if text is not None:
        data = from_base64(item, text)
        yield Output(kind=_kind(data), where=Inline(data))


def _kind(data: bytes) -> str:
    """The kind of a file by its first bytes, as neither its name nor its type is given."""
    # Few replies hold a file: what tells one from another is not loaded for the others.
    from rushes.providers.media import UNKNOWN, of_bytes, recognised
    from rushes.providers.text_media import TEXT_HEAD, text_media, text_of

    text = text_of(data[:TEXT_HEAD])
    media = recognised(of_bytes(data)) or (text_media(text) if text else None) or UNKNOWN
    return media.family.value


ReadOutputs = Callable[[Node], Iterator[Output]]
"""Yields the outputs of one place; raises UnexpectedReply where it cannot be read."""

Place = tuple[Node, ReadOutputs]
"""A value that may hold outputs, and the function that reads them."""


def link_of(kind: str, ask: Ask) -> ReadOutputs:
    """The reader of a place that is one link to a file of this kind."""

    def read(link: Node) -> Iterator[Output]:
        yield from linked(link, ask, kind)

    return read


def usable_outputs(items: Iterable[Node], read: ReadOutputs) -> tuple[Output, ...]:
    """The outputs of several values that are read alike; see `usable`."""
    return usable((item, read) for item in items)


def each(node: Node, read: ReadOutputs) -> Iterator[Place]:
    """The elements of a list as places; any other value is the only element."""
    yield from ((element, read) for element in elements(node))


def elements(node: Node) -> Iterator[Node]:
    """The elements of a list; any other value, unless it is absent, is the only element."""
    if not node.absent:
        yield from node.items() if isinstance(node.value, list) else (node,)


def usable(places: Iterable[Place]) -> tuple[Output, ...]:
    """The outputs of all places of a reply; a place that cannot be read is noted as drift.

    A bad link must not hide that the task is over, so nothing is raised: there may be no outputs.
    """
    outputs: list[Output] = []
    for item, read in places:
        try:
            outputs.extend(read(item))
        except UnexpectedReply as error:
            item.note(f"unusable output: expected {error.expected}, got {error.got}")
    return tuple(outputs)


def distinct(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """The outputs, the first of each file, as a reply may list one file under several names."""
    found: dict[Where, Output] = {}
    for output in outputs:
        found.setdefault(output.where, output)
    return tuple(found.values())
