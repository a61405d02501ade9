"""A snapshot as JSON text for the history database, and back."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from rushes.providers.model import (
    Basis,
    Content,
    ExpiryClaim,
    Failure,
    Handle,
    Inline,
    Link,
    Output,
    Snapshot,
    Status,
    Where,
)

_URL = "file://"
_TIMES = ("created_at", "started_at", "finished_at")
_PLAIN = ("raw_status", "task_id", "progress", "model", "prompt", "request_id", "upstream_id")


def write_time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, None for None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def known_time(text: str) -> datetime:
    """The UTC time that `write_time` wrote; raises ValueError for other text."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read_time(text: str | None) -> datetime | None:
    """As `known_time`, None for None."""
    return None if text is None else known_time(text)


def write_path(path: Path) -> str:
    """An absolute path as text that any database takes, whatever the locale.

    A name whose bytes are no UTF-8 becomes a file URL: they would be lone surrogates.
    """
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return path.as_uri()


def read_path(text: str) -> Path:
    """The path that `write_path` wrote."""
    if text.startswith(_URL):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_URL))))
    return Path(os.fsdecode(text.encode("utf-8")))


def write_snapshot(snapshot: Snapshot) -> str:
    """`snapshot` as one line of JSON, empty fields left out."""
    record: dict[str, Any] = {"status": snapshot.status.value}
    record |= {name: getattr(snapshot, name) for name in _PLAIN}
    record |= {name: write_time(getattr(snapshot, name)) for name in _TIMES}
    record["usage"] = dict(snapshot.usage)
    record["drift"] = list(snapshot.drift)
    if snapshot.failure:
        record["failure"] = [snapshot.failure.code, snapshot.failure.message]
    record["outputs"] = [_write_output(output) for output in snapshot.outputs]
    return json.dumps({k: v for k, v in record.items() if v not in (None, [], {})})


def read_snapshot(text: str) -> Snapshot:
    """The snapshot that `write_snapshot` wrote; raises ValueError or KeyError for other text."""
    record = cast("dict[str, Any]", json.loads(text))
    failure = record.get("failure")
    return Snapshot(
        status=Status(record["status"]),
        raw_status=record["raw_status"],
        task_id=record.get("task_id"),
        progress=record.get("progress"),
        model=record.get("model"),
        prompt=record.get("prompt"),
        created_at=read_time(record.get("created_at")),
        started_at=read_time(record.get("started_at")),
        finished_at=read_time(record.get("finished_at")),
        request_id=record.get("request_id"),
        upstream_id=record.get("upstream_id"),
        usage=record.get("usage", {}),
        drift=tuple(record.get("drift", ())),
        failure=Failure(*failure) if failure else None,
        outputs=tuple(_read_output(output) for output in record.get("outputs", ())),
    )


def _write_output(output: Output) -> dict[str, Any]:
    where = output.where
    written: dict[str, Any] = {
        "kind": output.kind,
        "file_id": output.file_id,
        "width": output.width,
        "height": output.height,
        "note": output.note or None,
        "claims": [_write_claim(claim) for claim in output.claims] or None,
    }
    match where:
        case Link(url):
            written["link"] = url
        case Content(path):
            written["content"] = path
        case Handle(file_id):
            written["handle"] = file_id
        case Inline(data, media_type):
            written["inline"] = [base64.b64encode(data).decode(), media_type]
    return {k: v for k, v in written.items() if v is not None}


def _read_output(record: dict[str, Any]) -> Output:
    return Output(
        kind=record["kind"],
        where=_read_where(record),
        claims=tuple(_read_claim(claim) for claim in record.get("claims", ())),
        file_id=record.get("file_id"),
        width=record.get("width"),
        height=record.get("height"),
        note=record.get("note", ""),
    )


def _read_where(record: dict[str, Any]) -> Where:
    if "link" in record:
        return Link(record["link"])
    if "content" in record:
        return Content(record["content"])
    if "handle" in record:
        return Handle(record["handle"])
    data, media_type = record["inline"]
    return Inline(base64.b64decode(data), media_type)


def _write_claim(claim: ExpiryClaim) -> list[Any]:
    seconds = None if claim.lifetime is None else claim.lifetime.total_seconds()
    return [claim.basis.value, write_time(claim.at), seconds, claim.note]


def _read_claim(record: list[Any]) -> ExpiryClaim:
    basis, at, seconds, note = record
    lifetime = None if seconds is None else timedelta(seconds=seconds)
    return ExpiryClaim(Basis(basis), read_time(at), lifetime, note)
