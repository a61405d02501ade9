"""One watched task and all that is known of it. Frozen: every observation makes a new Task."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from rushes.providers.expiry import deadline, renewable_until
from rushes.providers.frozen import frozen
from rushes.providers.model import ProblemKind, Snapshot, Status
from rushes.watch.asset import Asset, Fetch, state_of


class Ref(NamedTuple):
    """The name of a task: the account that is polled for it, and its id there.

    Everything is looked up by it, and a tuple is hashed in a fifth of a dataclass's time.
    """

    provider: str
    id: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.id}"


@frozen(kw_only=True)
class Entry:
    """One task of a watchlist, as a person wrote it. `added` is UTC."""

    ref: Ref
    added: datetime
    label: str = ""
    tags: tuple[str, ...] = ()


@frozen
class Transition:
    """A change of status: when we saw it, and when it was by the provider's word (UTC).

    `raw_status` is the provider's last word while that status lasted. `again` are later sightings
    of the same change, by other processes; `times` is how many changes this one stands for, where
    there were too many to keep each (`watch/steps.py`).
    """

    status: Status
    raw_status: str | None
    observed_at: datetime
    provider_at: datetime | None = None
    again: "tuple[Transition, ...]" = ()
    times: int = 1


NO_KEY = "no_key"
"""The code of the trouble that an account has no key."""


@frozen(kw_only=True)
class Trouble:
    """Why the last poll brought no news, since when polls bring none, and when the next poll is."""

    kind: ProblemKind
    message: str
    since: datetime
    retry_at: datetime | None = None
    code: str | None = None


LATE_QUESTIONS = 5
"""Polls of a succeeded task whose replies name no file (`polling/late_files.py`)."""


@frozen
class LateFiles:
    """How many such polls were made, and whether a command has reported that there are no files."""

    asked: int = 0
    reported: bool = False


_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""A time before every expiry."""


def _no_fetches() -> Mapping[int, Fetch]:
    return {}


