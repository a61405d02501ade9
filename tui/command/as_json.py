"""Tasks as the JSON that scripts rely on (interface.md, "JSON")."""

import json
from datetime import datetime

from rushes.providers.as_json import JsonObject, rfc3339, rfc3339_ms
from rushes.providers.model import Content
from rushes.tui.lines.download_words import asset_notes
from rushes.tui.shell.stream import Stream
from rushes.watch.asset import Asset
from rushes.watch.task import Ref, Task, Transition, Trouble

VERSION = 1


def print_json(out: Stream, value: JsonObject, *, indent: int | None = 2) -> None:
    """Write `value` with `indent`, or as one line for None."""
    # A backslash escape that is not JSON's own would make it unreadable to every parser.
    out.line(json.dumps(value, indent=indent, ensure_ascii=not out.unicode))


def task_json(task: Task, now: datetime, base: str) -> JsonObject:
    """The TASK of interface.md; `base` is its account's, which the provider's paths hang from."""
    said = task.snapshot
    why = said.failure if said else None
    return {
        "ref": str(task.ref),
        "provider": task.ref.provider,
        "id": task.ref.id,
        "label": task.entry.label,
        "tags": list(task.entry.tags),
        "added": rfc3339(task.entry.added),
        "status": task.status.value if task.status else None,
        "raw_status": task.raw_status,
        "progress": said.progress if said else None,
        "model": said.model if said else None,
        "prompt": said.prompt if said else None,
        "created_at": rfc3339(said.created_at) if said else None,
        "started_at": rfc3339(said.started_at) if said else None,
        "finished_at": rfc3339(said.finished_at) if said else None,
        "request_id": said.request_id if said else None,
        "upstream_id": said.upstream_id if said else None,
        "usage": dict(said.usage) if said else {},
        "error": {"code": why.code, "message": why.message} if why else None,
        "problem": _problem_json(task.trouble) if task.trouble else None,
        "outputs": [_output_json(asset, base) for asset in task.assets(now)],
        "transitions": [_transition_json(step) for step in task.transitions],
        "polls": task.polls,
        "last_polled_at": rfc3339(task.last_polled_at),
        "next_poll_at": rfc3339(task.next_poll_at),
        "record_expires_at": rfc3339(task.record_expires_at),
    }


def event_json(ref: Ref, step: Transition) -> JsonObject:
    """One line of `wait --ndjson`; `at` is when we saw it."""
    return {
        "event": "transition",
        "ref": str(ref),
        "status": step.status.value,
        "raw_status": step.raw_status,
        "at": rfc3339_ms(step.observed_at),
    }


def _problem_json(trouble: Trouble) -> JsonObject:
    return {
        "kind": trouble.kind.value,
        "message": trouble.message,
        "since": rfc3339(trouble.since),
        "retry_at": rfc3339(trouble.retry_at),
    }


def _output_json(asset: Asset, base: str) -> JsonObject:
    output, fetch = asset.output, asset.fetch
    where = output.where
    return {
        "n": asset.n,
        "kind": output.kind,
        "url": base + where.path if isinstance(where, Content) else asset.url,
        "expires_at": rfc3339(asset.expires_at),
        "expiry_basis": asset.basis.value if asset.basis else None,
        "needs_auth": asset.needs_auth,
        "file_id": output.file_id,
        "width": output.width,
        "height": output.height,
        "state": asset.state.value,
        "path": str(fetch.path) if fetch and fetch.path else None,
        "bytes": fetch.done if fetch else None,
        "sha256": fetch.sha256 if fetch else None,
        "note": "; ".join(asset_notes(asset)),
        "checked": [check.value for check in fetch.checked] if fetch else [],
    }


def _transition_json(step: Transition) -> JsonObject:
    return {
        "status": step.status.value,
        "raw_status": step.raw_status,
        "observed_at": rfc3339_ms(step.observed_at),
        "provider_at": rfc3339(step.provider_at),
    }
