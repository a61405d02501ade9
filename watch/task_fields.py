"""What is known of a task, as JSON in the names and forms of docs/interface.md, without our words.

Sidecars are made of this; what is printed adds what became of the task here.
"""

from rushes.providers.as_json import SNAPSHOT, Field, JsonObject, NumberedOutput, document
from rushes.providers.model import Snapshot, Status
from rushes.providers.rfc3339 import rfc3339
from rushes.watch.asset import Asset
from rushes.watch.task import Task

_UNHEARD = Snapshot(status=Status.UNKNOWN, raw_status="")
"""What a provider that was never heard says of a task: nothing."""

WATCHED: tuple[Field[Task], ...] = (
    Field("ref", lambda task: str(task.ref), "provider:id"),
    Field("provider", lambda task: task.ref.provider, "the account's name in config.toml"),
    Field("id", lambda task: task.ref.id, "the provider's own"),
    Field("label", lambda task: task.entry.label, "yours"),
    Field("tags", lambda task: list(task.entry.tags), "yours, a list"),
    Field("added", lambda task: rfc3339(task.entry.added), "when it was first watched"),
    Field(
        "status",
        lambda task: task.status.value if task.status else None,
        "see: rushes help statuses; null before the first answer",
    ),
    Field("raw_status", lambda task: task.raw_status, "the provider's own word for it"),
)
"""What TASK begins with: how a task is known, and its status."""


def said_json(task: Task) -> JsonObject:
    """The beginning of TASK: ref, label and tags, and what its provider says of the task.

    Model and prompt are those that were submitted where the provider names none.
    """
    said = document(SNAPSHOT, task.snapshot or _UNHEARD)
    return {**document(WATCHED, task), **said, "model": task.model, "prompt": task.prompt}


def numbered(asset: Asset, base: str) -> NumberedOutput:
    """The provider's part of an output; `base` is what the provider's own paths hang from."""
    expiry = (asset.expires_at, asset.basis) if asset.expires_at and asset.basis else None
    return NumberedOutput(asset.n, asset.output, expiry, base)
