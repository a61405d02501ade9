"""Where the files of a reply are: links whole, relative or inline, and the outputs made of them."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_to_bytes

from rushes.providers.card import Card
from rushes.providers.errors import UnexpectedReply
from rushes.providers.expiry import documented, signed
from rushes.providers.media import UNKNOWN, of_bytes, recognised
from rushes.providers.model import Content, ExpiryClaim, Inline, Link, Output, Where
from rushes.providers.node import Node
from rushes.providers.reply import Ask
from rushes.providers.text import clean
from rushes.providers.text_media import TEXT_HEAD, text_media, text_of


def absolute(address: str, ask: Ask) -> str:
    """A reply's link as a whole URL: relative ones hang from the provider's base."""
    if address.startswith("//"):
        return ask.base.partition("//")[0] + address
    if address.startswith("/"):
        return ask.base + address
    return address


def is_url(address: str) -> bool:
    """True for what can be fetched over HTTP as it stands."""
    return bool(re.match(r"https?://[^/?#\s]+", address, re.IGNORECASE))


def at_url(node: Node, ask: Ask) -> Link | Inline | None:
    """Where a reply's link leads: a whole URL, or the file itself in a `data:` URL.

    None where the node is absent; raises UnexpectedReply for what is neither.
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
    """The output, behind the key where its link is the gateway's own content path.

    Only the path is kept, and hung from the configured base: the key cannot go anywhere else.
    """
    path = card.content_path(task_id) if task_id else None
    if path is None or not isinstance(output.where, Link):
        return output
    is_own = _own_path(output.where.url, ask) == path
    return replace(output, where=Content(path)) if is_own else output


def _own_path(url: str, ask: Ask) -> str | None:
    """The path of a URL on the gateway's own host, below the configured base."""
    own, other = (re.match(r"https?://([^/?#]+)([^?#]*)", at, re.I) for at in (ask.base, url))
    if own is None or other is None or own[1].casefold() != other[1].casefold():
        return None
    return other[2].removeprefix(own[2])


def claims(where: Link | Inline, lifetime: timedelta | None) -> tuple[ExpiryClaim, ...]:
    """What is said of a link's end: its signature and the documents; an inline file has none."""
    return () if isinstance(where, Inline) else signed(where) + documented(lifetime)


def linked(node: Node, ask: Ask, kind: str, lifetime: timedelta | None = None) -> Iterator[Output]:
    """The output behind one link; none where the node is absent, UnexpectedReply for junk."""
    where = at_url(node, ask)
    if where is not None:
        yield Output(kind=kind, where=where, claims=claims(where, lifetime))


def embedded(item: Node) -> Iterator[Output]:
    """The output that bare base64 text stands for, its kind told by its first bytes."""
    text = item.address()
    if text is not None:
        data = from_base64(item, text)
        yield Output(kind=_kind(data), where=Inline(data))


def _kind(data: bytes) -> str:
    """What a file is by its first bytes; its name and type are not told."""
    text = text_of(data[:TEXT_HEAD])
    media = recognised(of_bytes(data)) or (text_media(text) if text else None) or UNKNOWN
    return media.family.value


ReadOutputs = Callable[[Node], Iterator[Output]]
"""Yields the outputs of one place; raises UnexpectedReply where it finds junk."""

Place = tuple[Node, ReadOutputs]
"""Where outputs may be, and how they are read there."""


def usable_outputs(items: Iterable[Node], read: ReadOutputs) -> tuple[Output, ...]:
    """The outputs of several places of one form; see `usable`."""
    return usable((item, read) for item in items)


def each(node: Node, read: ReadOutputs) -> Iterator[Place]:
    """The elements of a list as places; what is there and no list stands for itself."""
    yield from ((element, read) for element in elements(node))


def elements(node: Node) -> Iterator[Node]:
    """The elements of a list; what is there and no list is one of its own."""
    if not node.absent:
        yield from node.items() if isinstance(node.value, list) else (node,)


def usable(places: Iterable[Place]) -> tuple[Output, ...]:
    """The outputs of all places of a reply; junk is left out and noted.

    A link that is none must not hide that the task is over: where there is nothing but junk there
    are no outputs.
    """
    outputs: list[Output] = []
    for item, read in places:
        try:
            outputs.extend(read(item))
        except UnexpectedReply as error:
            item.note(f"unusable output: expected {error.expected}, got {error.got}")
    return tuple(outputs)


def distinct(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """The outputs, one for each file: a reply may name one under several names."""
    found: dict[Where, Output] = {}
    for output in outputs:
        found.setdefault(output.where, output)
    return tuple(found.values())
