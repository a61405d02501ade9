"""HiAPI: GET /v1/tasks/{id} with a bearer key (seed 000).

- `completed` is 0 until the task is over (seed 000).
- A failed task too has HTTP 200, code 200, message "success"; `data.status` counts (seed 000).
- A task that is not there comes as body code 404, possibly under HTTP 200 (seed 000).
- `code` repeats the HTTP status; the word for what is wrong is in `error_code` (the gateway's SDK).
- Several outputs per task, each with its own `expireAt` in Unix seconds (seed 000).
- The list of one's own tasks has them in `data.tasks`, newest first, with `data.total` (the SDK).
- `route` and `storage` may stand beside the documented fields (the gateway's SDK).
- A vendor's blog post has other words (`pending`, `succeeded`, `timeout`); it contradicts the
  documents and the SDK, and no word is taken from it that means an end nowhere else.
"""

from collections.abc import Iterator

from rushes.providers.answers import because, business_problem, failure, speaks, without_task
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.expiry import signed
from rushes.providers.fields import replace
from rushes.providers.links import at_url, each, elements, usable
from rushes.providers.listings import ListedTask, Listing, numbered
from rushes.providers.model import Failure, Output, Problem, Snapshot, Status
from rushes.providers.named import end_of, kind_of
from rushes.providers.node import Json, Node
from rushes.providers.reply import Ask


def _listed(body: Node) -> Iterator[ListedTask]:
    """The tasks of a page, each as it comes alone."""
    for item in body["data"].fields()["tasks"].items():
        task = item.optional()
        document: Json = {"code": 200, "message": "success", "data": item.value}
        yield ListedTask(task["taskId"].ident(), task["created"].epoch(), document)


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
    listing=Listing(
        first="/v1/tasks?page=1&size=20",
        route="/v1/tasks?page={page}&size=20",
        parts=_listed,
        following=numbered("tasks", "total", 20, within="data"),
    ),
    id_pattern=r"tk-hiapi-[0-9A-Za-z]{4,64}",
    own_ids=True,
    no_task="tk-hiapi-00000000000000000000000000",
    hosts=r"(.+\.)?hiapi\.ai",
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said (seed 000)."""
    code, message = body["code"].code(), body["message"].text()
    word = body["error_code"].code()
    if problem := business_problem(CARD, code, message):
        return replace(problem, code=word or code)
    if word and body["data"].absent:
        return without_task(CARD, word, message)
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
        failure=_why(body, task) if status is Status.FAILED else None,
        outputs=(
            usable(each(task["output"], lambda item: _output(item, ask)))
            if status is Status.SUCCEEDED
            else ()
        ),
    )


def _why(body: Node, task: Node) -> Failure | None:
    """The task's own reason; its code may also be a field of the task or of the reply."""
    said = failure(task["error"])
    code = task["error_code"].code() or body["error_code"].code()
    message = task["error_message"].text() or task["message"].text()
    return because(said.code or code, said.message or message) if said else because(code, message)


def _output(item: Node, ask: Ask) -> Iterator[Output]:
    said = item["type"].text() if item.is_object else None
    ends = end_of(item) if item.is_object else ()
    for link in elements(item["url"] if item.is_object else item):
        if (where := at_url(link, ask)) is not None:
            kind = said or kind_of(where, "file")
            yield Output(kind=kind, where=where, claims=ends + signed(where))


PROVIDER = Provider(card=CARD, parse=parse)
