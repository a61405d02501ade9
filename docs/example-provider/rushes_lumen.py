"""Lumen, a gateway that does not exist: GET /v1/renders/{id} with the header x-lumen-key.

- `{render: {id, phase, percent, made_at, files[], reason}}`; phases are `waiting`, `drawing`,
  `ready` and `lost`.
- Each file is `{href, what, until}`, `until` in Unix seconds.
"""

from collections.abc import Iterator

from rushes.providers.answers import because, speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.expiry import stated
from rushes.providers.links import at_url, claims, usable_outputs
from rushes.providers.model import Output, Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="lumen",
    name="Lumen",
    docs="https://lumen.example/docs",
    base_url="https://api.lumen.example",
    route="/v1/renders/{task_id}",
    auth=Auth(env="LUMEN_API_KEY", header="x-lumen-key", scheme=""),
    poll=PollPolicy(every=4.0, quote="ask every four seconds"),
    statuses={
        "waiting": Status.QUEUED,
        "drawing": Status.RUNNING,
        "ready": Status.SUCCEEDED,
        "lost": Status.FAILED,
    },
    id_pattern=r"lumen-[0-9a-f]{12}",
    own_ids=True,
    no_task="lumen-000000000000",
    hosts=r"(.+\.)?lumen\.example",
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/renders/{id}` said."""
    render = body["render"].fields()
    status, raw = CARD.status(render["phase"])
    done, lost = status is Status.SUCCEEDED, status is Status.FAILED
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=render["id"].ident(),
        progress=render["percent"].percent(),
        created_at=render["made_at"].time(),
        failure=because(None, render["reason"].text()) if lost else None,
        outputs=usable_outputs(render["files"].items(), lambda it: _file(it, ask)) if done else (),
    )


def _file(item: Node, ask: Ask) -> Iterator[Output]:
    where = at_url(item["href"], ask)
    if where is not None:
        ends = stated(item["until"].epoch()) + claims(where, None)
        yield Output(kind=item["what"].text() or "file", where=where, claims=ends)


PROVIDER = Provider(card=CARD, parse=parse)
