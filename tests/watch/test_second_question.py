"""A task whose first answer names a second question is over once that was answered, too."""

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from batch_gateway import PROVIDER, task
from fake_gateway import account
from manual_clock import ManualClock

from rushes.providers.answers import speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.links import linked, usable_outputs
from rushes.providers.model import Failure, Problem, ProblemKind, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.network.policy import check_route
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.batch import read_parts
from rushes.watch.polling.session import PollAnswer, Session
from rushes.watch.task import Ref

CARD = Card(
    id="twofold",
    name="Twofold",
    docs="",
    base_url="https://api.twofold.example",
    id_form=r"(?P<app>[^#]+)#(?P<request_id>[^#]+)",
    route="/{+app}/requests/{request_id}/status",
    result_route="/{+app}/requests/{request_id}",
    auth=Auth(env="TWOFOLD_KEY"),
    poll=PollPolicy(every=5.0, quote=""),
    statuses={"queued": Status.QUEUED, "done": Status.SUCCEEDED},
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot:
    status, raw = CARD.status(body["status"])
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["request_id"].ident(),
        model=body["model"].text(),
        usage=body["metrics"].scalars(),
        then=CARD.result_path(ask.task_id or "") if status is Status.SUCCEEDED else None,
    )


@speaks(CARD, errors=(422,))
def result(body: Node, ask: Ask) -> Snapshot:
    if not body["detail"].absent:
        why = Failure(None, body["detail"].text())
        return Snapshot(status=Status.FAILED, raw_status="", failure=why)
    outputs = usable_outputs([body["video"]], lambda it: linked(it, ask, "video"))
    return Snapshot(
        status=Status.SUCCEEDED, raw_status="", usage=body["cost"].scalars(), outputs=outputs
    )


REF = Ref("twofold", "owner/app#r1")
STATUS, RESULT = "/owner/app/requests/r1/status", "/owner/app/requests/r1"
KEY = Secret("sk-of-this-account-123")
DONE = {"status": "done", "request_id": "r1", "model": "m", "metrics": {"seconds": 2}}
FILM = {"video": "https://files.example/a.mp4", "cost": {"usd": 1}, "odd": "x"}


class Rig:
    """A session with that gateway, and the paths that it was asked."""

    def __init__(
        self, gateway: Mapping[str, tuple[int, object] | Exception], clock: ManualClock
    ) -> None:
        self.asked: list[str] = []
        self._gateway = gateway
        its = replace(account(), provider=Provider(card=CARD, parse=parse, result=result))
        self.session = Session(its, self, self._find, clock, Random(1))

    async def ask(self, ref: Ref = REF) -> PollAnswer:
        return await self.session.ask(ref)

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        check_route(CARD, path)
        self.asked.append(path)
        said = self._gateway[path]
        if isinstance(said, Exception):
            raise said
        return Reply(said[0], {}, b"" if said[1] is None else json.dumps(said[1]).encode())

    async def aclose(self) -> None:
        pass

    async def _find(self, _: Account) -> Key:
        return Key(KEY, "test")


async def test_the_second_answer_tells_status_and_files_and_the_first_the_rest(
    clock: ManualClock,
) -> None:
    rig = Rig({STATUS: (200, DONE), RESULT: (200, FILM)}, clock)
    answer = await rig.ask()
    assert rig.asked == [STATUS, RESULT]
    assert isinstance(answer.result, Snapshot)
    assert answer.result.status is Status.SUCCEEDED
    assert answer.result.raw_status == "done"
    assert answer.result.model == "m"
    assert answer.result.usage == {"seconds": 2, "usd": 1}
    assert len(answer.result.outputs) == 1
    assert answer.result.drift == ("result.odd",)
    assert answer.result.then is None
    assert answer.reply is not None
    assert b"a.mp4" in answer.reply.body


async def test_a_failure_that_only_the_second_tells_is_the_tasks(clock: ManualClock) -> None:
    rig = Rig({STATUS: (200, DONE), RESULT: (422, {"detail": "no faces"})}, clock)
    answer = await rig.ask()
    assert isinstance(answer.result, Snapshot)
    assert answer.result.status is Status.FAILED
    assert answer.result.failure == Failure(None, "no faces")


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        ((500, {"detail": "oops"}), ProblemKind.UNAVAILABLE, "result: oops"),
        ((429, None), ProblemKind.RATE_LIMITED, "result: too many requests (429)"),
        (
            Unreachable("timed out after 30 s"),
            ProblemKind.UNAVAILABLE,
            "result: timed out after 30 s",
        ),
        ((200, "x"), ProblemKind.MALFORMED, "result: $: expected object, got text"),
    ],
)
async def test_without_the_second_answer_the_task_is_in_trouble_and_not_over(
    said: tuple[int, object] | Exception, kind: ProblemKind, message: str, clock: ManualClock
) -> None:
    rig = Rig({STATUS: (200, DONE), RESULT: said}, clock)
    found = (await rig.ask()).result
    assert isinstance(found, Problem)
    assert (found.kind, found.message) == (kind, message)


async def test_nothing_more_is_asked_before_the_first_answer_names_it(clock: ManualClock) -> None:
    rig = Rig({STATUS: (200, {"status": "queued", "request_id": "r1"})}, clock)
    answer = await rig.ask()
    assert rig.asked == [STATUS]
    assert isinstance(answer.result, Snapshot)
    assert answer.result.status is Status.QUEUED


async def test_an_accepted_question_without_a_word_is_a_task_that_runs(clock: ManualClock) -> None:
    answer = await Rig({STATUS: (202, None)}, clock).ask()
    assert isinstance(answer.result, Snapshot)
    assert answer.result.status is Status.RUNNING


async def test_an_id_of_another_form_is_not_asked_about(clock: ManualClock) -> None:
    rig = Rig({}, clock)
    answer = await rig.ask(Ref("twofold", "r1"))
    assert not answer.asked
    assert rig.asked == []
    assert isinstance(answer.result, Problem)
    assert answer.result.message == "Twofold has no ids of that form"


def test_of_several_tasks_one_with_a_second_question_is_left_to_be_asked_alone() -> None:
    def then(reply: Reply, ask: Ask) -> Snapshot | Problem:
        found = PROVIDER.parse(reply, ask)
        done = isinstance(found, Snapshot) and found.status is Status.SUCCEEDED
        return replace(found, then="/more") if done else found

    provider = replace(PROVIDER, parse=then)
    refs = [Ref("batching", "a"), Ref("batching", "b")]
    body = {"items": [task("a"), task("b", "done")]}
    found = read_parts(provider, refs, Reply(200, {}, json.dumps(body).encode()), "")
    assert list(found.results) == refs[:1]
    alone = read_parts(provider, refs[1:], Reply(200, {}, json.dumps(body).encode()), "")
    assert alone.results == {}
    assert alone.problem is None
