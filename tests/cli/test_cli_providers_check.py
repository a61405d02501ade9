"""`rushes providers`: which accounts it lists, and what `--check` finds out about each."""

import json
import socket
from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from demo_gateway import keys_of
from manual_clock import ManualClock

from rushes.providers.registry import all_providers, find, known
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.probe import Probe, Verdict, probe
from tests.cli.conftest import Play, Rushes

KEY = Key(Secret("sk-key-1"), "environment")


def names(out: str) -> list[str]:
    return [line.partition("\t")[0] for line in out.splitlines()[1:]]


class TestList:
    def test_what_has_a_key_or_a_task_or_is_a_persons_own_is_listed(self, rushes: Rushes) -> None:
        rushes.configure('[providers.own]\ndialect = "anyfast"\nbase_url = "https://a.example"\n')
        rushes.watch("ttapi", "e3dfa76a-5198-4527-b416-a51e317821cf")
        done = rushes("providers", HIAPI_API_KEY="sk-hidden-1")
        assert names(done.out) == ["hiapi", "ttapi", "own"]
        assert "more without a key or a task: --all lists them" in done.err

    def test_all_of_them_are_where_that_is_asked_and_in_json(self, rushes: Rushes) -> None:
        everybody = [name for name, each in known().items() if each.base_url]
        assert names(rushes("providers").out) == []
        assert names(rushes("providers", "--all", HIAPI_API_KEY="sk-hidden-1").out) == everybody
        found = rushes("providers", "--json", HIAPI_API_KEY="sk-hidden-1").json()["providers"]
        assert [each["name"] for each in found] == everybody


class TestCheck:
    def test_every_gateway_of_the_demo_takes_its_key(self, staged: Rushes, play: Play) -> None:
        done = staged("providers", "--check")
        rows = [line.split("\t") for line in done.out.splitlines()]
        assert rows[0] == ["NAME", "CHECK", "LATENCY", "CLOCK", "SAID"]
        assert {row[0]: row[1] for row in rows[1:]} == dict.fromkeys(play.gateway.base_urls, "ok")
        assert all(row[2].endswith(" ms") for row in rows[1:])
        assert done.code == 0
        assert len(play.asked) == len(play.gateway.base_urls)

    def test_a_refused_key_outweighs_a_gateway_that_is_not_there(self, staged: Rushes) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        staged.environ["RUSHES_TTAPI_BASE_URL"] = nowhere
        done = staged("providers", "--check", "--json", HIAPI_API_KEY="sk-a-wrong-key")
        found = {each["name"]: each["check"] for each in json.loads(done.out)["providers"]}
        assert found["hiapi"]["verdict"] == "key refused"
        assert found["ttapi"]["verdict"] == "unreachable"
        assert found["ttapi"]["message"] == "connection refused"
        assert found["ttapi"]["latency_ms"] is None
        assert found["gptge"]["verdict"] == "ok"
        assert abs(found["gptge"]["clock_skew"]) <= 2
        assert "sk-a-wrong-key" not in done.out + done.err
        assert done.code == 4
        assert staged("providers", "--check").code == 6

    def test_without_any_key_nothing_is_asked(self, staged: Rushes, play: Play) -> None:
        for name in keys_of(play.gateway):
            del staged.environ[name]
        done = staged("providers", "--check", "--all")
        assert done.code == 4
        assert "set HIAPI_API_KEY" in done.out
        assert play.asked == []


class Scripted:
    """Answers every question with one reply, or with silence."""

    def __init__(self, reply: Reply | None) -> None:
        self.reply = reply
        self.asked: list[str] = []

    async def get(self, path: str, key: Secret) -> Reply:
        self.asked.append(path)
        if self.reply is None:
            raise Unreachable("timed out after 10 s")
        return self.reply

    async def aclose(self) -> None:
        pass


async def probed(reply: Reply | None, key: Key = KEY) -> tuple[Probe, Scripted]:
    provider = find("hiapi")
    account = Account(
        id="hiapi",
        provider=provider,
        base=provider.card.base_url,
        key=KeySource("HIAPI_API_KEY"),
        poll_interval=3.0,
    )
    client = Scripted(reply)
    return await probe(account, key, client, ManualClock()), client


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (404, b'{"code": 404, "message": "no such task"}', Verdict.OK),
        (401, b'{"code": 401, "message": "bad key"}', Verdict.KEY_REFUSED),
        (402, b'{"code": 402, "message": "no money"}', Verdict.KEY_REFUSED),
        (404, b"<!doctype html><p>nginx", Verdict.UNEXPECTED),
        (429, b"{}", Verdict.UNEXPECTED),
        (500, b"{}", Verdict.UNEXPECTED),
        (302, b"", Verdict.UNEXPECTED),
        (200, b"[]", Verdict.UNEXPECTED),
    ],
)
async def test_each_answer_is_told_for_what_it_is(
    status: int, body: bytes, verdict: Verdict
) -> None:
    found, _ = await probed(Reply(status, {}, body))
    assert found.verdict is verdict
    assert found.said or verdict is Verdict.OK


async def test_a_task_that_cannot_exist_and_is_known_is_unexpected() -> None:
    task = {"taskId": find("hiapi").card.no_task, "status": "handling"}
    found, _ = await probed(Reply(200, {}, json.dumps({"code": 200, "data": task}).encode()))
    assert found == Probe(Verdict.UNEXPECTED, "it knows a task that cannot exist", found.latency)


async def test_without_a_key_nothing_is_sent() -> None:
    found, client = await probed(None, Key(None, "missing", "set HIAPI_API_KEY"))
    assert found == Probe(Verdict.NO_KEY, "set HIAPI_API_KEY")
    assert client.asked == []


@pytest.mark.parametrize("seconds", [0, 95, -3600])
async def test_a_clock_that_differs_is_measured(seconds: int) -> None:
    date = ManualClock().now() + timedelta(seconds=seconds)
    headers = {"date": format_datetime(date.astimezone(UTC), usegmt=True)}
    found, _ = await probed(Reply(404, headers, b"{}"))
    assert found.skew is not None
    assert abs(found.skew - seconds) <= 1


@pytest.mark.parametrize("name", [*all_providers()])
def test_every_provider_has_an_id_that_no_task_has(name: str) -> None:
    card = find(name).card
    assert not card.id_pattern or known()[name].recognises(card.no_task)
    assert card.is_route(card.path(card.no_task))
