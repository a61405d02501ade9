"""Vidu's task object: `state`, and `creations[]` whose links live 24 hours.

- `url`, `cover_url` and `watermarked_url` are three files of one creation; an empty text is none
  (gpt.morphogen.top, vidu/query-results).
- A failed task says why in `err_code` alone (the object as other gateways document it).
"""

from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType

from providers.answers import because
from providers.card import Card
from providers.links import linked, usable_outputs
from providers.model import Output, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

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


def whole_reply(card: Card, body: Node, ask: Ask) -> Snapshot:
    """What a reply that is the task object itself said."""
    status, raw = card.status(body["state"])
    body.skip("credits", "payload")
    creations = body["creations"].items() if status is Status.SUCCEEDED else ()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["task_id"].ident() or body["id"].ident(),
        failure=because(body["err_code"].code(), None) if status is Status.FAILED else None,
        outputs=usable_outputs(creations, lambda item: _creation(item, ask)),
    )


def _creation(item: Node, ask: Ask) -> Iterator[Output]:
    item.fields().skip("id", "moderation_url")
    yield from linked(item["url"], ask, "video", _LIFETIME)
    yield from linked(item["cover_url"], ask, "thumbnail", _LIFETIME)
    yield from linked(item["watermarked_url"], ask, "watermarked", _LIFETIME)
