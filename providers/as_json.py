"""Writes what a provider said as the JSON of docs/interface.md; each field is declared once.

A table of fields makes the document, and `rushes help json` explains the fields from the same
table. Times are RFC 3339 in UTC; what is not known is null.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar, Union

from rushes.providers.expiry import RENEWABLE, deadline, renewable_until
from rushes.providers.frozen import frozen
from rushes.providers.model import Basis, Content, Failure, Handle, Link, Output, Problem, Snapshot
from rushes.providers.rfc3339 import rfc3339

JsonValue: TypeAlias = Union[  # noqa: UP007
    str, int, float, bool, list["JsonValue"], Mapping[str, "JsonValue"], None
]
"""What can be written as JSON."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object to be written."""

T = TypeVar("T")


@frozen
class Field(Generic[T]):
    """A field of a JSON object made of a T: its name, its value, and what it means, in a line."""

    name: str
    value: Callable[[T], JsonValue]
    meaning: str = ""


def document(fields: Iterable[Field[T]], subject: T) -> JsonObject:
    """The JSON object that those fields make of `subject`, in their order."""
    return {field.name: field.value(subject) for field in fields}


@frozen
class NumberedOutput:
    """An output with its number and its expiry; `base` is what the provider's paths hang from."""

    n: int
    output: Output
    expiry: tuple[datetime, Basis] | None
    base: str

    @property
    def url(self) -> str | None:
        """The absolute link, whole; None where there is none yet, or the file is inline."""
        match self.output.where:
            case Link(url):
                return url
            case Content(path) if self.base:
                return self.base + path
            case _:
                return None


SNAPSHOT: tuple[Field[Snapshot], ...] = (
    Field("progress", lambda said: said.progress, "0 to 100 where the provider gives it"),
    Field("model", lambda said: said.model, "what generates it"),
    Field("prompt", lambda said: said.prompt, "what was asked for"),
    Field(
        "created_at",
        lambda said: rfc3339(said.created_at),
        "as the provider says, like the next two",
    ),
    Field("started_at", lambda said: rfc3339(said.started_at)),
    Field("finished_at", lambda said: rfc3339(said.finished_at)),
    Field("request_id", lambda said: said.request_id, "the provider's, for its support"),
    Field(
        "upstream_id",
        lambda said: said.upstream_id,
        "the task's id at whoever the gateway asks",
    ),
    Field("usage", lambda said: dict(said.usage), "what it cost, in the provider's fields"),
    Field("error", lambda said: failure_json(said.failure), "why it failed: {code, message}"),
)
"""What a provider says of a task, beside its status and its outputs."""

OUTPUT: tuple[Field[NumberedOutput], ...] = (
    Field("n", lambda it: it.n, "its number, from 1"),
    Field(
        "kind",
        lambda it: it.output.kind,
        "video image audio first_frame last_frame thumbnail file, or the provider's word",
    ),
    Field(
        "url",
        lambda it: it.url,
        "whole, signature included; null where it comes inline or takes a second call",
    ),
    Field(
        "expires_at",
        lambda it: rfc3339(it.expiry[0]) if it.expiry else None,
        "as the provider's clock has it; null where nothing is known",
    ),
    Field(
        "expiry_basis",
        lambda it: it.expiry[1].value if it.expiry else None,
        "stated, signed or documented; see: rushes help statuses",
    ),
    Field(
        "needs_auth",
        lambda it: isinstance(it.output.where, (Content, Handle)),
        "whether getting it takes the key",
    ),
    Field("file_id", lambda it: it.output.file_id, "what the second call is made with"),
    Field("width", lambda it: it.output.width, "pixels"),
    Field("height", lambda it: it.output.height, "pixels"),
)
"""What is known of an output without having fetched it."""

PROBLEM: tuple[Field[Problem], ...] = (
    Field("kind", lambda it: it.kind.value),
    Field("message", lambda it: it.message),
    Field("code", lambda it: it.code),
    Field("http_status", lambda it: it.http_status),
    Field("retry_after", lambda it: it.retry_after, "seconds"),
)
"""Why a reply told us nothing."""


def result_json(result: Snapshot | Problem, base: str = "") -> JsonObject:
    """What `rushes parse` prints. `base` is the provider's, which its own paths hang from."""
    if isinstance(result, Problem):
        return {"problem": document(PROBLEM, result)}
    return {"snapshot": snapshot_json(result, base)}


def snapshot_json(snapshot: Snapshot, base: str = "") -> JsonObject:
    """A snapshot's fields, with the expiry that counts worked out for each output."""
    outputs = (
        NumberedOutput(n, output, deadline(output.claims, snapshot.finished_at, None), base)
        for n, output in enumerate(snapshot.outputs, start=1)
    )
    return {
        "status": snapshot.status.value,
        "raw_status": snapshot.raw_status,
        **document(SNAPSHOT, snapshot),
        "outputs": [{**document(OUTPUT, each), "note": _note(each.output)} for each in outputs],
    }


def failure_json(failure: Failure | None) -> JsonObject | None:
    """Why the generation failed; None where it did not."""
    return {"code": failure.code, "message": failure.message} if failure else None


def _note(output: Output) -> str:
    renewable = RENEWABLE if renewable_until(output.claims) else ""
    return "; ".join(filter(None, (output.note, renewable)))
