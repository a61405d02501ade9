"""Black Forest Labs, FLUX: GET /v1/get_result?id={id} with the header `x-key` (docs.bfl.ai).

- A task belongs to the host that its submit response names in `polling_url`, `api.eu2.bfl.ai` and
  the like. Clients ask the global host for it as well; a key goes to one origin here, so a region
  of one's own is an account with that `base_url`.
- Moderation is an end: `Request Moderated` before and `Content Moderated` after the work, with the
  reasons in `details` (docs.bfl.ai); one of the vendor's clients polls on at the first of them.
- `Task not found` comes under HTTP 200 and 404, also right after a submit: it is no end by itself.
- Newer readers take `state` where there is no `status`, and `Failed` for `Error` (the AI SDK).
- `progress` is a share of one; `result.start_time` and `end_time` are Unix seconds with a fraction.
- A link lives 10 minutes (the vendor's guide), and its signature says until when.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from rushes.providers.answers import because, speaks, without_task
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.links import Place, distinct, each, elements, usable
from rushes.providers.model import Failure, Problem, ProblemKind, Scalar, Snapshot, Status
from rushes.providers.named import bare, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="bfl",
    name="Black Forest Labs",
    docs="https://docs.bfl.ai/api-reference/utility/get-result",
    base_url="https://api.bfl.ai",
    route="/v1/get_result?id={task_id}",
    auth=Auth(env="BFL_API_KEY", header="x-key", scheme=""),
    poll=PollPolicy(every=2.0, quote="the vendor's guide asks every 2 s, its examples every 0.5 s"),
    statuses=MappingProxyType(
        {
            "pending": Status.QUEUED,
            "ready": Status.SUCCEEDED,
            "error": Status.FAILED,
            "failed": Status.FAILED,
            "request moderated": Status.FAILED,
            "content moderated": Status.FAILED,
        }
    ),
    codes=MappingProxyType({"task not found": ProblemKind.NOT_FOUND}),
    id_pattern=UUID,
    hosts=r"(.+\.)?bfl\.(ai|ml)",
    output_lifetime=timedelta(minutes=10),
)

_OF_NO_INTEREST = ("seed", "duration", "width", "height")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/get_result` said (docs.bfl.ai)."""
    task_id = body["id"].ident()
    if task_id is None and (message := body["message"].text()):
        return without_task(CARD, body["code"].code(), message)
    word = body["status"] if body["state"].absent else body["state"]
    if (kind := CARD.codes.get((word.text() or "").casefold())) is not None:
        return Problem(kind=kind, message=word.word().casefold())
    status, raw = CARD.status(word)
    body.skip("preview", "status", "input_mp", "output_mp", "polling_url")
    result = body["result"].optional()
    result.skip(*_OF_NO_INTEREST)
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task_id,
        progress=body["progress"].fraction(),
        prompt=result["prompt"].text(),
        started_at=result["start_time"].epoch(),
        finished_at=result["end_time"].epoch() if status.terminal else None,
        usage=_usage(body),
        failure=_why(body, raw) if status is Status.FAILED else None,
        outputs=distinct(usable(_places(result, ask))) if status is Status.SUCCEEDED else (),
    )


def _usage(body: Node) -> dict[str, Scalar]:
    """What the task cost, in credits; null until it is settled."""
    said = body.scalars_of("cost")
    return {name: value for name, value in said.items() if value is not None}


def _why(body: Node, raw: str) -> Failure | None:
    """Why it failed: the reasons of a moderation with its word as the code, else the error."""
    details = body["details"].optional()
    reasons = [said for it in elements(details["Moderation Reasons"]) if (said := it.text())]
    if "moderated" in raw.casefold():
        return because(raw, ", ".join(reasons) or details["error"].text())
    places = (details["error"], details["message"], body["error"])
    return because(None, next(filter(None, (node.text() for node in places)), None))


def _places(result: Node, ask: Ask) -> Iterator[Place]:
    """Yield the places of links: `sample` of a picture, one or several, and other names."""
    yield from each(result["sample"], partial(bare, ask=ask, otherwise="image"))
    yield from each(result["samples"], partial(bare, ask=ask, otherwise="image"))
    yield from named(result, ask, otherwise="image")


PROVIDER = Provider(card=CARD, parse=parse)
