"""What a reply can mean, in the words of docs/architecture.md. All times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

Scalar = str | int | float | bool | None


class Status(Enum):
    """What is known of a task, in one vocabulary for every provider."""

    QUEUED = "queued"
    RUNNING = "running"
    FINALIZING = "finalizing"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"

    @property
    def terminal(self) -> bool:
        """True when nothing more is to be expected; the first terminal status stands."""
        return self in _TERMINAL


_TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.GONE})


class ProblemKind(Enum):
    """Why a poll told us nothing about its task."""

    AUTH = "auth"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    MALFORMED = "malformed"


class Basis(Enum):
    """Where an expiry comes from; `expiry.deadline` says which of several counts."""

    STATED = "stated"
    SIGNED = "signed"
    DOCUMENTED = "documented"


@dataclass(frozen=True, slots=True)
class ExpiryClaim:
    """One reason to believe that an output dies: at a time, or a lifetime after the finish."""

    basis: Basis
    at: datetime | None = None
    lifetime: timedelta | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Fetched from wherever it points, without any credential. The query is kept byte for byte."""

    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """A path of the provider's own origin that wants the key."""

    path: str


@dataclass(frozen=True, slots=True)
class Handle:
    """A file id that a second call exchanges for a link (the provider's `locate`)."""

    file_id: str


@dataclass(frozen=True, slots=True)
class Inline:
    """The file itself, as it came inside the reply."""

    data: bytes = field(repr=False)
    media_type: str = ""


Where = Link | Content | Handle | Inline


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file of a finished task. `kind` is interface.md's word or the provider's own."""

    kind: str
    where: Where
    claims: tuple[ExpiryClaim, ...] = ()
    file_id: str | None = None
    width: int | None = None
    height: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the generation failed, in the provider's words."""

    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one readable reply said about a task, and nothing more.

    `progress` is 0–100 as given, None on failed and canceled. `drift` names what the parser did
    not know: unread fields and unmapped words.
    """

    status: Status
    raw_status: str
    task_id: str | None = None
    progress: int | None = None
    model: str | None = None
    prompt: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    request_id: str | None = None
    upstream_id: str | None = None
    usage: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    failure: Failure | None = None
    outputs: tuple[Output, ...] = ()
    drift: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a reply says nothing about its task. `retry_after`: seconds, as the server gave it."""

    kind: ProblemKind
    message: str
    code: str | None = None
    http_status: int | None = None
    retry_after: float | None = None
