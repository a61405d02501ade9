"""HiAPI: GET /v1/tasks/{id} with a bearer key (seed 000).

- `completed` is 0 until the task is over (seed 000).
- A failed task too has HTTP 200, code 200, message "success"; `data.status` counts (seed 000).
- A task that is not there comes as body code 404, possibly under HTTP 200 (seed 000).
- Several outputs per task, each with its own `expireAt` in Unix seconds (seed 000).
- `route` and `storage` may stand beside the documented fields (the gateway's SDK).
- A vendor's blog post has other words (`pending`, `succeeded`, `timeout`); it contradicts the
  documents and the SDK, and a word that might end a task is not taken from it.
"""

from collections.abc import Iterator

from providers.answers import business_problem, failure, speaks
from providers.card import Auth, Card, PollPolicy, Provider
from providers.expiry import signed, stated
from providers.links import at_url, usable_outputs
from providers.model import Output, Problem, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

CARD = Card(
    id="hiapi",
    name="HiAPI",
    docs="https://docs.hiapi.ai/async-api/",
    base_url="https://api.hiapi.ai",
    route="/v1/tasks/{task_id}",
    auth=Auth(env="HIAPI_API_KEY"),
    poll=PollPolicy(every=3.0, quote="the gateway's own SDK asks every 3 s"),
    statuses={
        "queued": Status.QUEUED,
        "handling": Status.RUNNING,
        "archiving": Status.FINALIZING,
        "success": Status.SUCCEEDED,
        "fail": Status.FAILED,
    },
    id_pattern=r"tk-hiapi-[0-9A-Za-z]{4,64}",
    own_ids=True,
    hosts=r"(.+\.)?hiapi\.ai",
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said (seed 000)."""
    code, message = body["code"].code(), body["message"].text()
    if problem := business_problem(CARD, code, message):
        return problem
    task = body["data"].fields()
    task.skip("route", "storage")
    status, raw = CARD.status(task["status"])
    completed = task["completed"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["taskId"].ident(),
        model=task["model"].text(),
        created_at=task["created"].epoch(),
        finished_at=completed if status.terminal else None,
        failure=failure(task["error"]) if status is Status.FAILED else None,
        outputs=(
            usable_outputs(task["output"].items(), lambda item: _output(item, ask))
            if status is Status.SUCCEEDED
            else ()
        ),
    )


def _output(item: Node, ask: Ask) -> Iterator[Output]:
    where = at_url(item.fields()["url"], ask)
    if where is not None:
        claims = stated(item["expireAt"].epoch()) + signed(where)
        yield Output(kind=item["type"].text() or "file", where=where, claims=claims)


PROVIDER = Provider(card=CARD, parse=parse)
