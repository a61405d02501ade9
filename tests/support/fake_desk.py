"""A desk for tests of the screen: it asks no gateway, touches no disk and notes what it is told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar, cast

from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from prepared_posters import PreparedPosters
from sample_tasks import held_by

from rushes.providers.errors import RushesError
from rushes.watch.changes import Event
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings, load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.downloads.forecast import Forecast
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.downloads.losses_ahead import LossesAhead
from rushes.watch.downloads.policy import DownloadPolicy
from rushes.watch.downloads.standing import LACKING, Standing
from rushes.watch.event_kinds import EventKind
from rushes.watch.keys.find import Key
from rushes.watch.ledger import Ledger
from rushes.watch.polling.account_state import AccountState
from rushes.watch.polling.session import Session
from rushes.watch.query import Query
from rushes.watch.reasons import Reason
from rushes.watch.refusals import DownloadRefusal, DownloadsUnderWay, Throttled
from rushes.watch.task import Entry, Ref, Task, Transition, Trouble
from rushes.watch.watchlist.editing import Reached
from rushes.watch.watchlist.entries import Edit
from rushes.watch.watchlist.opened import Listed, OpenWatchlist
from rushes.watch.watchlist.undo import Undone

if TYPE_CHECKING:
    from rushes.watch.downloads.runner import Downloads
    from rushes.watch.network.asking import Asking

T = TypeVar("T")


def settings_of(tmp_path: Path, text: str = "") -> Settings:
    """The settings that a config.toml of that text makes."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return load(path, {"RUSHES_HOME": str(tmp_path)})


@dataclass
class Transfers:
    """What a desk's transfers say of themselves; a test sets it."""

    active: int = 0
    queued: int = 0
    rate: float = 0.0
    jobs: tuple[Job, ...] = ()
    shortage: Reason | None = None

    def __contains__(self, slot: object) -> bool:
        return any(job.slot == slot for job in self.jobs)


class _Ledger(Ledger):
    def put(self, tasks: Iterable[Task]) -> None:
        known = {one.ref: one for one in tasks}
        if known.keys() - self._tasks.keys():
            self.readers.moved()
        self._tasks = {**self._tasks, **known}
        for ref in known:
            self.readers.changed(ref)

    def drop(self, refs: Iterable[Ref]) -> None:
        gone = set(refs)
        self._tasks = {ref: one for ref, one in self._tasks.items() if ref not in gone}
        self.readers.moved()


class _LossesAhead(LossesAhead):
    def __init__(self, desk: "FakeDesk") -> None:
        self._desk = desk

    @property
    def forecast(self) -> Forecast[OutputKey]:
        return self._desk.expected


