"""What commands print where the homes of a team share a store (row 256)."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_fixtures import Servers
from postgres_server import Server
from sample_tasks import finish, output
from shared_store import new_store, team_store, url_of

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.task import Task
from tests.cli.conftest import Rushes


@pytest.fixture
def server(postgres_servers: Servers) -> Server:
    return postgres_servers.of(18)


@pytest.fixture
def home(rushes: Rushes, server: Server, tmp_path: Path) -> Rushes:
    """A home whose list has two tasks that another machine of its team asks about."""
    url = new_store(server)
    rushes.environ["RUSHES_STORE"] = url
    rushes.watch("hiapi:a", "hiapi:b")
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    over = replace(finish(Task(entry=entry("a")), output()), polls=3, last_polled_at=at)
    asyncio.run(observed(url, tmp_path / "other", over))
    return rushes


async def observed(url: str, home: Path, over: Task) -> None:
    """What another machine heard of that task, and of one that runs."""
    other = team_store(url, home, ManualClock())
    other.save(over, Reply(200, {}, b'{"said": "by the other"}'))
    other.save(Task(entry=entry("b"), status=Status.RUNNING, raw_status="running", polls=1))
    await other.flush()
    await other.close()


def test_commands_print_what_another_machine_observed(home: Rushes) -> None:
    words = home("ls", "--format", "{ref} {status}").out.split()
    assert words == ["hiapi:a", "succeeded", "hiapi:b", "running"]
    assert json.loads(home("ls", "--summary", "--json").out)["statuses"] == {
        "succeeded": 1,
        "running": 1,
    }
    assert "by the other" in home("show", "hiapi:a", "--raw").out
    (group,) = json.loads(home("stats", "--by", "provider", "--json").out)["groups"]
    assert (group["succeeded"], group["open"]) == (1, 1)
    exported = [json.loads(line) for line in home("export").out.splitlines()]
    assert [line["status"] for line in exported] == ["succeeded", "running"]


def test_while_the_store_is_away_they_print_what_was_known_and_say_so(
    home: Rushes, server: Server
) -> None:
    home("ls")
    server.kill()
    try:
        found = home("ls", "--format", "{ref} {status}")
        assert found.out.split() == ["hiapi:a", "succeeded", "hiapi:b", "running"]
        assert found.code == 0
        assert "the shared store is away" in found.err
        assert "this is what was known here" in found.err
    finally:
        server.start()


def test_a_store_that_is_of_no_use_is_an_error(rushes: Rushes, server: Server) -> None:
    rushes.watch("hiapi:a")
    rushes.environ["RUSHES_STORE"] = url_of(server.new_database())
    found = rushes("ls")
    assert found.code == 3
    assert "rushes store init" in found.err
