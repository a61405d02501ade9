"""A documented list of an account's own tasks, so that ids that were lost are found again."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from rushes.providers.frozen import frozen
from rushes.providers.node import Json, Node
from rushes.providers.routes import parts_in


class ListedTask(NamedTuple):
    """A task in a list: its id, when it was submitted, and what its own answer would be as JSON.

    `document` is None where the list tells less of a task than a question about it.
    """

    task_id: str | None
    created_at: datetime | None
    document: Json


@frozen(kw_only=True)
class Listing:
    """A list of an account's own tasks in pages, in whatever order.

    `first` is the path of its first page; in `route`, `{page}` stands for what names another one.
    `parts` yields the tasks of a page, and `following` what names the page after the one of that
    number (from 1), None where there is none. Both raise UnexpectedReply for a reply that is no
    such list.
    """

    first: str
    route: str
    parts: Callable[[Node], Iterable[ListedTask]]
    following: Callable[[Node, int], str | None]

    def is_route(self, path: str) -> bool:
        """Whether a path is that of one of its pages."""
        return path == self.first or parts_in(self.route, path) is not None


def numbered(
    tasks: str, total: str, size: int, within: str = ""
) -> Callable[[Node, int], str | None]:
    """What names the following page where pages have numbers and the reply says how many there are.

    `tasks` and `total` are the names of the members that hold a page's tasks, and their number over
    all pages, in the reply or in its member `within`; `size` is how many a page has.
    """

    def following(reply: Node, number: int) -> str | None:
        page = reply[within].fields() if within else reply.fields()
        if tasks not in page:
            raise page[tasks].unexpected("list")
        whole, here = page[total].whole(), sum(1 for _ in page[tasks].items())
        more = here >= size if whole is None else here > 0 and number * size < whole
        return str(number + 1) if more else None

    return following
