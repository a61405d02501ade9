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
from providers.links import Read, linked, usable
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
_FILES = (("url", "video"), ("cover_url", "thumbnail"), ("watermarked_url", "watermarked"))


def whole_reply(card: Card, body: Node, ask: Ask) -> Snapshot:
    """What a reply that is the task object itself said."""
    status, raw = card.status(body["state"])
    body.skip("credits", "payload")
    creations = body["creations"].items() if status is Status.SUCCEEDED else ()
    places = ((item, _file(name, kind, ask)) for item in creations for name, kind in _FILES)
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["task_id"].ident() or body["id"].ident(),
        failure=because(body["err_code"].code(), None) if status is Status.FAILED else None,
        outputs=usable(places),
    )


def _file(name: str, kind: str, ask: Ask) -> Read:
    def read(creation: Node) -> Iterator[Output]:
        creation.fields().skip("id", "moderation_url")
        yield from linked(creation[name], ask, kind, _LIFETIME)

    return read
