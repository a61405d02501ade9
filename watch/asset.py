"""One output of a task with all that is known of it: where its bytes are, and its download."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.model import Basis, Content, Handle, Link, Output

if TYPE_CHECKING:
    # Most commands tell no reason, and making its classes takes 7 ms.
    from rushes.watch.reasons import Reason


class OutputState(Enum):
    """Where an output's bytes are."""

    UNRESOLVED = "unresolved"
    AVAILABLE = "available"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    MOVED = "moved"
    """It was saved, and its file is not where it was saved any more."""

    FAILED = "failed"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"
    """A person took it off: it is fetched only where that is asked for."""


class Check(Enum):
    """What was looked at before a file counted as saved.

    LENGTH: it has as many bytes as were promised. TYPE: its first bytes are of a known type. INDEX:
    its own format says that it is whole. CHECKSUM: a digest was compared.
    """

    LENGTH = "length"
    TYPE = "type"
    INDEX = "index"
    CHECKSUM = "checksum"


class Halt(Enum):
    """Why an output that was wanted is not on its way."""

    PAUSED = "paused"
    """By hand; what arrived of it is kept."""

    CANCELED = "canceled"
    """By hand; nothing is kept of it, and nobody fetches it unasked: it was given up."""

    NOT_THERE_YET = "not_there_yet"
    """Its link is alive and was refused: it is tried again."""

    NO_ROOM = "no_room"
    """The disk is full; it goes on when there is room."""

    ELSEWHERE = "elsewhere"
    """Another process is fetching it."""

    STAGED = "staged"
    """It is whole in the staging folder, and has to be put into the bucket."""

    NOT_ANEW = "not_anew"
    """It is saved. It was to be fetched once more, and could not be."""

    @property
    def by_hand(self) -> bool:
        """Whether it stands until a person says otherwise."""
        return self in (Halt.PAUSED, Halt.CANCELED)


@frozen(kw_only=True)
class Fetch:
    """What became of one output's download. Sizes are bytes; `rate` is bytes per second.

    AVAILABLE is one that was wanted and set aside: `halt` says how. `reasons` say why it ended or
    waits, or what is odd about the file. `retry_at` is when it is tried again (our clock, UTC),
    where that is known. `checked` is what the word "saved" rests on. `reported`: a command has said
    that it failed for good or expired, and ended with that exit code. `url` is where it is in a
    bucket: it has that or a `path`, where it is on disk.
    """

    state: OutputState
    path: Path | None = None
    url: str | None = None
    done: int = 0
    total: int | None = None
    sha256: str | None = None
    reasons: "tuple[Reason, ...]" = ()
    rate: float = 0.0
    checked: tuple[Check, ...] = ()
    halt: Halt | None = None
    retry_at: datetime | None = None
    reported: bool = False

    @property
    def place(self) -> str | None:
        """Where it is, as text: a path, or the URL of an object in a bucket."""
        return str(self.path) if self.path else self.url

    @property
    def staged(self) -> bool:
        """Whether it is whole here and on its way to a bucket: its link is needed no more."""
        return self.halt is Halt.STAGED

    def set_aside(
        self, halt: Halt, *reasons: "Reason", retry_at: datetime | None = None
    ) -> "Fetch":
        """The same, on its way no longer."""
        return replace(
            self,
            state=OutputState.AVAILABLE,
            halt=halt,
            reasons=reasons,
            retry_at=retry_at,
            rate=0.0,
            reported=False,
        )


@frozen(kw_only=True)
class Asset:
    """One output of a task with everything known about it; `n` counts from 1.

    `renewable_until` is the end of the file where its link dies before: the task can be asked for a
    fresh one. `deadline` is until when it has to be fetched: `expires_at`, or once that is over the
    end of such a file. `rating` is a person's: 0 for rejected, 1 to 5, None for none.
    """

    n: int
    output: Output
    state: OutputState
    expires_at: datetime | None
    basis: Basis | None
    fetch: Fetch | None
    deadline: datetime | None = None
    renewable_until: datetime | None = None
    rating: int | None = None

    @property
    def url(self) -> str | None:
        """The absolute link; None where the file is inline or wants a second call first."""
        return self.output.where.url if isinstance(self.output.where, Link) else None

    @property
    def needs_auth(self) -> bool:
        """Whether some request on the way to the bytes carries the key."""
        return isinstance(self.output.where, (Content, Handle))

    @property
    def saved(self) -> bool:
        """True once the whole, verified file was saved, wherever a person moved it since."""
        return self.state in (OutputState.DOWNLOADED, OutputState.MOVED)

    @property
    def settled(self) -> bool:
        """True where nothing is left to be lost: it was saved, or given up by a person."""
        return self.saved or self.state is OutputState.GIVEN_UP

    @property
    def lost(self) -> bool:
        """True for an output that expired before it was saved."""
        return self.state is OutputState.EXPIRED


def state_of(
    output: Output,
    fetch: Fetch | None,
    until: datetime | None,
    now: datetime,
    *,
    moved: bool = False,
) -> OutputState:
    """Where an output's bytes are that can be fetched until then; both by the provider's clock.

    `moved`: its file was looked for, and is not where it was saved.
    """
    if fetch is not None and fetch.state is OutputState.DOWNLOADED:
        return OutputState.MOVED if moved else fetch.state
    if fetch is not None and fetch.state is OutputState.DOWNLOADING:
        return fetch.state
    if fetch is not None and fetch.halt is Halt.CANCELED:
        return OutputState.GIVEN_UP
    if fetch is not None and fetch.staged:
        return OutputState.AVAILABLE
    if until is not None and until <= now:
        return OutputState.EXPIRED
    if fetch is not None and fetch.state is OutputState.FAILED:
        return fetch.state
    # Refused before its end, or that was moved since: it is not lost.
    if fetch is not None and fetch.state is OutputState.EXPIRED and until is None:
        return OutputState.FAILED
    return OutputState.UNRESOLVED if isinstance(output.where, Handle) else OutputState.AVAILABLE


def soonest_loss(assets: Iterable[Asset]) -> Asset | None:
    """Of a task's outputs the unsaved one that expires soonest and has not expired yet."""
    soonest: tuple[datetime, Asset] | None = None
    for asset in assets:
        at = asset.deadline
        staged = asset.fetch is not None and asset.fetch.staged
        if at is None or asset.settled or asset.lost or staged:
            continue
        if soonest is None or at < soonest[0]:
            soonest = at, asset
    return soonest[1] if soonest else None