class _DownloadPolicy(DownloadPolicy):
    def __init__(self, desk: "FakeDesk") -> None:
        self._desk = desk
        self.downloads = cast("Downloads", desk.transfers)
        self.losses = _LossesAhead(desk)

    def queue(
        self,
        ref: Ref,
        n: int | None = None,
        *,
        wanted: Collection[Standing] = LACKING,
        force: bool = False,
        patience: float | None = None,
    ) -> DownloadRefusal | None:
        about = ref if n is None else (ref, n)
        return self._desk.told("download", about, self._desk.download_refusal)

    def pause(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        return self._desk.told("pause download", (ref, n), self._desk.download_refusal)

    def cancel(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        return self._desk.told("cancel download", (ref, n), self._desk.download_refusal)


class _Watchlist(OpenWatchlist):
    def __init__(self, desk: "FakeDesk", name: str) -> None:
        self._desk = desk
        self._name = name
        self._taken: list[Task] = []
        self._trouble = ""
        self._beside = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def path(self) -> Path:
        return Path("nowhere") / f"{self._name}.toml"

    @property
    def left_out(self) -> int:
        return len(self._desk.older)

    async def reach(self, query: Query) -> Reached:
        if self._desk.edit_fault:
            raise self._desk.edit_fault
        now = self._desk.clock.now()
        found = [one for one in self._desk.older if query.matches(one, now)]
        self._desk.put(*found[-2:])
        return Reached(len(found), len(found[-2:]))

    async def of_home(self) -> list[Listed]:
        return self._desk.lists

    async def switch(self, name: str) -> None:
        self._name = name
        self._desk.drop(tuple(self._desk.ledger.tasks()))

    async def add(self, entries: Iterable[Entry], step: str | None = None) -> list[Ref]:
        watched = self._desk.ledger.tasks()
        fresh = [entry for entry in entries if entry.ref not in watched]
        self._desk.put(*(Task(entry=entry) for entry in fresh))
        refs = [entry.ref for entry in fresh]
        self._desk.told("add", tuple(refs), None)
        return refs

    async def remove(self, entries: Sequence[Entry]) -> None:
        refs = tuple(entry.ref for entry in entries)
        self._desk.told("remove", refs, None)
        self._taken = [self._desk.ledger.tasks()[ref] for ref in refs]
        self._desk.drop(refs)

    async def put(self, entries: Sequence[Entry], edit: Edit) -> list[Ref]:
        refs = [entry.ref for entry in entries]
        if fault := self._desk.told(edit.value, tuple(refs), self._desk.edit_fault):
            raise fault
        tasks = self._desk.ledger.tasks()
        self._desk.put(*(replace(tasks[entry.ref], entry=entry) for entry in entries))
        return refs

    async def undo(self) -> Undone | None:
        back, self._taken = self._taken, []
        self._desk.put(*back)
        return Undone(Edit.REMOVE, tuple(one.ref for one in back)) if back else None


class FakeDesk(Desk):
    """A desk over parts that a test sets by hand.

    `asked` is what it was told to do, the refusals are its answers to that, `lists` the home's
    watchlists, `expected` which downloads will be lost, `keyring` the keys that are found there,
    `older` what is too old to be watched, of which two are taken in at a time.
    """

    def __init__(self, settings: Settings, clock: ManualClock, watchlist_name: str = "trailer"):
        super().__init__(
            settings=settings,
            paths=Paths.under(Path("nowhere")),
            watchlist="default",
            history=MemoryStore(Memory(), clock),
            connect=self._session,
            clock=clock,
            rng=Random(1),
        )
        self.manual_clock = clock
        self.keyring: dict[str, Key] = {}
        self.asked: list[tuple[str, object]] = []
        self.download_refusal: DownloadRefusal | None = None
        self.poll_refusal: Throttled | None = None
        self.switch_refusal: DownloadsUnderWay | None = None
        self.edit_fault: RushesError | None = None
        self.lists: list[Listed] = []
        self.older: list[Task] = []
        self.states: dict[str, AccountState] = {}
        self.transfers = Transfers()
        self.expected: Forecast[OutputKey] = Forecast()
        self.ledger = self._tasks = _Ledger({}, self.history, self.states.__getitem__, clock)
        self.download_policy = _DownloadPolicy(self)
        self.downloads = self.download_policy.downloads
        self.posters = self.prepared_posters = PreparedPosters()
        self.open_list(watchlist_name)

    def _session(self, account: Account) -> Session:
        """A session that has no way to its gateway, and finds no key but those of `keyring`."""

        async def find_key(asked: Account) -> Key:
            return self.keyring.get(asked.id, Key(None, "missing", f"set {asked.key.env}"))

        return Session(account, cast("Asking", None), find_key, self.clock, Random(1))

    def open_list(self, name: str) -> None:
        """Have the open watchlist be called that."""
        self.watchlist = _Watchlist(self, name)

    def put(self, *tasks: Task) -> None:
        """Watch these, or replace them by how they are now."""
        self._tasks.put(tasks)

    def drop(self, refs: Iterable[Ref]) -> None:
        """Watch these no longer."""
        self._tasks.drop(refs)

    def tell(self, kind: EventKind, text: str, transition: Transition | None = None) -> None:
        """Have something happen."""
        at = self.clock.now()
        event = Event(kind=kind, at=at, account="hiapi", text=text, transition=transition)
        self.ledger.readers.happened(event)

    def stand(self, account: str, trouble: Trouble | None = None, key_missing: str = "") -> None:
        """Have an account be in trouble, or out of it."""
        self.states[account] = held_by(account, trouble, key_missing)

    def told(self, what: str, about: object, refusal: T) -> T:
        """Note what it was told to do; returns the refusal."""
        self.asked.append((what, about))
        return refusal

    def account_states(self) -> Mapping[str, AccountState]:
        """The states that the test set."""
        return self.states

    def poll_now(self, refs: Iterable[Ref]) -> Throttled | None:
        """Poll nothing."""
        return self.told("poll", tuple(refs), self.poll_refusal)

    async def switch(self, name: str) -> DownloadsUnderWay | None:
        """Switch to an empty list."""
        if self.told("switch", name, self.switch_refusal) is None:
            await self.watchlist.switch(name)
        return self.switch_refusal
