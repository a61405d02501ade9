"""Events as lines of JSON (docs/interface.md, "EVENT"), for `watch`, `wait` and `get`.

Each field is declared once, and each kind of line says which of them it has.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from rushes.providers.as_json import Field, JsonObject, document, failure_json
from rushes.providers.frozen import frozen
from rushes.providers.model import Output, Status
from rushes.providers.rfc3339 import rfc3339, rfc3339_ms
from rushes.tui.command.task_json import problem_json
from rushes.tui.lines.download_words import fetch_note
from rushes.tui.shell.json_output import VERSION
from rushes.watch.asset import Fetch
from rushes.watch.changes import Event, Expiring, Fetched
from rushes.watch.event_kinds import ENDS, NAMED, EventKind
from rushes.watch.task import Task, Transition


@frozen
class _Line:
    """A line of that name about an event, and the task that it is of, where that is watched."""

    name: str
    event: Event
    task: Task | None

    @property
    def n(self) -> int | None:
        news = self.event.news
        return news.n if isinstance(news, Fetched | Expiring) else None

    @property
    def output(self) -> Output | None:
        said = self.task.snapshot if self.task is not None else None
        return said.outputs[self.n - 1] if said and self.n and self.n <= len(said.outputs) else None

    @property
    def fetch(self) -> Fetch | None:
        return self.event.news.fetch if isinstance(self.event.news, Fetched) else None

    @property
    def error(self) -> JsonObject | None:
        """Why the task failed, beside the step that is its end."""
        said, step = self.task.snapshot if self.task is not None else None, self.event.transition
        return failure_json(said.failure) if said and step and step.status.terminal else None

    @property
    def expires_at(self) -> datetime | None:
        if isinstance(self.event.news, Expiring):
            return self.event.news.at
        assets = self.task.assets(self.event.at) if self.task is not None else ()
        return next((asset.deadline for asset in assets if asset.n == self.n), None)


def _step(line: _Line) -> Transition | None:
    return line.event.transition


_FIELDS: tuple[Field[_Line], ...] = (
    Field("event", lambda it: it.name, "what happened, below"),
    Field("version", lambda _: VERSION, "1"),
    Field("ref", lambda it: str(it.event.ref) if it.event.ref else None, "the task"),
    Field("account", lambda it: it.event.account, "the account that cannot be asked"),
    Field(
        "status", lambda it: step.status.value if (step := _step(it)) else None, "the new status"
    ),
    Field(
        "raw_status",
        lambda it: step.raw_status if (step := _step(it)) else None,
        "the provider's own word",
    ),
    Field("error", lambda it: it.error, "at its end, why it failed: {code, message}"),
    Field("n", lambda it: it.n, "the output's number"),
    Field("kind", lambda it: it.output.kind if it.output else None, "the output's kind"),
    Field(
        "path",
        lambda it: it.fetch.place if it.fetch else None,
        "where it is: a path, or the URL of an object in a bucket",
    ),
    Field("bytes", lambda it: it.fetch.done if it.fetch else None, "how long it is; all together"),
    Field("sha256", lambda it: it.fetch.sha256 if it.fetch else None, "of the whole file"),
    Field("note", lambda it: fetch_note(it.fetch), "why it could not be had"),
    Field("expires_at", lambda it: rfc3339(it.expires_at), "when it goes, or went"),
    Field(
        "problem",
        lambda it: problem_json(it.event.trouble) if it.event.trouble else None,
        "why it cannot be asked: {kind, message, since, retry_at}",
    ),
    Field("at", lambda it: rfc3339_ms(it.event.at), "when it was observed"),
)

_STEP = ("event", "version", "ref", "status", "raw_status", "error", "at")
_FILE = ("event", "version", "ref", "n", "kind", "path", "bytes", "sha256", "at")
_LOSS = ("event", "version", "ref", "n", "kind", "expires_at", "at")

LINES: Mapping[EventKind, tuple[str, ...]] = MappingProxyType(
    {
        EventKind.TRANSITION: _STEP,
        **dict.fromkeys(ENDS.values(), _STEP),
        EventKind.SAVED: _FILE,
        EventKind.RESCUED: _FILE,
        EventKind.DOWNLOAD_FAILED: ("event", "version", "ref", "n", "kind", "note", "at"),
        EventKind.EXPIRING: _LOSS,
        EventKind.EXPIRED: _LOSS,
        EventKind.PROBLEM: ("event", "version", "account", "problem", "at"),
        EventKind.IDLE: ("event", "version", "at"),
    }
)
"""The fields of each kind of line, in their order."""


@frozen(kw_only=True)
class Totals:
    """What there is to say at the end, `at` that time (UTC): tasks, files, and the exit code."""

    at: datetime
    statuses: Mapping[Status | None, int]
    files: Mapping[EventKind, int]
    bytes: int
    exit: int


def _count(status: Status) -> Field[Totals]:
    words = f"tasks that {_ENDED[status]}"
    return Field(status.value, lambda it: it.statuses.get(status, 0), words)


_ENDED = {
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELED: "were canceled",
    Status.GONE: "are gone",
}
_FILES = {
    EventKind.SAVED: "files that were saved",
    EventKind.DOWNLOAD_FAILED: "files that could not be had",
    EventKind.EXPIRED: "files that went unsaved",
}


def _files(kind: EventKind) -> Field[Totals]:
    return Field(kind.value, lambda it: it.files.get(kind, 0), _FILES[kind])


def _open(totals: Totals) -> int:
    return sum(n for status, n in totals.statuses.items() if status is None or not status.terminal)


SUMMARY: tuple[Field[Totals], ...] = (
    Field("event", lambda _: "summary"),
    Field("version", lambda _: VERSION),
    Field("tasks", lambda it: sum(it.statuses.values()), "in the summary: how many there were"),
    *map(_count, _ENDED),
    Field("open", _open, "tasks that are not over"),
    *map(_files, _FILES),
    Field("bytes", lambda it: it.bytes),
    Field("exit", lambda it: it.exit, "the exit code"),
    Field("at", lambda it: rfc3339_ms(it.at)),
)
"""The last line."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        field.name: field.meaning
        for field in (*_FIELDS, *(field for field in SUMMARY if field.meaning))
    }
)
"""What each field of a line means."""


def event_lines(event: Event, task: Task | None) -> Iterator[JsonObject]:
    """The lines of an event, of which `task` is the one it is about: a step has one of its own."""
    if event.transition is not None:
        yield _line(EventKind.TRANSITION, event, task)
    if event.kind in NAMED:
        yield _line(event.kind, event, task)


def summary_json(totals: Totals) -> JsonObject:
    """The last line."""
    return document(SUMMARY, totals)


def _line(kind: EventKind, event: Event, task: Task | None) -> JsonObject:
    fields = [field for field in _FIELDS if field.name in LINES[kind]]
    return document(fields, _Line(kind.value, event, task))
