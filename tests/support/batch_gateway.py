"""A made-up gateway whose documents have a request about several tasks, and what it answers.

One task: `GET /v1/tasks/{id}`, the task itself. Several: `GET /v1/tasks?task_ids=a,b`, a list.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from rushes.providers.answers import speaks, without_task
from rushes.providers.batches import Batch
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.model import Problem, Snapshot, Status
from rushes.providers.node import Json, Node
from rushes.providers.reply import Ask

LIMIT = 4

ONE, SEVERAL = r"/v1/tasks/([^?]+)", r"/v1/tasks\?task_ids=(.*)"


def parts(body: Node) -> Iterator[tuple[str | None, Json]]:
    """The tasks of a list, each as it comes alone."""
    for item in body["items"].items():
        yield item["id"].text() if item.is_object else None, item.value


BATCH = Batch(route="/v1/tasks?task_ids={task_ids}", limit=LIMIT, parts=parts)

CARD = Card(
    id="batching",
    name="Batching",
    docs="https://docs.batching.example",
    base_url="https://api.batching.example",
    route="/v1/tasks/{task_id}",
    batch=BATCH,
    auth=Auth(env="BATCHING_API_KEY"),
    poll=PollPolicy(every=5.0, quote="made for tests"),
    statuses={"going": Status.RUNNING, "done": Status.SUCCEEDED},
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said."""
    del ask
    if body["status"].absent:
        return without_task(CARD, body["code"].code(), body["message"].text())
    status, raw = CARD.status(body["status"])
    return Snapshot(status=status, raw_status=raw, task_id=body["id"].ident())


PROVIDER = Provider(card=CARD, parse=parse)


def task(task_id: str, word: str = "going", **more: object) -> dict[str, object]:
    """A task as the gateway writes it."""
    return {"id": task_id, "status": word, "prompt": f"a prompt of {task_id}", **more}


@dataclass
class Answers:
    """What the gateway answers to a target: status, headers and body; and what it was asked.

    `several` has the whole answer about several tasks where it is not the list of them, `listed`
    what stands in the list for a task: nothing, or one part or more.
    """

    several: Callable[[list[str]], tuple[int, Mapping[str, str], bytes] | None] = lambda _: None
    listed: Callable[[str], list[object]] = lambda task_id: [task(task_id)]
    one: Callable[[str], tuple[int, Mapping[str, str], bytes] | None] = lambda _: None
    asked: list[list[str]] = field(default_factory=list[list[str]])

    def to(self, target: str) -> tuple[int, Mapping[str, str], bytes]:
        """The answer to a request."""
        if (found := re.fullmatch(ONE, target)) is not None:
            task_id = unquote(found[1])
            self.asked.append([task_id])
            return self.one(task_id) or (200, {}, json.dumps(task(task_id)).encode())
        found = re.fullmatch(SEVERAL, target)
        assert found is not None, target
        ids = [unquote(one) for one in found[1].split(",")]
        self.asked.append(ids)
        said = self.several(ids)
        if said is not None:
            return said
        items = [item for task_id in ids for item in self.listed(task_id)]
        return 200, {}, json.dumps({"items": items}).encode()
