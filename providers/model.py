"""The values that a reply is parsed into, in the words of docs/architecture.md; times are UTC."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from rushes.providers.fields import field
from rushes.providers.frozen import frozen

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
    """Why a poll brought no news of its task."""

    AUTH = "auth"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    MALFORMED = "malformed"


class Basis(Enum):
    """The source of an expiry; `expiry.deadline` chooses between several."""

    STATED = "stated"
    SIGNED = "signed"
    DOCUMENTED = "documented"


@frozen
class ExpiryClaim:
    """A claim that an output expires: at a time, or a lifetime after the task's finish."""

    basis: Basis
    at: datetime | None = None
    lifetime: timedelta | None = None
    note: str = ""


@frozen
class Link:
    """A URL to fetch without any credential. Its query is kept byte for byte."""

    url: str


@frozen
class Content:
    """A path at the provider's own origin that is fetched with the key."""

    path: str


@frozen
class Handle:
    """A file id, which a second call exchanges for a link (`Card.locate_path`)."""

    file_id: str


@frozen
class Inline:
    """The file itself, as it came inside the reply."""

    data: bytes = field(repr=False)
    media_type: str = ""

    @property
    def sha256(self) -> str:
        """The digest of the file, in hexadecimal."""
        return sha256(self.data).hexdigest()


@frozen
class SavedInline:
    """A file that came inside a reply and was saved since: its bytes are not kept any more.

    `sha256` (in hexadecimal) tells whether another reply brings the same file; `size` is in bytes.
    """

    sha256: str
    size: int
    media_type: str = ""


Where = Link | Content | Handle | Inline | SavedInline


@frozen(kw_only=True)
class Output:
    """One file of a finished task. `kind` is interface.md's word or the provider's own."""

    kind: str
    where: Where
    claims: tuple[ExpiryClaim, ...] = ()
    file_id: str | None = None
    width: int | None = None
    height: int | None = None
    note: str = ""


@frozen
class Failure:
    """Why the generation failed, in the provider's words."""

    code: str | None
    message: str | None


@frozen(kw_only=True)
class Snapshot:
    """What one readable reply said about a task, and nothing more.

    `progress` is 0–100 as given, None on failed and canceled. `drift` lists what the parser does
    not know: fields that it did not read, and status words that it has no meaning for.

    `then` is the path of a second question, at `Card.result_route`, whose answer tells the rest.
    The task is not over before it was answered.
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
    then: str | None = None


@frozen(kw_only=True)
class Problem:
    """Why a reply says nothing about its task. `retry_after`: seconds, as the server gave it."""

    kind: ProblemKind
    message: str
    code: str | None = None
    http_status: int | None = None
    retry_after: float | None = None
