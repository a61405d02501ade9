"""What every store does, however it keeps things (`watch/store.py`)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from types import MappingProxyType

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from postgres_fixtures import Servers
from shared_store import new_store, team_store

from rushes.providers.model import Link, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.reply import Reply
from rushes.providers.text_media import Page
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.figures.gathered import Asked
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import By
from rushes.watch.history.store import History
from rushes.watch.queued_events import CommandEnd, Happening
from rushes.watch.ratings import Rating
from rushes.watch.reasons import CameInstead
from rushes.watch.store import (
    ANSWER_WITHIN,
    COMMAND_WITHIN,
    USE_WITHIN,
    Closure,
    Lease,
    LeaseRequest,
    Store,
)
from rushes.watch.task import LateFiles, Ref, Task, Transition, Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = 86_400.0
INTERVAL = 5.0
A, B = Ref("hiapi", "a"), Ref("hiapi", "b")
NOTHING_KNOWN: Mapping[Ref, float] = MappingProxyType({})
REPLY = Reply(200, {"date": "now"}, b'{"a": 1}')

Stores = tuple[Store, Store]
"""The stores of two processes that share what is kept."""


@pytest.fixture(params=["sqlite", "memory", "postgres18", "postgres15"])
def open_store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, postgres_servers: Servers
) -> Callable[[str], Store]:
    """Opens a store for a process of that home: those of a team have one home each."""
    if request.param == "sqlite":
        return lambda _home: History(tmp_path / "history.db", clock=clock)
    if request.param == "memory":
        memory = Memory()
        return lambda _home: MemoryStore(memory, clock)
    server = postgres_servers.of(int(request.param.removeprefix("postgres")))
    url = new_store(server)

    def opened(home: str) -> Store:
        return team_store(url, tmp_path / home, clock)

    return opened


@pytest.fixture
async def stores(open_store: Callable[[str], Store]) -> AsyncIterator[Stores]:
    """Of two machines, where there is a store for several."""
    async with both(open_store("one"), open_store("other")) as stores:
        yield stores


@pytest.fixture
async def of_a_home(open_store: Callable[[str], Store]) -> AsyncIterator[Stores]:
    """Of two processes of one home."""
    async with both(open_store("one"), open_store("one")) as stores:
        yield stores


@asynccontextmanager
async def both(one: Store, other: Store) -> AsyncGenerator[Stores]:
    yield one, other
    for store in (one, other):
        await store.close()


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def seen(*steps: tuple[Status, float], polls: int = 1) -> Task:
    """Task A after these steps."""
    status = steps[-1][0]
    return Task(
        entry=entry("a"),
        status=status,
        raw_status=status.value,
        transitions=tuple(Transition(one, one.value, at(seconds)) for one, seconds in steps),
        polls=polls,
        last_polled_at=at(steps[-1][1]),
    )


async def loaded(store: Store, ref: Ref = A) -> Task:
    return (await store.load([entry(ref.id)]))[ref]


async def save(store: Store, task: Task, reply: Reply | None = None) -> None:
    store.save(task, reply)
    await store.flush()


def statuses(task: Task) -> list[Status]:
    return [step.status for step in task.transitions]


# -- what was observed ------------------------------------------------------------------------


async def test_what_one_saved_the_other_loads(stores: Stores) -> None:
    one, other = stores
    task = replace(
        seen((Status.QUEUED, 0), (Status.SUCCEEDED, 9), polls=7),
        snapshot=Snapshot(
            status=Status.SUCCEEDED,
            raw_status="succeeded",
            outputs=(Output(kind="video", where=Link("https://x.example/a.mp4")),),
        ),
        trouble=Trouble(kind=ProblemKind.MALFORMED, message="no JSON", since=NOW, code="x"),
        fetches={1: Fetch(state=OutputState.DOWNLOADED, path=Path("/x/a"), sha256="ab")},
        not_found_in_a_row=1,
        unfinished_at=at(5),
        skew=timedelta(seconds=-3),
        late_files=LateFiles(2, reported=True),
        ratings={1: Rating(4, at(6)), 2: Rating(None, at(7))},
    )
    await save(one, task)
    assert await loaded(other) == task


async def test_what_was_never_saved_is_a_task_that_was_never_seen(stores: Stores) -> None:
    assert await loaded(stores[0], B) == Task(entry=entry("b"))


async def test_the_entry_is_the_one_that_was_asked_with(stores: Stores) -> None:
    await save(stores[0], seen((Status.RUNNING, 1)))
    labelled = replace(entry("a"), label="opening shot")
    assert (await stores[1].load([labelled]))[A].entry == labelled


async def test_of_one_task_the_last_save_counts(stores: Stores) -> None:
    store = stores[0]
    store.save(seen((Status.QUEUED, 0), polls=1))
    await save(store, seen((Status.QUEUED, 0), (Status.RUNNING, 4), polls=2))
    task = await loaded(store)
    assert (task.status, task.polls) == (Status.RUNNING, 2)


async def test_steps_that_two_processes_saw_apart_are_joined(stores: Stores) -> None:
    """T1: none is lost, none is there twice, and nothing comes after the first end."""
    one, other = stores
    await save(one, seen((Status.QUEUED, 0), (Status.SUCCEEDED, 20)))
    await save(other, seen((Status.QUEUED, 1), (Status.RUNNING, 10), (Status.SUCCEEDED, 21)))
    expected = [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED]
    assert [statuses(await loaded(store)) for store in stores] == [expected, expected]


@pytest.mark.parametrize("first", [0, 1])
async def test_the_first_end_of_a_task_stands(stores: Stores, first: int) -> None:
    await save(stores[first], seen((Status.SUCCEEDED, 10)))
    await save(stores[1 - first], seen((Status.GONE, 20)))
    await save(stores[1 - first], seen((Status.RUNNING, 30), polls=9))
    assert (await loaded(stores[first])).status is Status.SUCCEEDED


async def test_polls_are_never_counted_down(stores: Stores) -> None:
    one, other = stores
    await save(one, seen((Status.RUNNING, 10), polls=9))
    await save(other, seen((Status.RUNNING, 11), polls=2))
    assert (await loaded(one)).polls == 9


async def test_a_saved_file_stays_known(stores: Stores) -> None:
    one, other = stores
    film = Fetch(state=OutputState.DOWNLOADED, path=Path("/x/a.mp4"), done=9, sha256="ab")
    await save(one, seen((Status.SUCCEEDED, 1)).with_fetch(1, film))
    failed = Fetch(state=OutputState.FAILED, reasons=(CameInstead(Page.WEB),))
    await save(other, seen((Status.SUCCEEDED, 1)).with_fetch(1, failed))
    assert (await loaded(other)).fetches == {1: film}
    anew = replace(film, path=Path("/x/a-2.mp4"))
    await save(other, seen((Status.SUCCEEDED, 1)).with_fetch(1, anew))
    assert (await loaded(one)).fetches == {1: anew}


async def test_of_two_ratings_of_an_output_the_last_one_stands(stores: Stores) -> None:
    one, other = stores
    ended = seen((Status.SUCCEEDED, 1))
    await save(other, replace(ended, ratings={1: Rating(5, at(9)), 2: Rating(0, at(3))}))
    await save(one, replace(ended, ratings={1: Rating(2, at(8)), 3: Rating(1, at(4))}))
    expected = {1: Rating(5, at(9)), 2: Rating(0, at(3)), 3: Rating(1, at(4))}
    assert [(await loaded(store)).ratings for store in stores] == [expected, expected]
    await save(one, replace(ended, ratings={1: Rating(None, at(10))}))
    assert (await loaded(other)).rating == 1


async def test_a_download_under_way_is_nobody_elses(stores: Stores) -> None:
    active = Fetch(state=OutputState.DOWNLOADING, done=3, total=9)
    await save(stores[0], seen((Status.SUCCEEDED, 1)).with_fetch(1, active))
    assert (await loaded(stores[1])).fetches == {}


async def test_the_last_reply_is_kept_and_a_save_without_one_leaves_it(stores: Stores) -> None:
    one, other = stores
    assert await one.last_body(A) is None
    await save(one, seen((Status.RUNNING, 1)), REPLY)
    await save(one, seen((Status.RUNNING, 1), polls=2))
    body = await other.last_body(A)
    assert body is not None
    assert (body.status, body.headers, body.body) == (REPLY.status, REPLY.headers, REPLY.body)


# -- whose turn it is -------------------------------------------------------------------------


def request(
    *by_hand: Ref,
    tasks: Collection[Task] = (),
    key_mark: str = "k",
    waited: Mapping[Ref, float] = NOTHING_KNOWN,
) -> LeaseRequest:
    return LeaseRequest(
        account="hiapi",
        key_mark=key_mark,
        interval=INTERVAL,
        tasks=list(tasks or [Task(entry=entry("a"))]),
        by_hand=frozenset(by_hand),
        waited=waited,
    )


async def take(store: Store, *by_hand: Ref) -> Lease:
    (lease,) = (await store.take(request(*by_hand))).leases
    return lease


async def granted(store: Store, *by_hand: Ref) -> bool:
    return (await take(store, *by_hand)).fence is not None


async def test_a_lease_excludes_others_and_tells_them_for_how_long(stores: Stores) -> None:
    one, other = stores
    assert await granted(one)
    refused = await take(other)
    assert (refused.fence, refused.asking) == (None, True)
    assert refused.free_in == USE_WITHIN + ANSWER_WITHIN


async def test_each_task_of_a_request_has_its_answer(stores: Stores) -> None:
    one, other = stores
    await one.take(request())
    both = [Task(entry=entry("a")), Task(entry=entry("b"))]
    leases = (await other.take(request(tasks=both))).leases
    assert {lease.ref: lease.fence is not None for lease in leases} == {A: False, B: True}


async def test_whoever_has_a_lease_may_take_it_again(stores: Stores) -> None:
    assert await granted(stores[0])
    assert await granted(stores[0])


async def test_a_lease_that_nobody_ends_runs_out(stores: Stores, clock: ManualClock) -> None:
    one, other = stores
    assert await granted(one)
    clock.ticks += USE_WITHIN + ANSWER_WITHIN - 0.1
    assert not await granted(other)
    clock.ticks += 0.2
    assert await granted(other)


async def test_one_that_is_done_is_free_when_it_was_said_to_be(
    stores: Stores, clock: ManualClock
) -> None:
    one, other = stores
    one.done(await take(one), INTERVAL)
    await one.flush()
    refused = await take(other)
    assert (refused.fence, refused.asking, refused.free_in) == (None, False, INTERVAL)
    clock.ticks += INTERVAL
    assert await granted(other)


async def waits(store: Store, seconds: float, *by_hand: Ref) -> Lease:
    """Ask for a lease of a task that has waited so long, as far as is known."""
    (lease,) = (await store.take(request(*by_hand, waited={A: seconds}))).leases
    return lease


async def test_one_that_another_asked_about_since_is_refused_and_its_place_is_told(
    stores: Stores, clock: ManualClock
) -> None:
    """Row 89: others may have waited longer; who learns its place may lease it at its turn."""
    one, other = stores
    one.done(await take(one), INTERVAL)
    await one.flush()
    clock.ticks += INTERVAL + 2.0
    refused = await waits(other, 60.0)
    assert (refused.fence, refused.asking, refused.free_in) == (None, False, -2.0)
    assert (await waits(other, 2.0)).fence is not None


async def test_by_hand_it_is_granted_however_long_it_has_waited(
    stores: Stores, clock: ManualClock
) -> None:
    one, other = stores
    one.done(await take(one), INTERVAL)
    await one.flush()
    clock.ticks += INTERVAL + 2.0
    assert (await waits(other, 60.0, A)).fence is not None


async def test_one_that_nobody_asked_about_is_granted_however_long_it_has_waited(
    stores: Stores, clock: ManualClock
) -> None:
    one, other = stores
    assert (await waits(one, inf)).fence is not None
    # That lease was not used: it tells nothing of when the task was asked about.
    clock.ticks += USE_WITHIN + ANSWER_WITHIN + 1.0
    assert (await waits(other, inf)).fence is not None


async def test_by_hand_only_a_question_under_way_is_waited_for(stores: Stores) -> None:
    one, other = stores
    lease = await take(one)
    assert not await granted(other, A)
    one.done(lease, INTERVAL)
    await one.flush()
    assert await granted(other, A)


async def test_ending_a_lease_ends_no_later_one(stores: Stores) -> None:
    """Not even one that was taken at the same moment, and so runs out at the same one."""
    one, other = stores
    first = await take(one)
    one.done(first, 0.0)
    assert await granted(one)
    await one.flush()
    one.done(first, 0.0)
    await one.flush()
    assert not await granted(other)


async def test_ending_a_lease_that_another_has_taken_over_ends_nothing(
    stores: Stores, clock: ManualClock
) -> None:
    one, other = stores
    mine = await take(one)
    clock.ticks += USE_WITHIN + ANSWER_WITHIN
    assert await granted(other)
    one.done(mine, 0.0)
    await one.flush()
    assert not await granted(one)


async def test_who_leaves_gives_up_what_is_not_done_of_that_account(stores: Stores) -> None:
    one, other = stores
    await take(one)
    one.leave("vidu", 0.0)
    await one.flush()
    assert not await granted(other)
    one.leave("hiapi", 0.0)
    await one.flush()
    assert await granted(other)


async def test_what_was_saved_comes_with_the_lease_and_an_end_refuses_it(stores: Stores) -> None:
    one, other = stores
    running = seen((Status.RUNNING, 1), polls=3)
    await save(one, running)
    lease = await take(other)
    assert (lease.fence is not None, lease.news) == (True, running)
    (known,) = (await other.take(request(tasks=[running]))).leases
    assert known.news is None
    over = seen((Status.RUNNING, 1), (Status.FAILED, 9), polls=4)
    await save(one, over)
    lease = await take(other)
    assert (lease.fence, lease.news) == (None, over)


async def test_steps_seen_apart_are_news_though_no_more_polls_were_counted(stores: Stores) -> None:
    one, other = stores
    await save(one, seen((Status.QUEUED, 0), (Status.RUNNING, 5), polls=2))
    ours = seen((Status.RUNNING, 5), polls=2)
    (lease,) = (await other.take(request(tasks=[ours]))).leases
    assert lease.news is not None
    assert statuses(lease.news) == [Status.QUEUED, Status.RUNNING]


# -- what closes an account -------------------------------------------------------------------


async def test_a_closure_holds_others_for_its_time(stores: Stores, clock: ManualClock) -> None:
    one, other = stores
    throttled = Problem(kind=ProblemKind.RATE_LIMITED, message="slow down", http_status=429)
    one.close_account("hiapi", "k", Closure(throttled, 60.0))
    await one.flush()
    assert (await other.take(request(key_mark="another"))).closure == Closure(throttled, 60.0)
    clock.ticks += 59.0
    assert (await other.take(request())).closure == Closure(throttled, 1.0)
    clock.ticks += 1.0
    assert (await other.take(request())).closure is None


async def test_a_refused_key_concerns_only_who_has_that_key(stores: Stores) -> None:
    one, other = stores
    refused = Problem(kind=ProblemKind.AUTH, message="invalid key", code="401")
    one.close_account("hiapi", "k", Closure(refused, 60.0))
    await one.flush()
    assert (await other.take(request())).closure == Closure(refused, 60.0)
    assert (await other.take(request(key_mark="another"))).closure is None


async def test_so_many_slots_there_are_in_all(stores: Stores, clock: ManualClock) -> None:
    one, other = stores
    async with one.slot("hiapi", 2), other.slot("hiapi", 2):
        third = asyncio.create_task(one.slot("hiapi", 2).__aenter__())
        await clock.advance(1.0)
        assert not third.done()
        async with other.slot("vidu", 2):
            pass
    await clock.advance(1.0)
    assert third.done()


# -- what is kept -----------------------------------------------------------------------------


async def test_what_nobody_watches_is_forgotten_in_time(stores: Stores, clock: ManualClock) -> None:
    one, other = stores
    one.save(seen((Status.SUCCEEDED, 1)), REPLY)
    await save(one, replace(seen((Status.SUCCEEDED, 1)), entry=entry("b")), REPLY)
    assert await one.prune(None, ()) == 0
    assert await one.prune(3 * DAY, [A, B]) == 0
    clock.wall += timedelta(days=2)
    await other.note_watched([B])
    clock.wall += timedelta(days=2)
    assert await other.prune(3 * DAY, ()) == 1
    await one.prune(3 * DAY, ())  # each machine of a team has a copy of its own
    assert (await loaded(one), await one.last_body(A)) == (Task(entry=entry("a")), None)
    assert (await loaded(one, B)).polls == 1


async def test_what_is_saved_as_it_closes_is_saved(stores: Stores) -> None:
    one, other = stores
    one.save(seen((Status.RUNNING, 1)))
    await one.close()
    await one.close()
    assert (await loaded(other)).status is Status.RUNNING
    condition = one.condition
    assert (condition.notices, condition.unsaved, condition.begun_anew) == ((), None, 0)


async def test_the_last_tasks_of_an_account_that_succeeded_are_told(stores: Stores) -> None:
    store, other = stores
    for n, account in enumerate(("hiapi", "hiapi-2", "hiapi")):
        done = seen((Status.RUNNING, n), (Status.SUCCEEDED, n + 60))
        store.save(replace(done, entry=entry(f"t{n}", account)))
    store.save(replace(seen((Status.RUNNING, 9)), entry=entry("under-way")))
    store.save(replace(seen((Status.FAILED, 9)), entry=entry("failed")))
    await store.flush()
    found = {task.ref.id: task for task in await other.ended("hiapi", 10)}
    assert found.keys() == {"t0", "t2"}
    assert found["t2"].transitions[-1].observed_at == at(62)
    assert [task.ref.id for task in await other.ended("hiapi", 1)] == ["t2"]
    assert not await other.ended("gptge", 10)


async def test_what_is_usual_is_told_by_tasks_that_anybody_saved(stores: Stores) -> None:
    ours, theirs = stores
    for n in range(6):
        steps = (Status.RUNNING, 0.0), (Status.SUCCEEDED, 10.0 + n)
        one = replace(seen(*steps), entry=entry(f"t{n}"), unfinished_at=at(9 + n))
        said = Snapshot(status=Status.SUCCEEDED, raw_status="success", model="m")
        ours.save(replace(one, snapshot=said))
    await ours.flush()
    found = await theirs.usual(Model("hiapi", "m"))
    assert found is not None
    assert (found.tasks, found.half) == (6, timedelta(seconds=12))
    assert await theirs.usual(Model("hiapi", "other")) is None
    (tally,) = (await theirs.figures(Asked(by=(By.MODEL,)), at(60), {})).groups
    assert (tally.key, tally.succeeded) == (("m",), 6)


# -- events and their commands ----------------------------------------------------------------


def ended(status: Status = Status.SUCCEEDED) -> Happening:
    return Happening(
        kind=ENDS[status], at=at(9), subject=str(A), values={"ref": str(A), "label": "shot"}
    )


def saved(sha256: str = "ab", *, again: bool = False) -> Happening:
    return Happening(
        kind=EventKind.SAVED,
        at=at(9),
        subject=str(A),
        n=1,
        mark=f"{sha256} anew" if again else sha256,
        again=again,
        values={"sha256": sha256, "path": "/x/a"},
    )


def with_file(state: OutputState = OutputState.DOWNLOADED) -> Task:
    return replace(
        seen((Status.SUCCEEDED, 5)), fetches={1: Fetch(state=state, path=Path("/x/a"), sha256="ab")}
    )


async def begun(store: Store) -> list[tuple[EventKind, str]]:
    """The events whose commands this store is given, in their order."""
    given: list[tuple[EventKind, str]] = []
    while (event := await store.begin_event()) is not None:
        given.append((event.happening.kind, event.happening.mark))
    return given


async def test_what_happened_is_queued_with_its_cause_and_given_out_once(of_a_home: Stores) -> None:
    one, other = of_a_home
    one.save(seen((Status.SUCCEEDED, 9)), REPLY, [ended()])
    await one.flush()
    assert await one.has_event(own=True)
    assert not await other.has_event(own=False)
    event = await one.begin_event()
    assert event is not None
    assert event.happening == ended()
    assert [await begun(one), await begun(other)] == [[], []]


async def test_an_end_that_two_processes_hear_is_one_event_of_the_first(of_a_home: Stores) -> None:
    one, other = of_a_home
    one.save(seen((Status.SUCCEEDED, 9)), REPLY, [ended()])
    await one.flush()
    other.save(seen((Status.GONE, 10)), REPLY, [ended(Status.GONE)])
    other.save(seen((Status.SUCCEEDED, 9)), REPLY, [ended()])
    await other.flush()
    assert await begun(other) == []
    assert await begun(one) == [(EventKind.SUCCEEDED, "")]


async def test_a_file_is_news_once_unless_a_person_had_it_fetched_again(of_a_home: Stores) -> None:
    one, other = of_a_home
    one.save(with_file(), None, [saved()])
    one.save(with_file(), None, [saved()])
    await one.flush()
    other.save(with_file(), None, [saved()])
    other.save(with_file(), None, [saved(again=True)])
    await other.flush()
    assert await begun(one) == [(EventKind.SAVED, "ab")]
    assert await begun(other) == [(EventKind.SAVED, "ab anew")]


async def test_a_download_that_failed_before_is_no_news(of_a_home: Stores) -> None:
    store = of_a_home[0]
    failed = Happening(
        kind=EventKind.DOWNLOAD_FAILED, at=at(9), subject=str(A), n=1, mark="9", values={}
    )
    store.save(with_file(OutputState.FAILED), None, [failed])
    await store.flush()
    store.save(with_file(OutputState.FAILED), None, [replace(failed, mark="10")])
    await store.flush()
    assert await begun(store) == [(EventKind.DOWNLOAD_FAILED, "9")]


async def test_of_several_saves_in_one_commit_no_event_is_lost(of_a_home: Stores) -> None:
    store = of_a_home[0]
    store.save(seen((Status.SUCCEEDED, 5)), REPLY, [ended()])
    store.save(with_file(), None, [saved()])
    store.save(with_file())
    await store.flush()
    assert await begun(store) == [(EventKind.SUCCEEDED, ""), (EventKind.SAVED, "ab")]


async def test_what_comes_without_a_save_is_queued_once(of_a_home: Stores) -> None:
    one, other = of_a_home
    expiring = Happening(kind=EventKind.EXPIRING, at=at(9), subject=str(A), mark="x", values={})
    for store in (one, other, one):
        store.queue(expiring)
        await store.flush()
    assert await begun(one) == [(EventKind.EXPIRING, "x")]
    assert await begun(other) == []


async def test_an_account_has_one_problem_of_a_kind_until_it_answers(of_a_home: Stores) -> None:
    one, other = of_a_home
    problem = Happening(
        kind=EventKind.PROBLEM, at=at(9), subject="hiapi", mark="unavailable", values={}
    )
    for store in (one, other):
        store.queue(problem)
        await store.flush()
    assert [len(await begun(one)), len(await begun(other))] == [1, 0]
    one.recovered("hiapi")
    await one.flush()
    other.queue(problem)
    await other.flush()
    assert len(await begun(other)) == 1


async def test_what_nobody_else_can_run_any_more_is_taken_over(
    of_a_home: Stores, clock: ManualClock
) -> None:
    one, other = of_a_home
    one.queue(replace(ended(), at=clock.now()))
    await one.flush()
    assert not await other.has_event(own=False)
    clock.wall += timedelta(seconds=COMMAND_WITHIN + 1)
    assert await other.has_event(own=False)
    assert not await other.has_event(own=True)
    assert len(await begun(other)) == 1
    assert await begun(one) == []


async def test_what_was_begun_and_never_ended_is_cut_off_and_not_begun_again(
    of_a_home: Stores, clock: ManualClock
) -> None:
    one, other = of_a_home
    for kind in (EventKind.SUCCEEDED, EventKind.IDLE):
        one.queue(replace(ended(), kind=kind, at=clock.now()))
    await one.flush()
    first = await one.begin_event()
    assert first is not None
    one.end_event(first.number, CommandEnd.DONE)
    assert await one.begin_event() is not None
    await one.flush()
    assert [await other.cut_off(), await one.cut_off()] == [[], []]
    clock.wall += timedelta(seconds=COMMAND_WITHIN + 1)
    (cut_off,) = await other.cut_off()
    assert (cut_off.kind, cut_off.subject) == (EventKind.IDLE, str(A))
    assert [await begun(one), await begun(other)] == [[], []]


async def test_one_command_runs_at_a_time(of_a_home: Stores, clock: ManualClock) -> None:
    one, other = of_a_home
    running: list[int] = []

    async def run(store: Store) -> None:
        async with store.command_turn():
            running.append(len(running))
            await clock.sleep(3.0)
            running.pop()

    works = [asyncio.create_task(run(store)) for store in (one, other, one)]
    for _ in range(100):
        await clock.advance(0.1)
        assert len(running) <= 1
    await asyncio.gather(*works)
