"""One watched task and all that is known of it. Frozen: every observation makes a new Task."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from rushes.providers.expiry import deadline, renewable_until
from rushes.providers.fields import field, replace
from rushes.providers.frozen import frozen
from rushes.providers.model import ProblemKind, Snapshot, Status
from rushes.watch.asset import Asset, Fetch, OutputState, soonest_loss, state_of
from rushes.watch.ratings import Ratings


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
    """One task of a watchlist, as a person wrote it. `added` is UTC.

    `model` and `prompt` are what was submitted, as far as it was known when the task was added.
    """

    ref: Ref
    added: datetime
    label: str = ""
    tags: tuple[str, ...] = ()
    model: str = ""
    prompt: str = ""


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


class PollReason(Enum):
    """What decides when a task is asked about next."""

    INTERVAL = "interval"
    """Its interval, which `PollWhy.seconds` says."""
    UNKNOWN_STATUS = "unknown_status"
    """A status that is not known, which is asked about more slowly."""
    PAST_ADVICE = "past_advice"
    """It takes longer than the gateway's documents advise to ask."""
    RETRY_AFTER = "retry_after"
    """The gateway asked to wait for `PollWhy.seconds`."""
    RETRY_AFTER_CAPPED = "retry_after_capped"
    """The gateway asked to wait for `PollWhy.seconds`, which is longer than is waited."""
    BACK_OFF = "back_off"
    """The gateway cannot be reached, or throttles."""
    REFUSED = "refused"
    """The gateway refused to tell."""
    NO_KEY = "no_key"
    """There is no key to ask with."""
    LATE_FILES = "late_files"
    """It succeeded without files, which may come later."""
    ELSEWHERE = "elsewhere"
    """Another process asked."""
    ACCOUNT = "account"
    """Its account is not to be asked anything now."""
    OUR_FAULT = "our_fault"
    """A fault of ours kept us from asking."""
    PAUSED = "paused"
    """Polling is paused, so there is no next poll."""


@frozen
class PollWhy:
    """Why a task is asked about when it is, and how many seconds that is, where it is about some.

    They are what is set or was asked for; when the poll really is may differ by chance.
    """

    reason: PollReason
    seconds: float = 0.0


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


def _no_ratings() -> Ratings:
    return {}


@frozen(kw_only=True)
class Task:
    """A watched task: its watchlist entry, the last snapshot, and what happened since.

    `status` and `raw_status` are None before the first answer. `skew` is the server's clock less
    ours, from its `Date`: countdowns add it to our time. `unfinished_at` is the last sighting of
    the task before it was over. `moved` are the outputs whose files were looked for, and are not
    where they were saved.
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
    next_poll_why: PollWhy | None = None
    unfinished_at: datetime | None = None
    skew: timedelta = timedelta(0)
    record_lifetime: timedelta | None = None
    late_files: LateFiles = LateFiles()
    moved: frozenset[int] = frozenset()
    ratings: Ratings = field(default_factory=_no_ratings)
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
    def model(self) -> str | None:
        """What generates it: as the provider says, else as it was submitted."""
        return (self.snapshot.model if self.snapshot else None) or self.entry.model or None

    @property
    def prompt(self) -> str | None:
        """What was asked for: as the provider says, else as it was submitted."""
        return (self.snapshot.prompt if self.snapshot else None) or self.entry.prompt or None

    @property
    def search_text(self) -> str:
        """What a plain word of a filter is looked for in, folded: the texts with NUL in between.

        It is kept with the task once it was asked for: a filter asks at every key. No word of a
        filter holds a NUL, so none is found across two texts.
        """
        if not self._search_text:
            entry = self.entry
            texts = [entry.label, str(entry.ref), *entry.tags, self.model or "", self.prompt or ""]
            object.__setattr__(self, "_search_text", "\0".join(texts).casefold())
        return self._search_text

    @property
    def over(self) -> bool:
        """True once a terminal status is known, which stands."""
        return self.status is not None and self.status.terminal

    @property
    def error(self) -> str | None:
        """Why it failed, in the provider's words; its code where it gives no words."""
        failure = self.snapshot.failure if self.snapshot else None
        return (failure.message or failure.code) if failure else None

    @property
    def saved_bytes(self) -> int:
        """The bytes of its files that are saved."""
        saved = (f for f in self.fetches.values() if f.state is OutputState.DOWNLOADED)
        return sum(fetch.done for fetch in saved)

    @property
    def rating(self) -> int | None:
        """The best rating of its outputs, 0 for rejected to 5; None where none was rated."""
        return max((r.value for r in self.ratings.values() if r.value is not None), default=None)

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
            fetch, rating = self.fetches.get(n), self.ratings.get(n)
            yield Asset(
                n=n,
                output=output,
                state=state_of(output, fetch, until, their_now, moved=n in self.moved),
                expires_at=expires_at,
                basis=basis,
                fetch=fetch,
                deadline=until,
                renewable_until=fresh_until,
                rating=rating.value if rating else None,
            )

    @property
    def ends_of_unsaved(self) -> tuple[datetime, ...]:
        """The ends of all links and files that can be lost, by our clock (UTC), past or not."""
        return tuple(
            self.our_time(at)
            for asset in self.assets(_BEFORE_ALL)
            for at in (asset.expires_at, asset.renewable_until)
            if at is not None and not asset.settled
        )

    def next_loss(self, now: datetime) -> Asset | None:
        """The unsaved output that expires soonest and has not expired yet."""
        return soonest_loss(self.assets(now))

    def with_fetch(self, n: int, fetch: Fetch | None) -> "Task":
        """This task with the download record of output `n` replaced, or removed for None."""
        fetches = {k: v for k, v in self.fetches.items() if k != n}
        if fetch is not None:
            fetches[n] = fetch
        return replace(self, fetches=fetches, moved=self.moved - {n})
