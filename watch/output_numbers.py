"""Finds the outputs of a task again in a later reply, which may list them in another order.

An output keeps the number by which it was first known: what is saved of it, its part and its file
go by that number. It is known again by what it is: the digest or the place of its bytes, its file
id, the path of its link; and where that is new too, by being the only one of its kind that is left.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence

from rushes.providers.frozen import frozen
from rushes.providers.model import Content, Inline, Link, Output, SavedInline
from rushes.providers.node import OUTPUT_LIMIT
from rushes.providers.text import without_query

Marks = Callable[[Output], Iterator[Hashable]]


@frozen
class Numbered:
    """The outputs that are known by now, and the number of each that a reply named, in its order.

    Numbers count from 1.
    """

    outputs: tuple[Output, ...]
    numbers: tuple[int, ...]


def numbered(
    known: Sequence[Output], named: Sequence[Output], untouched: Collection[int] = ()
) -> Numbered:
    """The outputs of `known` as a reply that is newer names them; what is new comes after them.

    What it does not name any more stays as it was. `untouched` are the numbers of which nothing was
    saved, is on its way, or was decided: where all paths of a kind are new and as many as before,
    these take them in order, as it does not matter which of them gets which.
    """
    found = _found(known, named, untouched)
    outputs, numbers = list(known), list[int]()
    for place, output in enumerate(named):
        if place in found:
            outputs[found[place]] = output
            numbers.append(found[place] + 1)
        elif len(outputs) < OUTPUT_LIMIT:
            outputs.append(output)
            numbers.append(len(outputs))
    return Numbered(tuple(outputs), tuple(numbers))


def _found(
    known: Sequence[Output], named: Sequence[Output], untouched: Collection[int]
) -> dict[int, int]:
    """The places in `known` of those that `named` names, by their places there."""
    found: dict[int, int] = {}
    for marks in (_whole, _digest, _file_id, _parameters, _place, _path, _path_of_any_kind, _kind):
        old = _by(marks, known, set(found.values()))
        new = _by(marks, named, found.keys())
        for mark, before in old.items():
            now = new[mark]
            any_will_do = marks in (_whole, _digest) or (
                marks is _kind
                and len(before) == len(now)
                and all(place + 1 in untouched for place in before)
            )
            if any_will_do or len(before) == len(now) == 1:
                _pair(found, before, now)
    return found


def _pair(found: dict[int, int], before: Sequence[int], now: Sequence[int]) -> None:
    """Note that these places belong together, in order, so far as both are still without one."""
    taken = set(found.values())
    found.update(
        zip(
            (place for place in now if place not in found),
            [place for place in before if place not in taken],
            strict=False,
        )
    )


def _by(
    marks: Marks, outputs: Sequence[Output], without: Collection[int]
) -> dict[Hashable, list[int]]:
    """The places of the outputs that have each mark; those `without` are left out."""
    places = defaultdict[Hashable, list[int]](list)
    for place, output in enumerate(outputs):
        if place not in without:
            for mark in marks(output):
                places[mark].append(place)
    return places


# -- what an output is known by, the surest first ------------------------------------------------


def _whole(output: Output) -> Iterator[Hashable]:
    yield output.kind, output.where


def _digest(output: Output) -> Iterator[Hashable]:
    """An inline file is the same one whether or not its bytes are still kept."""
    if isinstance(output.where, Inline | SavedInline):
        yield output.kind, output.where.sha256


def _file_id(output: Output) -> Iterator[Hashable]:
    if output.file_id is not None:
        yield output.kind, output.file_id


def _parameters(output: Output) -> Iterator[Hashable]:
    """Some servers name the file in the query: then one parameter tells it from its neighbours."""
    url, _, query = _url(output).partition("?")
    for parameter in query.split("&") if query else ():
        yield output.kind, without_query(url), parameter


def _place(output: Output) -> Iterator[Hashable]:
    if url := _url(output):
        yield output.kind, without_query(url.partition("?")[0])


def _path(output: Output) -> Iterator[Hashable]:
    if path := _path_of(output):
        yield output.kind, path


def _path_of_any_kind(output: Output) -> Iterator[Hashable]:
    if path := _path_of(output):
        yield path


def _kind(output: Output) -> Iterator[Hashable]:
    yield output.kind


def _path_of(output: Output) -> str:
    """The path of its link without what signs it; hosts take turns at some stores."""
    address = without_query(_url(output).partition("?")[0])
    return address.partition("://")[2].partition("/")[2] or address


def _url(output: Output) -> str:
    """The URL or path that is asked for the file; empty where none is."""
    match output.where:
        case Link(url):
            return url
        case Content(path):
            return path
        case _:
            return ""
