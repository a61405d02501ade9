"""What can be copied of tasks: each kind with its letter, and its text where there is any."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.text import clean, without_query
from rushes.watch.asset import Asset
from rushes.watch.task import Task


class Part(Enum):
    """A part of a task that can be copied, by the letter that chooses it."""

    ID = "i"
    REF = "r"
    LINK = "l"
    PATH = "f"
    PROMPT = "p"
    ERROR = "e"
    REQUEST = "q"
    UPSTREAM = "u"
    ALL = "a"


@frozen
class Copyable:
    """A part with its text; `shown` is what may stand on a screen of it."""

    part: Part
    text: str
    shown: str


@frozen
class Chosen:
    """The tasks of which something is copied; of a single one perhaps only output `n`."""

    tasks: Sequence[Task]
    now: datetime
    n: int | None = None

    def assets(self, task: Task) -> Iterator[Asset]:
        """The outputs that count."""
        return (asset for asset in task.assets(self.now) if self.n in (None, asset.n))


def copyable(chosen: Chosen, told: Callable[[Task], str]) -> tuple[Copyable, ...]:
    """What there is to copy, in the order in which it is asked for; `told` is all of a task."""
    found: list[Copyable] = []
    for part in Part:
        if part is Part.ALL:
            continue
        texts = [text for task in chosen.tasks for text in _TEXTS[part](chosen, task) if text]
        if texts:
            text = "\n".join(texts)
            shown = without_query(texts[0]) if part is Part.LINK else texts[0]
            found.append(Copyable(part, text, shown))
    everything = "\n\n".join(map(told, chosen.tasks))
    return (*found, Copyable(Part.ALL, everything, ""))


def _links(chosen: Chosen, task: Task) -> Sequence[str | None]:
    return [asset.url for asset in chosen.assets(task)]


def _paths(chosen: Chosen, task: Task) -> Sequence[str | None]:
    fetches = (asset.fetch for asset in chosen.assets(task) if asset.saved)
    return [clean(fetch.place) for fetch in fetches if fetch and fetch.place]


_TEXTS: Mapping[Part, Callable[[Chosen, Task], Sequence[str | None]]] = {
    Part.ID: lambda _, task: [task.ref.id],
    Part.REF: lambda _, task: [str(task.ref)],
    Part.LINK: _links,
    Part.PATH: _paths,
    Part.PROMPT: lambda _, task: [task.prompt],
    Part.ERROR: lambda _, task: [task.error],
    Part.REQUEST: lambda _, task: [task.snapshot.request_id if task.snapshot else None],
    Part.UPSTREAM: lambda _, task: [task.snapshot.upstream_id if task.snapshot else None],
}
