"""MiniMax, Hailuo: two versions of one query, a bearer key, and the version is part of the id.

- The first, `GET /v1/query/video_generation?task_id=`: an id as it is. Its file is no link but a
  `file_id`, exchanged at `GET /v1/files/retrieve` for one that lives 9 hours from then (MiniMax,
  video generation), so it is asked for when the file is fetched.
- The second (H3), `GET /v2/query/video_generation/{id}`: `v2/` and the id. Its answer has the link;
  another query makes a fresh one.
- Both versions' ids are digits alone, and neither query is documented to know the other's tasks.
- `base_resp` holds business codes under HTTP 200: those for pace, key and balance are about the
  poll, those for sensitive content about the task. Clients that give up at any of them lose tasks.
- Only the second version has a list of one's own tasks (MiniMax, v2 query).
- The second version ends its messages with the code, `… (1004)`, and says with HTTP 500 that a
  record is not found (clients); after 7 days an id is an `invalid task_id` (MiniMax, v2 query).
"""

from collections.abc import Iterator
from types import MappingProxyType

from rushes.providers.answers import answer, because, business_problem, speaks, without_task
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.codes import says_not_found
from rushes.providers.dialects import minimax
from rushes.providers.fields import replace
from rushes.providers.links import linked, usable
from rushes.providers.listings import ListedTask, Listing, numbered
from rushes.providers.model import Handle, Link, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.node import Json, Node
from rushes.providers.reply import Ask, Reply


def _listed(body: Node) -> Iterator[ListedTask]:
    """The tasks of a page of the second version's list, each as it comes alone."""
    for item in body.fields()["items"].items():
        task = item.optional()
        task_id = task["id"].ident() or task["task_id"].ident()
        document: Json = {"task": item.value}
        yield ListedTask(task_id and f"v2/{task_id}", task["created_at"].epoch(), document)


CARD = Card(
    id="minimax",
    name="MiniMax",
    docs="https://platform.minimax.io/docs/api-reference/video-generation-query",
    base_url="https://api.minimax.io",
    id_form=r"(?P<task_id>[^/]+)",
    route="/v1/query/video_generation?task_id={task_id}",
    other_routes=((r"v2/(?P<task_id>[^/]+)", "/v2/query/video_generation/{task_id}"),),
    locate_route="/v1/files/retrieve?file_id={file_id}",
    listing=Listing(
        first="/v2/query/video_generation?page_num=1&page_size=50",
        route="/v2/query/video_generation?page_num={page}&page_size=50",
        parts=_listed,
        following=numbered("items", "total", 50),
    ),
    auth=Auth(env="MINIMAX_API_KEY"),
    poll=PollPolicy(every=20.0, quote="the vendor's own MCP server asks every 20 s"),
    statuses=MappingProxyType({**minimax.STATUSES, "expired": Status.FAILED}),
    codes=minimax.CODES,
    id_pattern=r"(?:v2/)?\d{15}",
    no_task="100000000000000",
    hosts=r"(.+\.)?(minimax\.io|minimaxi\.com|minimax\.chat|minimaxi\.chat)",
)

_FINE = (None, "0")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What either version's query said."""
    if body["task"].is_object:
        return minimax.second_version(CARD, body, ask)
    code, message = minimax.verdict(body)
    if problem := business_problem(CARD, code, message):
        return problem
    if not body["status"].absent and not body["task_id"].absent:
        status, raw = CARD.status(body["status"])
    elif code in minimax.SENSITIVE:
        status, raw = Status.FAILED, message or code
    elif code not in _FINE:
        problem = without_task(CARD, code, message)
        gone = says_not_found(message)  # under HTTP 200, too
        return replace(problem, kind=ProblemKind.NOT_FOUND) if gone else problem
    else:
        raise body["task_id"].unexpected("the task's id")
    files = _files(body, ask) if status is Status.SUCCEEDED else ()
    if status is Status.SUCCEEDED and code in minimax.SENSITIVE and not files:
        status = Status.FAILED  # made, and kept back
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["task_id"].ident(),
        failure=because(code, message) if status is Status.FAILED and code not in _FINE else None,
        outputs=files,
    )


def _files(body: Node, ask: Ask) -> tuple[Output, ...]:
    """The file of a task of the first version; a link, where one came, outranks its file id."""
    width, height = body["video_width"].whole(), body["video_height"].whole()

    def by_link(node: Node) -> Iterator[Output]:
        for video in linked(node, ask, "video"):
            yield replace(video, file_id=body["file_id"].text(), width=width, height=height)

    def by_id(node: Node) -> Iterator[Output]:
        if file_id := node.ident():
            where = Handle(file_id)
            yield Output(kind="video", where=where, file_id=file_id, width=width, height=height)

    return usable(((body["video_url"], by_link), (body["file_id"], by_id)))[:1]


def _located(reply: Reply, ask: Ask) -> Link | Problem:
    """The link that a file id stands for (MiniMax, video download)."""
    return answer(CARD, reply, lambda body: minimax.download_url(CARD, body, ask))


PROVIDER = Provider(card=CARD, parse=parse, located=_located)
