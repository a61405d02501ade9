"""xAI's Grok Imagine: GET /v1/videos/{request_id} with a bearer key (docs.x.ai, video generation).

- A video that is being made is HTTP 202, with an empty body or with any (the clients; the vendor's
  pages); one that is done may come without `status`: `video.url` says so (the clients).
- `done` with `respect_moderation` false is a video that was withheld: failed (the vendor's pages).
  So is `done` with an `error` and no file.
- `expired` means that the request was not done in its time: failed (the vendor's gRPC client).
- `video.url` is temporary, nobody says for how long, and may be null. A file that was kept in the
  account's store has `file_output.public_url`, which ends at `public_url_expires_at`, and the file
  at `expires_at` (the vendor's gRPC client). Of the two the one whose end is known is fetched.
- `usage.cost_in_usd_ticks`: 10,000,000,000 are a dollar; a refused video may have been paid for.
- The reply holds no id. Refusals are `{code, error}`, a refused key among them under HTTP 400.
"""

from collections.abc import Iterator

from rushes.providers.answers import failure, speaks, without_task
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.expiry import stated
from rushes.providers.fields import replace
from rushes.providers.links import ReadOutputs, at_url, claims, usable
from rushes.providers.model import Failure, Output, Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="xai",
    name="xAI",
    docs="https://docs.x.ai/developers/model-capabilities/video/generation",
    base_url="https://api.x.ai",
    route="/v1/videos/{task_id}",
    auth=Auth(env="XAI_API_KEY"),
    http={202: Status.RUNNING},
    poll=PollPolicy(every=5.0, quote="the vendor's gRPC client asks every 1 s", stated=False),
    statuses={
        "pending": Status.RUNNING,
        "done": Status.SUCCEEDED,
        "failed": Status.FAILED,
        "expired": Status.FAILED,
    },
    id_pattern=UUID,
    hosts=r"(.+\.)?x\.ai",
)

_OWN = ("video", "model", "error", "usage", "progress")

WITHHELD = Failure("respect_moderation", "the video was withheld by moderation")
"""Why a video failed of which the reply says only that it does not respect moderation."""


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/videos/{request_id}` said."""
    if not any(name in body for name in _OWN) and "message" in body:
        return without_task(CARD, body["code"].code(), body["message"].text())
    video = body["video"].optional()
    video.skip("duration", "respect_moderation")
    outputs = _outputs(video, ask)
    status, raw = _status(body, outputs)
    why = _why(body, video, outputs)
    if status is Status.SUCCEEDED and why is not None:
        status = Status.FAILED
    body.skip("progress", "respect_moderation", "object")
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["request_id"].ident(),
        progress=body["progress"].percent() if not status.terminal else None,
        model=body["model"].text(),
        usage=body["usage"].scalars(),
        failure=why if status is Status.FAILED else None,
        outputs=outputs if status is Status.SUCCEEDED else (),
    )


def _status(body: Node, outputs: tuple[Output, ...]) -> tuple[Status, str]:
    """The word's meaning; a reply without one that has the video is done."""
    if body["status"].absent and outputs:
        return Status.SUCCEEDED, "done"
    return CARD.status(body["status"])


def _why(body: Node, video: Node, outputs: tuple[Output, ...]) -> Failure | None:
    """Why there is no video, or none that may be had; None where a success has its file."""
    said = failure(body["error"])
    if False in (video["respect_moderation"].value, body["respect_moderation"].value):
        return said or WITHHELD
    return None if outputs else said


def _outputs(video: Node, ask: Ask) -> tuple[Output, ...]:
    """The video, by the link whose end is told where there are two."""
    kept = video["file_output"].optional()
    kept.skip("filename", "file_id")
    lost = video["storage_error"].text() or kept["public_url_error"].text()
    places = ((kept["public_url"], _reader(kept, ask)), (video["url"], _reader(video, ask)))
    found = usable(places)[:1]
    return tuple(replace(output, note=f"not kept: {lost}" if lost else "") for output in found)


def _reader(holder: Node, ask: Ask) -> ReadOutputs:
    def read(link: Node) -> Iterator[Output]:
        where = at_url(link, ask)
        if where is not None:
            ends = [stated(holder[name].time()) for name in ("public_url_expires_at", "expires_at")]
            yield Output(
                kind="video",
                where=where,
                claims=(*ends[0], *ends[1], *claims(where, None)),
                file_id=holder["file_id"].text(),
            )

    return read


PROVIDER = Provider(card=CARD, parse=parse)
