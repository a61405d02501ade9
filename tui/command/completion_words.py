"""`rushes completion --list KIND`: what is there now, for the shells' completions to offer.

A shell asks at each press of tab. Tasks, labels and tags are read from the watchlist alone: no
history, no settings and nothing of the engine is loaded for them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from rushes.providers.text import clean
from rushes.watch.disk.paths import Paths
from rushes.watch.task import Entry
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
from rushes.watch.watchlist.file import WatchlistFile, list_names, path_for

TYPE_CHECKING = False  # `typing` takes as long to load as a short watchlist
if TYPE_CHECKING:
    from typing import TypeAlias

Offer: "TypeAlias" = tuple[str, str]
"""A word, and what to say of it, "" for nothing."""


class Place:
    """What is to be completed: the word begun, of that watchlist, in that environment.

    `every` is whether accounts that are of no use now are offered, too.
    """

    def __init__(
        self, begun: str, watchlist: str, environ: Mapping[str, str], *, every: bool = False
    ) -> None:
        self.begun = begun
        self.every = every
        self.environ = environ
        self.paths = Paths.find(environ)
        self._watchlist = watchlist or DEFAULT_WATCHLIST

    def entries(self) -> Iterator[Entry]:
        """The entries of the watchlist; raises BadName and BadWatchlist."""
        path = path_for(self._watchlist, self.paths)
        file = WatchlistFile(path, trusted=self.paths.trusted, cache=self.paths.cache)
        return file.look().entries()


def offers(kind: str, place: Place) -> Iterator[Offer]:
    """What of that kind the word begun may become; raises the errors of reading it."""
    for word, about in KINDS[kind](place):
        if word.startswith(place.begun):
            yield word, clean(about, 200)


def _refs(place: Place) -> Iterator[Offer]:
    """Tasks by their ids, which are refs as well; by their refs where a colon is typed."""
    whole = ":" in place.begun
    for entry in place.entries():
        about = f"{entry.ref.provider}  {entry.label}".rstrip()
        yield (str(entry.ref) if whole else entry.ref.id), about


def _labels(place: Place) -> Iterator[Offer]:
    for label in dict.fromkeys(entry.label for entry in place.entries()):
        if label:
            yield label, ""


def _tags(place: Place) -> Iterator[Offer]:
    for tag in dict.fromkeys(tag for entry in place.entries() for tag in entry.tags):
        yield tag, ""


def _watchlists(place: Place) -> Iterator[Offer]:
    for name in list_names(place.paths):
        yield name, ""


def _providers(place: Place) -> Iterator[Offer]:
    """The accounts that are of use; all of them once none of those begins so."""
    from rushes.watch.config.accounts import of_use
    from rushes.watch.config.settings import load

    every = load(place.paths.config, place.environ).accounts.values()
    beginning = [account for account in every if account.id.startswith(place.begun)]
    watched = {entry.ref.provider for entry in place.entries()}
    for account in (not place.every and of_use(beginning, watched)) or beginning:
        yield account.id, account.base


def _filter(place: Place) -> Iterator[Offer]:
    """The fields of a filter; after a field and its colon what may follow there."""
    from rushes.watch.filter_terms import vocabulary

    known = vocabulary()
    no = "-" if place.begun.startswith("-") else ""
    if place.begun.startswith(f"{no}@"):
        for name, meant in _views(place):
            yield f"{no}@{name}", meant
        return
    field, colon, value = place.begun.removeprefix("-").partition(":")
    if not colon:
        for name in known:
            yield f"{no}{name}", ""
        return
    # Several may be listed: the last one is completed.
    done = f"{no}{field}:{value[: value.rfind(',') + 1]}"
    for word in _values(field, known.get(f"{field}:", ()), place):
        yield done + (f'"{word}"' if " " in word else word), ""


def _views(place: Place) -> Iterable[Offer]:
    from rushes.watch.config.settings import load

    return load(place.paths.config, place.environ).views.items()


def _columns(place: Place) -> Iterator[Offer]:
    """The columns of `ls`; several may be listed, and the last one is completed."""
    from rushes.watch.config.listing import ListColumn

    done = place.begun[: place.begun.rfind(",") + 1]
    for column in ListColumn:
        yield f"{done}{column.value}", ""


def _orders(_: Place) -> Iterator[Offer]:
    """What `ls` sorts by; with `-` in front the greatest first."""
    from rushes.watch.sorting import SortKey

    for key in SortKey:
        yield key.value, ""
        yield f"-{key.value}", ""


def _values(field: str, words: Iterable[str], place: Place) -> Iterator[str]:
    match field:
        case "provider":
            yield from dict.fromkeys(entry.ref.provider for entry in place.entries())
        case "tag":
            yield from (tag for tag, _ in _tags(place))
        case "label":
            yield from (label for label, _ in _labels(place))
        case _:
            yield from words


KINDS: Mapping[str, Callable[[Place], Iterator[Offer]]] = MappingProxyType(
    {
        "refs": _refs,
        "labels": _labels,
        "tags": _tags,
        "filter": _filter,
        "columns": _columns,
        "orders": _orders,
        "watchlists": _watchlists,
        "providers": _providers,
    }
)
"""What can be asked for."""
