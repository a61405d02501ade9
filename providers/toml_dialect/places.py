"""The places of a reply that a provider's expressions read: all others are drift."""

from collections.abc import Iterable
from typing import TypeAlias

from rushes.providers.node import Node

ANY_NAME = "*"
"""Stands for every member of an object."""

Path = tuple[str, ...]
"""The names on the way to a value; steps into lists are left out, as elements are all alike."""

Tree: TypeAlias = "dict[str, Tree]"
"""Paths by their names; an empty tree is a place that is read whole."""

NOTHING: Tree = {"": {}}
"""The tree that reads nothing."""

_DEPTH = 24
_ELEMENTS = 20


def tree_of(every: Iterable[Iterable[Path]]) -> Tree:
    """The tree of all these paths; a place that is read whole hides what is read inside."""
    tree: Tree = {}
    paths = sorted((path for paths in every for path in paths), key=len)
    if not paths:
        return NOTHING
    if () in paths:
        return {}
    for path in paths:
        at, known = tree, False
        for name in path[:-1]:
            known = name in at and not at[name]
            at = at.setdefault(name, {})
            if known:
                break
        if not known:
            at.setdefault(path[-1], {})
    return tree


def mark(node: Node, tree: Tree, *, whole: bool = True, depth: int = 0) -> None:
    """Mark what the tree reads of a reply, so that it is no drift.

    A place that is read is marked with all that is in it; unless `whole`, only where it is a single
    value, as what was merely looked at is not known yet.
    """
    if not tree:
        if whole or not isinstance(node.value, (dict, list)):
            node.skip()
    elif isinstance(node.value, list) and depth < _DEPTH:
        for n, element in enumerate(node.value[:_ELEMENTS]):
            inner = node.beside(f"{node.path}[{n}]", element)
            mark(inner, tree, whole=whole, depth=depth + 1)
    elif isinstance(node.value, dict) and depth < _DEPTH:
        for name in node.value:
            below = [tree[each] for each in (name, ANY_NAME) if each in tree]
            for inner in below:
                mark(node[name], inner, whole=whole, depth=depth + 1)
    elif depth:
        node.skip()
