"""A documented request about several tasks at once."""

from collections.abc import Callable, Iterable, Sequence

from rushes.providers.frozen import frozen
from rushes.providers.node import Json, Node
from rushes.providers.routes import PATH_LIMIT, is_segment, parts_in, segment


@frozen(kw_only=True)
class Batch:
    """A documented request about several tasks at once.

    In `route`, `{task_ids}` stands for the ids, each in the form of `each`, with `between` between
    them; `limit` is how many there may be. `parts` yields the id of each task that the reply is
    about, and what its answer would be to a question about it alone, as JSON; it raises
    UnexpectedReply for a reply that is no such list, and yields None for an element without an id.
    """

    route: str
    limit: int
    parts: Callable[[Node], Iterable[tuple[str | None, Json]]]
    each: str = "{task_id}"
    between: str = ","

    def path(self, task_ids: Sequence[str]) -> str:
        """The path that asks for these tasks."""
        ids = self.between.join(self.each.format(task_id=segment(one)) for one in task_ids)
        return self.route.format(task_ids=ids)

    def takes(self, task_id: str) -> bool:
        """Whether a task can be asked about with others: no server splits its id in two."""
        return is_segment(task_id) and self.between not in task_id

    def room(self, task_ids: Sequence[str]) -> int:
        """How many of these, from the first on, one request can ask for."""
        count, length = 0, len(self.path(()))
        for task_id in task_ids[: self.limit]:
            length += len(self.between) + len(self.each.format(task_id=segment(task_id)))
            if length > PATH_LIMIT:
                break
            count += 1
        return count

    def is_route(self, path: str) -> bool:
        """Whether a path is this one, with ids that it takes."""
        before, after = self.route.split("{task_ids}")
        middle = path.removeprefix(before).removesuffix(after)
        if len(path) != len(before) + len(middle) + len(after) or len(path) > PATH_LIMIT:
            return False
        found = [parts_in(self.each, one) for one in middle.split(self.between)]
        ids = [parts["task_id"] for parts in found if parts is not None]
        return len(ids) == len(found) <= self.limit and all(map(self.takes, ids))
