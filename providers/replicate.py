"""Replicate: GET /v1/predictions/{id} with a bearer token (replicate.com/docs/reference/http).

- `output` is whatever the model returns: a text, a list or an object, with files as links or as
  `data:` URLs; a text that is no link is the model's answer and no file (HTTP API, predictions).
- `aborted` means that the deadline passed before the start, `canceled` that it passed while it
  ran, or that a person canceled it; the vendor's own clients wait on after `aborted` (prediction
  lifecycle; the clients).
- Input, output, logs and files of what was asked for over the API are removed an hour after the
  end: the record then says `succeeded` with `output` null. What was started on the website
  (`source` is `web`) stays (data retention).
- Progress is told by the bars in `logs` alone, and so the vendor's client reads it.
- Errors are `{title, detail, status}`, 429 among them (HTTP API, rate limits).
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from rushes.providers.answers import failure, speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.files import files
from rushes.providers.listings import ListedTask, Listing
from rushes.providers.model import Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask


def _listed(body: Node) -> Iterator[ListedTask]:
    """The predictions of a page, each as it comes alone."""
    for item in body.fields()["results"].items():
        task = item.optional()
        yield ListedTask(task["id"].ident(), task["created_at"].time(), item.value)


def _following(body: Node, _: int) -> str | None:
    """The cursor of the link to the next page."""
    if "results" not in body:
        raise body["results"].unexpected("list")
    link = body["next"].text() or ""
    return next(iter(parse_qs(urlsplit(link).query).get("cursor", [])), None)


CARD = Card(
    id="replicate",
    name="Replicate",
    docs="https://replicate.com/docs/reference/http",
    base_url="https://api.replicate.com",
    route="/v1/predictions/{task_id}",
    listing=Listing(
        first="/v1/predictions",
        route="/v1/predictions?cursor={page}",
        parts=_listed,
        following=_following,
    ),
    auth=Auth(env="REPLICATE_API_TOKEN"),
    poll=PollPolicy(
        every=3.0,
        quote="its clients ask every 0.5 s; at most 3,000 reads/min for an account",
        allowed=50.0,
        stated=False,
    ),
    statuses={
        "starting": Status.QUEUED,
        "processing": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "failed": Status.FAILED,
        "canceled": Status.CANCELED,
        "aborted": Status.CANCELED,
    },
    id_pattern=r"[0-9a-z]{26}",
    no_task="0" * 26,
    hosts=r"(.+\.)?replicate\.(com|delivery)",
)

_LIFETIME = timedelta(hours=1)
_OF_NO_INTEREST = (
    *("input", "logs", "urls", "version", "source", "deadline", "deployment", "webhook"),
    *("webhook_events_filter", "data_removed", "output", "metrics"),
)
_BAR = re.compile(r"(?:^|[\r\n])[^\r\n|]{0,80}?\b(\d{1,3})%\s*\|")
_LOG_TAIL = 4096


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/predictions/{id}` said."""
    status, raw = CARD.status(body["status"])
    body.skip(*_OF_NO_INTEREST)
    lifetime = None if body["source"].value == "web" else _LIFETIME
    completed = body["completed_at"].time()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["id"].word(),
        progress=_progress(body["logs"]) if status is Status.RUNNING else None,
        model=body["model"].text(),
        prompt=body["input"].optional()["prompt"].text(),
        created_at=body["created_at"].time(),
        started_at=body["started_at"].time(),
        finished_at=completed if status.terminal else None,
        usage=body["metrics"].scalars(),
        failure=failure(body["error"]) if status is Status.FAILED else None,
        outputs=files(body["output"], ask, lifetime) if status is Status.SUCCEEDED else (),
    )


def _progress(logs: Node) -> int | None:
    """The per cent of the last bar in the logs."""
    bars = _BAR.findall(logs.value[-_LOG_TAIL:]) if isinstance(logs.value, str) else []
    return int(bars[-1]) if bars and int(bars[-1]) <= 100 else None


PROVIDER = Provider(card=CARD, parse=parse)
