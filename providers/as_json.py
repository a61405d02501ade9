"""Writes a parse result as JSON values, under the names of interface.md."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, Union

from rushes.providers.expiry import RENEWABLE, deadline, renewable_until
from rushes.providers.model import Content, Handle, Link, Output, Problem, Snapshot
from rushes.providers.rfc3339 import rfc3339

JsonValue: TypeAlias = Union[  # noqa: UP007
    str, int, float, bool, list["JsonValue"], Mapping[str, "JsonValue"], None
]
"""What can be written as JSON."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object to be written."""


def result_json(result: Snapshot | Problem, base: str = "") -> JsonObject:
    """What `rushes parse` prints. `base` is the provider's, which its own paths hang from."""
    if isinstance(result, Problem):
        return {"problem": problem_json(result)}
    return {"snapshot": snapshot_json(result, base)}


def snapshot_json(snapshot: Snapshot, base: str = "") -> JsonObject:
    """A snapshot's fields, with the expiry that counts worked out for each output."""
    why = snapshot.failure
    return {
        "status": snapshot.status.value,
        "raw_status": snapshot.raw_status,
        "progress": snapshot.progress,
        "model": snapshot.model,
        "prompt": snapshot.prompt,
        "created_at": rfc3339(snapshot.created_at),
        "started_at": rfc3339(snapshot.started_at),
        "finished_at": rfc3339(snapshot.finished_at),
        "request_id": snapshot.request_id,
        "upstream_id": snapshot.upstream_id,
        "usage": dict(snapshot.usage),
        "error": {"code": why.code, "message": why.message} if why else None,
        "outputs": [
            _output_json(n, output, snapshot.finished_at, base)
            for n, output in enumerate(snapshot.outputs, start=1)
        ],
    }


def problem_json(problem: Problem) -> JsonObject:
    """A problem's fields; `retry_after` is in seconds."""
    return {
        "kind": problem.kind.value,
        "message": problem.message,
        "code": problem.code,
        "http_status": problem.http_status,
        "retry_after": problem.retry_after,
    }


def _output_json(n: int, output: Output, finished_at: datetime | None, base: str) -> JsonObject:
    expiry = deadline(output.claims, finished_at, None)
    renewable = RENEWABLE if renewable_until(output.claims) else ""
    return {
        "n": n,
        "kind": output.kind,
        "url": _url(output, base),
        "expires_at": rfc3339(expiry[0]) if expiry else None,
        "expiry_basis": expiry[1].value if expiry else None,
        "needs_auth": isinstance(output.where, (Content, Handle)),
        "file_id": output.file_id,
        "width": output.width,
        "height": output.height,
        "note": "; ".join(filter(None, (output.note, renewable))),
    }


def _url(output: Output, base: str) -> str | None:
    match output.where:
        case Link(url):
            return url
        case Content(path) if base:
            return base + path
        case _:
            return None
