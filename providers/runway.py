"""Runway: GET /v1/tasks/{id} with a bearer key and `X-Runway-Version` (docs.dev.runwayml.com).

- `THROTTLED` waits for the account's own concurrency: queued (API reference, task).
- `CANCELLED` is said of a task that was canceled or deleted (the vendor's client).
- `progress` is 0 to 1 and there while a task is `RUNNING` only (the same).
- `estimatedCost.credits` stands in a task that goes on, `cost.credits` in one that is over, less
  what was given back (the same).
- `output` lists links to CloudFront that end within 24 to 48 hours, told by the `exp` of their
  `_jwt`; to ask for the task again brings fresh ones (API output formats; public links).
- `failureCode` tells moderation (`SAFETY.…`) from faults (`INTERNAL.…`) (task failures).
- No time is told but `createdAt`.
"""

from datetime import timedelta
from functools import partial

from rushes.providers.answers import because, speaks
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.links import each, usable
from rushes.providers.model import Problem, Scalar, Snapshot, Status
from rushes.providers.named import bare
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="runway",
    name="Runway",
    docs="https://docs.dev.runwayml.com/api",
    base_url="https://api.dev.runwayml.com",
    route="/v1/tasks/{task_id}",
    auth=Auth(env="RUNWAYML_API_SECRET"),
    headers={"X-Runway-Version": "2024-11-06"},
    poll=PollPolicy(every=6.0, quote="not more often than every 5 s; its client asks every 6 s"),
    statuses={
        "pending": Status.QUEUED,
        "throttled": Status.QUEUED,
        "running": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "failed": Status.FAILED,
        "cancelled": Status.CANCELED,
    },
    id_pattern=UUID,
    hosts=r"(.+\.)?runwayml\.com|dnznrvs05pmza\.cloudfront\.net",
    output_lifetime=timedelta(hours=24),
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said."""
    status, raw = CARD.status(body["status"])
    body.skip("progress", "output", "updatedAt")
    why = because(body["failureCode"].code(), body["failure"].text())
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["id"].word(),
        progress=body["progress"].fraction() if status is Status.RUNNING else None,
        created_at=body["createdAt"].time(),
        usage=_usage(body),
        failure=why if status is Status.FAILED else None,
        outputs=_outputs(body["output"], ask) if status is Status.SUCCEEDED else (),
    )


def _outputs(output: Node, ask: Ask):
    return usable(each(output, partial(bare, ask=ask)))


def _usage(body: Node) -> dict[str, Scalar]:
    """The credits that were taken; those that will be have another name: nobody paid them."""
    estimated = body["estimatedCost"].optional().scalars()
    return {
        **{f"estimated_{name}": value for name, value in estimated.items()},
        **body["cost"].optional().scalars(),
    }


PROVIDER = Provider(card=CARD, parse=parse)
