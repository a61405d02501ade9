"""Vidu's task object: `state`, and `creations[]` whose links live 24 hours.

- `url`, `cover_url` and `watermarked_url` are three files of one creation; an empty text is none
  (gpt.morphogen.top, vidu/query-results).
- A model with sound adds its parts, `speech_url` and `sound_url` (docs.tokensmind.ai, vidu).
- A failed task says why in `err_code` alone (the object as other gateways document it).
- `credits` is what the task cost.
"""

from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType

from rushes.providers.answers import because
from rushes.providers.card import Card
from rushes.providers.links import ReadOutputs, elements, linked, usable
from rushes.providers.model import Failure, Output, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask

STATUSES = MappingProxyType(
    {
        "created": Status.QUEUED,
        "queueing": Status.QUEUED,
        "processing": Status.RUNNING,
        "success": Status.SUCCEEDED,
        "failed": Status.FAILED,
    }
)

_LIFETIME = timedelta(hours=24)
_FILES = (
    *(("url", "video"), ("cover_url", "thumbnail"), ("watermarked_url", "watermarked")),
    *(("speech_url", "audio"), ("sound_url", "audio")),
)


def whole_reply(card: Card, body: Node, ask: Ask) -> Snapshot:
    """The snapshot of a reply that is the task object itself."""
    status, raw = card.status(body["state"])
    body.skip("payload", "bgm", "off_peak", "model", "type")
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["task_id"].ident() or body["id"].ident(),
        usage=body.scalars_of("credits"),
        failure=reason(body) if status is Status.FAILED else None,
        outputs=outputs(body, ask) if status is Status.SUCCEEDED else (),
    )


def outputs(body: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task, those of each creation in the order of their names here."""
    creations = elements(body["creations"])
    return usable((item, _file(name, kind, ask)) for item in creations for name, kind in _FILES)


def reason(body: Node) -> Failure | None:
    """Why the task failed."""
    return because(body["err_code"].code(), None)


def _file(name: str, kind: str, ask: Ask) -> ReadOutputs:
    def read(creation: Node) -> Iterator[Output]:
        creation.fields().skip("id", "moderation_url")
        yield from linked(creation[name], ask, kind, _LIFETIME)

    return read
