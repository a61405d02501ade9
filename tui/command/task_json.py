"""Tasks as the JSON that scripts rely on (docs/interface.md, "JSON"), each field declared once.

`rushes help json` explains the fields from the same tables.
"""

from datetime import datetime

from rushes.providers.as_json import OUTPUT, Field, JsonObject, document
from rushes.providers.frozen import frozen
from rushes.providers.rfc3339 import rfc3339, rfc3339_ms
from rushes.tui.lines.download_words import asset_notes
from rushes.watch.asked_every import AskedEvery
from rushes.watch.asset import Asset
from rushes.watch.task import Task, Transition, Trouble
from rushes.watch.task_fields import numbered, said_json


@frozen
class _Shown:
    """A task at a time (our clock, UTC); `base` is what its provider's own paths hang from.

    `every` is how often it is asked about; None where it is not.
    """

    task: Task
    now: datetime
    base: str
    every: AskedEvery | None

    def outputs(self) -> list[JsonObject]:
        return [_output(asset, self.base) for asset in self.task.assets(self.now)]


OBSERVED: tuple[Field[_Shown], ...] = (
    Field(
        "problem",
        lambda it: problem_json(it.task.trouble) if it.task.trouble else None,
        "why the last poll told us nothing: {kind, message, since, retry_at}",
    ),
    Field("outputs", lambda it: [*it.outputs()], "a list of OUTPUT"),
    Field(
        "transitions",
        lambda it: [_transition(step) for step in it.task.transitions],
        "a list of {status, raw_status, observed_at, provider_at, times}; times: how many changes "
        "it stands for",
    ),
    Field("polls", lambda it: it.task.polls, "how often it was asked about"),
    Field("last_polled_at", lambda it: rfc3339(it.task.last_polled_at)),
    Field("next_poll_at", lambda it: rfc3339(it.task.next_poll_at), "null once it is over"),
    Field(
        "record_expires_at",
        lambda it: rfc3339(it.task.record_expires_at),
        "when the provider forgets the task",
    ),
    Field(
        "asked_every",
        lambda it: round(it.every.seconds, 3) if it.every else None,
        "seconds between two polls of it as things are; null once it is over",
    ),
    Field(
        "asked_every_why",
        lambda it: it.every.why.value if it.every else None,
        "interval, slower (its status is new to us, or it takes long), "
        "rate or concurrency (a limit)",
    ),
    Field("rating", lambda it: it.task.rating, "the best of its outputs'; null where none has one"),
)
"""What a task ends with: what became of it here."""

FETCHED: tuple[Field[Asset], ...] = (
    Field("state", lambda asset: asset.state.value, "see: rushes help statuses"),
    Field(
        "path",
        lambda asset: asset.fetch.place if asset.fetch else None,
        "where it is: a path, or the URL of an object in a bucket",
    ),
    Field(
        "bytes", lambda asset: asset.fetch.done if asset.fetch else None, "what has arrived of it"
    ),
    Field("sha256", lambda asset: asset.fetch.sha256 if asset.fetch else None, "of the whole file"),
    Field(
        "note",
        lambda asset: "; ".join(asset_notes(asset)),
        'what there is to say, such as "length unverified"',
    ),
    Field(
        "checked",
        lambda asset: [check.value for check in asset.fetch.checked] if asset.fetch else [],
        "what a saved file was held against: length, type, index, checksum",
    ),
    Field("rating", lambda asset: asset.rating, "a person's: 1 to 5, 0 rejected, or null"),
)
"""What became of an output here; its provider's part (OUTPUT) stands before this."""


def task_json(task: Task, now: datetime, base: str, every: AskedEvery | None = None) -> JsonObject:
    """The TASK of docs/interface.md; `base` is its account's, "" where there is none.

    `every` is how often it is asked about; None where it is not.
    """
    return {**said_json(task), **document(OBSERVED, _Shown(task, now, base, every))}


def _output(asset: Asset, base: str) -> JsonObject:
    return {**document(OUTPUT, numbered(asset, base)), **document(FETCHED, asset)}


def problem_json(trouble: Trouble) -> JsonObject:
    """Why polls tell us nothing, of a task or of an account."""
    return {
        "kind": trouble.kind.value,
        "message": trouble.message,
        "since": rfc3339(trouble.since),
        "retry_at": rfc3339(trouble.retry_at),
    }


def _transition(step: Transition) -> JsonObject:
    return {
        "status": step.status.value,
        "raw_status": step.raw_status,
        "observed_at": rfc3339_ms(step.observed_at),
        "provider_at": rfc3339(step.provider_at),
        "times": step.times,
    }
