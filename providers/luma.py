"""Luma's Dream Machine: GET /dream-machine/v1/generations/{id}, bearer key (docs.lumalabs.ai).

- `state` is `queued`, `dreaming`, `completed` or `failed`; why it failed is `failure_reason`, a
  text (API reference, generation; the vendor's client).
- `assets` has at most a `video`, an `image` and a `progress_video`, which shows how a picture came
  about; any of them may be null (the vendor's client).
- `request` repeats what was asked for, links to the inputs among them.
- There is no time but `created_at`, no progress, and no word on how long files are kept.
- Errors are `{detail}` (the vendor's examples).
"""

from rushes.providers.answers import because, speaks
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.links import linked, usable
from rushes.providers.model import Output, Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="luma",
    name="Luma",
    docs="https://docs.lumalabs.ai/reference/getgeneration",
    base_url="https://api.lumalabs.ai",
    route="/dream-machine/v1/generations/{task_id}",
    auth=Auth(env="LUMAAI_API_KEY"),
    poll=PollPolicy(every=3.0, quote="its examples ask every 3 s"),
    statuses={
        "queued": Status.QUEUED,
        "dreaming": Status.RUNNING,
        "completed": Status.SUCCEEDED,
        "failed": Status.FAILED,
    },
    id_pattern=UUID,
    hosts=r"(.+\.)?lumalabs\.ai",
)

_ASSETS = (("video", "video"), ("image", "image"), ("progress_video", "progress_video"))


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /dream-machine/v1/generations/{id}` said."""
    status, raw = CARD.status(body["state"])
    body.skip("request", "assets", "generation_type", "version", "object")
    why = because(body["failure_code"].code(), body["failure_reason"].text())
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["id"].word(),
        model=body["model"].text(),
        prompt=body["request"].optional()["prompt"].text(),
        created_at=body["created_at"].time(),
        failure=why if status is Status.FAILED else None,
        outputs=_outputs(body["assets"].optional(), ask) if status is Status.SUCCEEDED else (),
    )


def _outputs(assets: Node, ask: Ask) -> tuple[Output, ...]:
    return usable(
        (assets[name], lambda link, kind=kind: linked(link, ask, kind)) for name, kind in _ASSETS
    )


PROVIDER = Provider(card=CARD, parse=parse)
