"""Seed 001's gateway: GET /task/{task_id} with a bearer key, one route and many shapes of reply.

- A, MiniMax: top-level `status` is a word, `base_resp` beside it; `file_id` is no link but wants a
  second call (seed 001), see `dialects/minimax.py`.
- B, wrapped: `data.status` is the word, the top-level `status` an HTTP-like number (seed 001).
- C, jimeng: as B with `code` 10000; `done` means over, and `code` whether well; a video lives an
  hour, images 24; `not_found` and `expired` are words of its own (Volcengine, docs/85621).
- D, Bailian: DashScope's object, see `dialects/dashscope.py` (gpt.morphogen.top, bailian).
- E, Vidu: see `dialects/vidu.py` (gpt.morphogen.top, vidu).
- MiniMax's second version wraps its task in `task`, Kling has `task_status` in `data`: see
  `dialects/minimax.py` and `dialects/kling.py`. C to E and these may stand in `data` too.
- Null means the same as nothing, so it is told from what is there which shape a reply has.
- `resp_data` is JSON inside a text, different in each scenario (seed 001): not read.
- No interval, no error bodies and no lifetime of a record are documented.
"""

from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType

from rushes.providers.answers import (
    answer,
    because,
    business_problem,
    failure,
    speaks,
    without_task,
)
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import dashscope, kling, minimax, vidu
from rushes.providers.fields import replace
from rushes.providers.links import distinct, each, embedded, linked, usable
from rushes.providers.model import (
    Failure,
    Handle,
    Link,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.named import OF_TASKS, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply

CARD = Card(
    id="gptge",
    name="GPT.GE",
    docs="https://gpt.morphogen.top/en/video/hailuo/query-results.html",
    base_url="https://api.gpt.ge",
    route="/task/{task_id}",
    auth=Auth(env="GPTGE_API_KEY"),
    poll=PollPolicy(
        every=10.0, quote="the documents name no interval; 10 s is our choice", stated=False
    ),
    statuses=MappingProxyType(
        {
            **minimax.STATUSES,
            **dashscope.STATUSES,
            **vidu.STATUSES,
            "in_queue": Status.QUEUED,
            "generating": Status.RUNNING,
            "done": Status.SUCCEEDED,  # unless `code` says otherwise
            "not_found": Status.GONE,
            "expired": Status.GONE,
        }
    ),
    codes=MappingProxyType(
        {
            **minimax.CODES,
            "50429": ProblemKind.RATE_LIMITED,
            "50430": ProblemKind.RATE_LIMITED,
            "50500": ProblemKind.UNAVAILABLE,
            "50501": ProblemKind.UNAVAILABLE,
        }
    ),
    id_pattern=rf"\d{{10,24}}|{UUID}",  # MiniMax; Bailian
    hosts=r"(.+\.)?gpt\.ge",
    locate_route="/task/minimax/v1/files/retrieve?file_id={file_id}",
)

_FINE = (None, "0", "10000")
_JIMENG = "10000"
_DAY = timedelta(hours=24)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /task/{task_id}` said, in the form of any of its upstreams (seed 001)."""
    if problem := business_problem(CARD, *minimax.verdict(body)):
        return problem
    task = body["data"]
    if (snapshot := _upstream(body, ask)) is not None:
        return snapshot
    if task.is_object and task["status"].absent and (snapshot := _upstream(task, ask)) is not None:
        body.skip("code", "message")
        return replace(snapshot, request_id=snapshot.request_id or body["request_id"].text())
    if task.is_object or not body["code"].absent:
        return _wrapped(body, ask)
    return _flat(body, ask)


def _upstream(whole: Node, ask: Ask) -> Snapshot | None:
    """The snapshot of a reply in an upstream's own form; None for any other reply."""
    if whole["output"].is_object:
        return dashscope.whole_reply(CARD, whole, ask)
    if whole["state"].is_text:
        return vidu.whole_reply(CARD, whole, ask)
    if whole["task"].is_object:
        return minimax.second_version(CARD, whole, ask)
    return kling.whole_task(CARD, whole, ask) if kling.is_task(whole) else None


def _flat(body: Node, ask: Ask) -> Snapshot | Problem:
    code, message = minimax.verdict(body)
    if body["task_id"].absent and body["base_resp"].absent and not body["message"].absent:
        raise body["data"].unexpected("object")  # a gateway's refusal, whatever status it says
    if body["status"].absent and code in minimax.SENSITIVE:
        status, raw = Status.FAILED, message or code
    elif body["status"].absent and code not in _FINE:
        return without_task(CARD, code, message)
    else:
        status, raw = CARD.status(body["status"])
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["task_id"].ident(),
        failure=_why(code, message) if status is Status.FAILED else None,
        outputs=_files(body, ask) if status is Status.SUCCEEDED else (),
    )


def _wrapped(body: Node, ask: Ask) -> Snapshot | Problem:
    code, message = body["code"].code(), body["message"].text()
    task = body["data"]
    body.skip("status", "time_elapsed")
    if not task.is_object or task["status"].absent:
        if problem := business_problem(CARD, body["status"].code(), message):
            return problem
        if code not in _FINE:
            return without_task(CARD, code, message)
    status, raw = CARD.status(task.fields()["status"])
    if raw.casefold() == "done" and code is None:
        raise body["code"].unexpected("the code that says how it ended")
    if raw.casefold() == "done" and code not in _FINE:
        status = Status.FAILED
    task.skip("resp_data")
    files: tuple[Output, ...] = ()
    if status is Status.SUCCEEDED:
        files = (
            _files(task, ask, of_jimeng=code == _JIMENG)
            or kling.outputs(task, ask)
            or distinct(usable(named(task, ask, names=OF_TASKS)))
        )
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["task_id"].ident(),
        request_id=body["request_id"].text(),
        failure=_why(code, message) or _own_reason(task) if status is Status.FAILED else None,
        outputs=files,
    )


def _why(code: str | None, message: str | None) -> Failure | None:
    """The reason of a failed task by the reply's code and message; a success code is no reason."""
    if code not in _FINE:
        return because(code, message)
    return because(None, None if (message or "").casefold() == "success" else message)


def _own_reason(task: Node) -> Failure | None:
    """The reason inside the task, for replies whose own code and message report success."""
    said = task["fail_reason"].text() or task["task_status_msg"].text()
    return failure(task["error"]) or because(None, said)


def _files(task: Node, ask: Ask, *, of_jimeng: bool = False) -> tuple[Output, ...]:
    """The files of shapes A to C; a link outranks the file id of the same video."""
    hour, day = (timedelta(hours=1), _DAY) if of_jimeng else (None, None)
    width, height = task["video_width"].whole(), task["video_height"].whole()

    def by_link(link: Node) -> Iterator[Output]:
        for video in linked(link, ask, "video", hour):
            file_id = task["file_id"].text()
            yield replace(video, file_id=file_id, width=width, height=height)

    def by_id(node: Node) -> Iterator[Output]:
        if file_id := node.ident():
            handle = Output(kind="video", where=Handle(file_id), file_id=file_id)
            yield replace(handle, width=width, height=height)

    outputs = usable(
        (
            *each(task["video_url"], by_link),
            (task["file_id"], by_id),
            *each(task["image_urls"], lambda it: linked(it, ask, "image", day)),
            *each(task["binary_data_base64"], embedded),
        )
    )
    same_video = [output for output in outputs if output.file_id]
    return tuple(output for output in outputs if output not in same_video[1:])


def _located(reply: Reply, ask: Ask) -> Link | Problem:
    """The link that a file id stands for (gpt.morphogen.top, hailuo/address)."""
    return answer(CARD, reply, lambda body: minimax.download_url(CARD, body, ask))


PROVIDER = Provider(card=CARD, parse=parse, located=_located)
