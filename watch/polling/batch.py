"""Takes the reply to a question about several tasks apart. Pure.

Each part is read as the answer about its own task would be, and kept as that task's last reply. A
part belongs to a task only if its id is exactly the task's, and no other part says so, too.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rushes.providers.batches import Batch
from rushes.providers.card import Provider
from rushes.providers.errors import UnexpectedReply
from rushes.providers.frozen import frozen
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.node import Json
from rushes.providers.reply import Ask, Reply, read_json
from rushes.watch.task import Ref


@frozen
class Parts:
    """What a reply says about each task that it speaks of, or the problem of the whole reply."""

    results: Mapping[Ref, tuple[Snapshot | Problem, Reply]]
    problem: Problem | None = None


def read_parts(provider: Provider, refs: Sequence[Ref], reply: Reply, base: str) -> Parts:
    """What the reply to a question about `refs` says; `base` is the account's base URL."""
    batch = provider.card.batch
    if batch is None or not 200 <= reply.status < 300:
        return Parts({}, problem_of(provider, reply, base))
    try:
        found = _by_id(batch, reply)
    except UnexpectedReply:
        return Parts({}, problem_of(provider, reply, base))
    results: dict[Ref, tuple[Snapshot | Problem, Reply]] = {}
    halves = 0
    for ref in refs:
        said = found.get(ref.id, [])
        if len(said) == 1:
            own = replace(reply, body=written(said[0]))
            result = provider.parse(own, Ask(ref.id, base))
            if isinstance(result, Snapshot) and result.then is not None:
                halves += 1  # it is asked alone, as the second question is about one task
            else:
                results[ref] = result, own
    # An empty list, or a refusal under a good status: alone the same would say which.
    return Parts(results) if results or halves else Parts({}, problem_of(provider, reply, base))


def _by_id(batch: Batch, reply: Reply) -> Mapping[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for task_id, document in batch.parts(read_json(reply.body)):
        if task_id is not None:
            found[task_id].append(document)
    return found


def problem_of(provider: Provider, reply: Reply, base: str) -> Problem:
    """The problem of a reply that is no list of tasks: a refusal says the same in either form."""
    result = provider.parse(reply, Ask(None, base))
    if isinstance(result, Problem):
        return result
    message = "the answer about several tasks is no list of them"
    return Problem(kind=ProblemKind.MALFORMED, message=message, http_status=reply.status)


def written(document: Json) -> bytes:
    """A JSON document as the body of a reply."""
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(document).encode()
