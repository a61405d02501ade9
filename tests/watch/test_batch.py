"""Several tasks in one question: what is sent, and what each is told (`polling/together.py`)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

import pytest
from batch_gateway import BATCH, CARD, LIMIT, PROVIDER, Answers, task
from fake_gateway import KEY
from manual_clock import ManualClock
from poller_rig import Tasks

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import BODY_LIMIT, Reply
from rushes.providers.routes import PATH_LIMIT
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.polling.account_state import Access
from rushes.watch.polling.question import Outcome, Questions
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.polling.together import ALONE_FOR, Together
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene

IDS = ("a", "b", "c")


def ref(task_id: str) -> Ref:
    return Ref("batching", task_id)


class Kept(Tasks):
    """Tasks of the gateway, and the reply that each is known from."""

    def __init__(self, clock: ManualClock, *ids: str) -> None:
        super().__init__(clock, *ids, provider="batching")
        self.bodies: dict[str, bytes | None] = {}

    def heard(self, ref: Ref, result: object, reply: Reply | None, next_poll: Plan | None) -> None:
        super().heard(ref, result, reply, next_poll)  # pyright: ignore[reportArgumentType]
        self.bodies[ref.id] = reply and reply.body


class Rig:
    """Questions about several tasks, over HTTP, to a gateway that answers as a test says."""

    def __init__(self, loopback: Loopback, clock: ManualClock, answers: Answers, *ids: str) -> None:
        self.clock, self.answers, self.loopback = clock, answers, loopback
        account = Account(
            id="batching",
            provider=PROVIDER,
            base=loopback.url,
            key=KeySource(env="BATCHING_API_KEY"),
            poll_interval=5.0,
        )
        self.client = ApiClient(loopback.url, CARD, concurrency=2)
        self.session = Session(account, self.client, self.key, clock, Random(1))
        self.tasks = Kept(clock, *(ids or IDS))
        questions = Questions(self.session, self.tasks, clock, Random(1))
        self.questions, self.together = questions, Together(self.session, questions, clock)
        loopback.play(self.play)

    async def key(self, _: Account) -> Key:
        return Key(KEY, "test", "")

    def play(self, heard: Heard) -> Scene:
        status, headers, body = self.answers.to(heard.target)
        return [self.loopback.answer(status, body, **headers)]

    async def ask(self, *ids: str) -> Mapping[str, Outcome]:
        asked = [self.tasks.known[ref(task_id)] for task_id in ids or IDS]
        found = await self.together.ask(asked, self.tasks.known.keys())
        return {ref.id: outcome for ref, outcome in found.items()}

    def can_join(self) -> list[str]:
        return [task_id for task_id in IDS if self.together.can_join(ref(task_id))]

    def problems(self) -> list[ProblemKind | None]:
        troubles = [self.tasks.known[ref(task_id)].trouble for task_id in IDS]
        return [trouble and trouble.kind for trouble in troubles]


@pytest.fixture
async def rig(loopback: Loopback, clock: ManualClock) -> AsyncIterator[Rig]:
    made = Rig(loopback, clock, Answers())
    yield made
    await made.client.aclose()


async def test_three_tasks_are_asked_about_in_one_request(rig: Rig) -> None:
    rig.answers.listed = lambda task_id: [task(task_id, "done" if task_id == "b" else "going")]
    outcomes = await rig.ask()
    assert rig.answers.asked == [["a", "b", "c"]]
    assert [rig.tasks.known[ref(one)].status for one in IDS] == [
        Status.RUNNING,
        Status.SUCCEEDED,
        Status.RUNNING,
    ]
    assert [outcomes[one].well for one in IDS] == [True] * 3
    assert rig.can_join() == [*IDS]
    assert rig.questions.tally.asked == rig.questions.tally.reached == 3
    assert rig.session.intervals.saved == 2


async def test_what_is_kept_as_a_task_s_reply_holds_its_own_part_only(rig: Rig) -> None:
    await rig.ask()
    for one in IDS:
        kept = rig.tasks.bodies[one]
        assert kept is not None
        assert json.loads(kept) == task(one)


@pytest.mark.parametrize(
    "parts",
    [
        [],  # nothing is said of it
        [task("b"), task("b", "done")],  # twice
        [task("B")],  # another id
        [{"status": "done"}],
        [{"id": ["b"], "status": "done"}],
        ["b"],
        [None],
    ],
)
async def test_a_task_that_the_list_does_not_speak_of_once_is_asked_about_alone(
    rig: Rig, parts: list[object]
) -> None:
    rig.answers.listed = lambda task_id: parts if task_id == "b" else [task(task_id)]
    outcomes = await rig.ask()
    assert outcomes.keys() == {"a", "c"}
    assert rig.tasks.status_of(ref("b")) is None
    assert rig.can_join() == ["a", "c"]
    await rig.clock.advance(ALONE_FOR)
    assert rig.can_join() == [*IDS]


async def test_an_answer_about_nobody_s_task_is_nobody_s(rig: Rig) -> None:
    rig.answers.listed = lambda task_id: [task(f"{task_id}-of-others", "done")]
    assert await rig.ask() == {}
    assert [rig.tasks.status_of(ref(one)) for one in IDS] == [None] * 3


@pytest.mark.parametrize(
    "part",
    [{"id": "b"}, {"id": "b", "status": 7}, {"id": "b", "status": {}}, {"id": "b", "status": ""}],
)
async def test_a_part_that_cannot_be_read_is_its_own_task_s_trouble(rig: Rig, part: object) -> None:
    rig.answers.listed = lambda task_id: [part] if task_id == "b" else [task(task_id)]
    outcomes = await rig.ask()
    assert outcomes.keys() == {*IDS}
    assert rig.problems()[0] is rig.problems()[2] is None
    assert rig.problems()[1] in (ProblemKind.MALFORMED, ProblemKind.REFUSED)
    assert rig.session.condition.state.access is Access.OPEN


async def test_a_task_that_is_not_found_in_the_list_s_own_words_is_not_found(rig: Rig) -> None:
    gone = {"id": "b", "code": "404", "message": "no such task"}
    rig.answers.listed = lambda task_id: [gone] if task_id == "b" else [task(task_id)]
    await rig.ask()
    assert rig.problems() == [None, ProblemKind.NOT_FOUND, None]


@pytest.mark.parametrize("status", [400, 404, 405, 422, 302])
async def test_a_request_that_is_refused_as_such_is_made_again_task_by_task(
    rig: Rig, status: int
) -> None:
    rig.answers.several = lambda _: (status, {}, b'{"message": "no lists here"}')
    assert await rig.ask() == {}
    assert rig.can_join() == []
    assert rig.problems() == [None] * 3
    assert rig.tasks.bodies == {}
    assert rig.questions.tally.asked == 0
    assert rig.session.condition.state.access is Access.OPEN
    assert rig.session.intervals.saved == -1


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"items": 7}',
        b'{"items": []}',
        b'{"id": "a", "status": "going"}',
        b'{"items": [' + b"1," * 60_000 + b"1]}",
        b" " * (BODY_LIMIT + 1),
    ],
    ids=["torn", "bare list", "number", "empty", "one task", "many values", "too long"],
)
async def test_a_reply_that_is_no_list_is_asked_for_again_task_by_task(
    rig: Rig, body: bytes
) -> None:
    rig.answers.several = lambda _: (200, {}, body)
    assert await rig.ask() == {}
    assert rig.can_join() == []
    assert rig.problems() == [None] * 3


async def test_an_outage_is_one_event_however_many_tasks_it_was_about(rig: Rig) -> None:
    rig.loopback.play([rig.loopback.RESET])
    outcomes = await rig.ask()
    assert rig.problems() == [ProblemKind.UNAVAILABLE] * 3
    assert all(outcome.asked and not outcome.well for outcome in outcomes.values())
    assert rig.session.condition.state.access is Access.OPEN
    assert rig.questions.tally.asked == 1
    assert rig.can_join() == [*IDS]


async def test_a_server_error_is_the_tasks_trouble_and_each_is_asked_about_alone_then(
    rig: Rig,
) -> None:
    rig.answers.several = lambda _: (503, {"retry_after": "40"}, b"{}")
    outcomes = await rig.ask()
    assert rig.problems() == [ProblemKind.UNAVAILABLE] * 3
    assert [outcomes[one].delay for one in IDS] == [40.0] * 3
    assert rig.session.condition.state.access is Access.OPEN
    assert rig.can_join() == []


async def test_a_throttle_is_the_account_s_once(rig: Rig) -> None:
    rig.answers.several = lambda _: (429, {"retry_after": "30"}, b"{}")
    outcomes = await rig.ask()
    state = rig.session.condition.state
    assert state.access is Access.CLOSED
    assert state.closed_until == rig.clock.monotonic() + 30
    assert rig.session.condition.episode == 1
    assert all((outcomes[one].delay or 0) >= 30 for one in IDS)
    assert rig.can_join() == [*IDS]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_one_refusal(rig: Rig, status: int) -> None:
    rig.answers.several = lambda _: (status, {}, b'{"message": "invalid key"}')
    await rig.ask()
    assert rig.problems() == [ProblemKind.AUTH] * 3
    assert rig.session.condition.state.access is Access.OPEN
    assert rig.questions.tally.refused == 1
    assert rig.can_join() == []  # the key may be good, and only lists be forbidden
    await rig.ask("a", "c")
    assert rig.session.condition.state.access is Access.OPEN
    await rig.ask("b", "c")
    assert rig.session.condition.suspected


async def test_a_web_page_with_403_is_no_refusal_of_the_key(rig: Rig) -> None:
    rig.answers.several = lambda _: (403, {}, b"<html>a browser check</html>")
    await rig.ask()
    assert rig.problems() == [ProblemKind.UNAVAILABLE] * 3
    assert rig.questions.tally.refused == 0


async def test_a_refusal_in_a_good_status_counts_as_it_does_alone(rig: Rig) -> None:
    rig.answers.several = lambda _: (200, {}, b'{"code": "401", "message": "bad key"}')
    await rig.ask()
    assert rig.problems() == [ProblemKind.AUTH] * 3


async def test_the_key_is_hidden_in_every_part(rig: Rig) -> None:
    secret = KEY.reveal()
    rig.answers.listed = lambda task_id: [task(task_id, error={"message": f"not with {secret}"})]
    await rig.ask()
    for kept in rig.tasks.bodies.values():
        assert kept is not None
        assert secret.encode() not in kept


async def test_without_a_key_nothing_is_sent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def missing(_: Account) -> Key:
        return Key(None, "missing", "set BATCHING_API_KEY")

    monkeypatch.setattr(rig.session, "_find_key", missing)
    outcomes = await rig.ask()
    assert not rig.answers.asked
    assert not any(outcome.asked for outcome in outcomes.values())
    assert [why for _, why in rig.tasks.put_off] == ["set BATCHING_API_KEY"] * 3


# -- the route ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [["a"], ["a", "b"], ["a:b", "任务", "a..b", "tk-1.2~3"]])
def test_the_key_goes_to_the_documented_list(ids: Sequence[str]) -> None:
    assert CARD.is_route(BATCH.path(ids))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/tasks?task_ids=",
        "/v1/tasks?task_ids=a,,b",
        "/v1/tasks?task_ids=a,..",
        "/v1/tasks?task_ids=a,%2e%2e",
        "/v1/tasks?task_ids=a,b%2Fc",
        "/v1/tasks?task_ids=a&delete=b",
        "/v1/tasks?task_ids=a,b#c",
        "/v1/tasks?task_ids=a,b%2Cc",
        "/v1/tasks?task_ids=1,2,3,4,5",
        "/v1/tasks?task_ids=" + "a" * PATH_LIMIT,
        "/v1/keys?task_ids=a",
    ],
)
def test_the_key_goes_to_no_other_one(path: str) -> None:
    assert not CARD.is_route(path)


def test_an_id_with_what_parts_ids_is_asked_about_alone(rig: Rig) -> None:
    assert not rig.together.can_join(ref("a,b"))
    assert not rig.together.can_join(ref("../b"))


@pytest.mark.parametrize(("task_id", "fit"), [("t", LIMIT), ("x" * 500, LIMIT), ("任" * 160, 2)])
def test_as_many_are_joined_as_the_documents_and_a_url_allow(task_id: str, fit: int) -> None:
    assert BATCH.room([task_id] * 9) == fit
    assert len(BATCH.path([task_id] * fit)) <= PATH_LIMIT


async def test_what_does_not_fit_is_left_for_the_next_request(
    loopback: Loopback, clock: ManualClock
) -> None:
    ids = [f"{n}{'任' * 160}" for n in range(3)]
    rig = Rig(loopback, clock, Answers(), *ids)
    assert (await rig.ask(*ids)).keys() == {*ids[:2]}
    assert rig.together.can_join(ref(ids[2]))
    await rig.client.aclose()


async def test_a_task_that_comes_by_itself_is_asked_about_as_ever(rig: Rig) -> None:
    assert (await rig.ask("b")).keys() == {"b"}
    assert rig.answers.asked == [["b"]]
    assert rig.loopback.heard[0].target == "/v1/tasks/b"


async def test_a_key_among_the_ids_is_sent_nowhere(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_key: Callable[[str], bool] = lambda text: text == "b"  # noqa: E731
    monkeypatch.setattr("rushes.watch.network.policy.is_key", is_key)
    assert await rig.ask() == {}
    assert not rig.answers.asked