@frozen(kw_only=True)
class Task:
    """A watched task: its watchlist entry, the last snapshot, and what happened since.

    `status` and `raw_status` are None before the first answer. `skew` is the server's clock less
    ours, from its `Date`: countdowns add it to our time. `unfinished_at` is the last sighting of
    the task before it was over.
    """

    entry: Entry
    status: Status | None = None
    raw_status: str | None = None
    snapshot: Snapshot | None = None
    transitions: tuple[Transition, ...] = ()
    trouble: Trouble | None = None
    fetches: Mapping[int, Fetch] = field(default_factory=_no_fetches)
    polls: int = 0
    not_found_in_a_row: int = 0
    last_polled_at: datetime | None = None
    next_poll_at: datetime | None = None
    next_poll_why: str = ""
    unfinished_at: datetime | None = None
    skew: timedelta = timedelta(0)
    record_lifetime: timedelta | None = None
    late_files: LateFiles = LateFiles()
    _search_text: str = field(default="", init=False, repr=False, compare=False)

    @property
    def ref(self) -> Ref:
        """The task's ref."""
        return self.entry.ref

    @property
    def name(self) -> str:
        """The label, or the id where there is none."""
        return self.entry.label or self.ref.id

    @property
    def search_text(self) -> str:
        """What a plain word of a filter is looked for in, folded: the texts with NUL in between.

        It is kept with the task once it was asked for: a filter asks at every key. No word of a
        filter holds a NUL, so none is found across two texts.
        """
        if not self._search_text:
            entry, said = self.entry, self.snapshot
            texts = [entry.label, entry.ref.id, entry.ref.provider, *entry.tags]
            if said is not None:
                texts += [said.model or "", said.prompt or ""]
            object.__setattr__(self, "_search_text", "\0".join(texts).casefold())
        return self._search_text

    @property
    def over(self) -> bool:
        """True once a terminal status is known, which stands."""
        return self.status is not None and self.status.terminal

    @property
    def names_no_file(self) -> bool:
        """True if it succeeded and no reply has named a file so far."""
        named = self.snapshot is not None and self.snapshot.outputs
        return self.status is Status.SUCCEEDED and not named

    @property
    def awaits_files(self) -> bool:
        """True while a task that names no file is polled for its files."""
        return self.names_no_file and self.late_files.asked < LATE_QUESTIONS

    @property
    def without_files(self) -> bool:
        """True once a task that names no file was polled often enough."""
        return self.names_no_file and not self.awaits_files

    @property
    def closed(self) -> bool:
        """True once it is over and no longer polled."""
        return self.over and not self.awaits_files

    def heard_within(self, seconds: float, now: datetime) -> bool:
        """Whether it was polled within that time; False where our clock was set back since."""
        if self.last_polled_at is None:
            return False
        return timedelta(0) <= now - self.last_polled_at < timedelta(seconds=seconds)

    @property
    def started_at(self) -> tuple[datetime, bool] | None:
        """The start of the run by our clock (UTC), and whether the provider stated it."""
        said = self.snapshot and (self.snapshot.started_at or self.snapshot.created_at)
        if said:
            return self.our_time(said), True
        return (self.transitions[0].observed_at, False) if self.transitions else None

    @property
    def finished_at(self) -> datetime | None:
        """The end of the run by our clock (UTC): as the provider stated it, else as we saw it."""
        if not self.over:
            return None
        if self.snapshot is not None and self.snapshot.finished_at is not None:
            return self.our_time(self.snapshot.finished_at)
        return self.transitions[-1].observed_at if self.transitions else None

    def stepped_at(self, step: Transition) -> datetime:
        """The time of a change by our clock (UTC): as the provider stated it, else first seen."""
        return self.our_time(step.provider_at) if step.provider_at else step.observed_at

    @property
    def record_expires_at(self) -> datetime | None:
        """The end (UTC) of the provider's record of the task; None where its documents give none.

        It is counted from the creation, or from when the task was added, which was later.
        """
        if self.record_lifetime is None:
            return None
        created = self.snapshot.created_at if self.snapshot else None
        return (created or self.server_time(self.entry.added)) + self.record_lifetime

    def server_time(self, ours: datetime) -> datetime:
        """Our time as the provider's clock has it; expiries are meant by that clock."""
        return ours + self.skew

    def our_time(self, theirs: datetime) -> datetime:
        """The provider's time as our clock has it, to be shown or compared with our times."""
        return theirs - self.skew

    def assets(self, now: datetime) -> Iterator[Asset]:
        """The outputs in the provider's order, each with its state at `now` (our clock, UTC)."""
        if self.snapshot is None:
            return
        said = self.snapshot.finished_at
        unfinished = self.server_time(self.unfinished_at) if self.unfinished_at else None
        their_now = self.server_time(now)
        for n, output in enumerate(self.snapshot.outputs, start=1):
            found = deadline(output.claims, said, unfinished)
            expires_at, basis = found or (None, None)
            fresh_until = renewable_until(output.claims)
            is_dead = expires_at is not None and expires_at <= their_now
            until = fresh_until if fresh_until is not None and is_dead else expires_at
            fetch = self.fetches.get(n)
            yield Asset(
                n=n,
                output=output,
                state=state_of(output, fetch, until, their_now),
                expires_at=expires_at,
                basis=basis,
                fetch=fetch,
                deadline=until,
                renewable_until=fresh_until,
            )

    @property
    def ends_of_unsaved(self) -> tuple[datetime, ...]:
        """The ends of all links and files that are not saved, by our clock (UTC), past or not."""
        return tuple(
            self.our_time(at)
            for asset in self.assets(_BEFORE_ALL)
            for at in (asset.expires_at, asset.renewable_until)
            if at is not None and not asset.saved
        )

    def next_loss(self, now: datetime) -> Asset | None:
        """The unsaved output that expires soonest and has not expired yet."""
        return soonest_loss(self.assets(now))

    def with_fetch(self, n: int, fetch: Fetch | None) -> "Task":
        """This task with the download record of output `n` replaced, or removed for None."""
        fetches = {k: v for k, v in self.fetches.items() if k != n}
        if fetch is not None:
            fetches[n] = fetch
        return replace(self, fetches=fetches)


def soonest_loss(assets: Iterable[Asset]) -> Asset | None:
    """Of a task's outputs the unsaved one that expires soonest and has not expired yet."""
    soonest: tuple[datetime, Asset] | None = None
    for asset in assets:
        at = asset.deadline
        if at is None or asset.saved or asset.lost:
            continue
        if soonest is None or at < soonest[0]:
            soonest = at, asset
    return soonest[1] if soonest else None
