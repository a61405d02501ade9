"""Finds the files of a result whose form is its model's own, as fal's and Replicate's results are.

No list of names can be whole there: every model has a schema of its own. So each text that is a
link as a whole, and each file inside the reply, is an output, unless its name says that it is
something else (`unmapped.py` has the words).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from rushes.providers.fields import replace
from rushes.providers.links import Place, at_url, claims, distinct, usable
from rushes.providers.model import Output
from rushes.providers.named import BY_PRODUCTS, NAMES, end_of, kind_of
from rushes.providers.node import Node
from rushes.providers.reply import Ask
from rushes.providers.unmapped import as_link, may_be_result

_KINDS: Mapping[str, str] = MappingProxyType(
    {**NAMES, **{name: name for name in BY_PRODUCTS}, "mask": "mask", "masks": "mask"}
)
_FAMILIES = ("video", "image", "audio")
_INSIDE = re.compile(r"data:[\w.+-]+/[\w.+-]+[;,]", re.ASCII)
_DEPTH = 8


def files(result: Node, ask: Ask, lifetime: timedelta | None = None) -> tuple[Output, ...]:
    """The files of a result, each once, in the order of the reply.

    `lifetime` is the documented one, counted from the finish of the task.
    """
    return distinct(usable(_places(result, ask, lifetime)))


def _places(
    node: Node, ask: Ask, lifetime: timedelta | None, kind: str = "", depth: int = 0
) -> Iterator[Place]:
    """Yield the links at and below a value; `kind` is what the name nearest to it says."""
    if isinstance(node.value, dict) and depth < _DEPTH:
        for name in filter(may_be_result, node.value):
            said, member = _KINDS.get(name.casefold()) or kind, node[name]
            if not _is_file(member):
                yield from _places(member, ask, lifetime, said, depth + 1)
            elif name == "url":
                yield member, partial(_described, node, ask, said, lifetime)
            else:
                yield member, partial(_file, ask, said, lifetime)
    elif isinstance(node.value, list) and depth < _DEPTH:
        for element in node.items():
            yield from _places(element, ask, lifetime, kind, depth + 1)
    elif _is_file(node):
        yield node, partial(_file, ask, kind, lifetime)


def _is_file(node: Node) -> bool:
    """Whether a value is a link as a whole, or a file in a `data:` URL."""
    text = node.value
    return isinstance(text, str) and bool(as_link(text) or _INSIDE.match(text))


def _file(ask: Ask, kind: str, lifetime: timedelta | None, link: Node) -> Iterator[Output]:
    where = at_url(link, ask)
    if where is not None:
        told = kind if kind in BY_PRODUCTS else kind_of(where, kind or "file")
        yield Output(kind=told, where=where, claims=claims(where, lifetime))


def _described(
    holder: Node, ask: Ask, kind: str, lifetime: timedelta | None, link: Node
) -> Iterator[Output]:
    """Yield the file of an object that also says what kind of file it is, and how large."""
    family = (holder["content_type"].text() or "").partition("/")[0].casefold()
    for output in _file(ask, kind, lifetime, link):
        yield replace(
            output,
            kind=family if family in _FAMILIES and kind not in BY_PRODUCTS else output.kind,
            claims=end_of(holder) + output.claims,
            width=holder["width"].whole(),
            height=holder["height"].whole(),
        )
