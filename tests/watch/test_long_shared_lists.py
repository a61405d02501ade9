"""The window of a shared list, and what a filter finds beyond it (rows 316 to 318)."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fake_gateway import entry
from postgres_fixtures import Servers, one_of_the_servers
from postgres_server import Server
from sample_tasks import START, finish, output, saved, task
from shared_store import a_list, new_store, team_in

from rushes.providers.model import Status
from rushes.watch.postgres import task_rows, window_rows
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.task_rows import Change
from rushes.watch.query import parse
from rushes.watch.task import Ref, Task
from rushes.watch.watchlist.entries import Watchlist

WEEK = 7 * 86_400.0

server = one_of_the_servers("long lists")


def fill(home: Path, url: str, *tasks: Task) -> None:
    """Have a list of these tasks, of which all is known, and none of it is new."""
    team = team_in(home, url)
    team.open("dailies", None).add([task.entry for task in tasks])
    with team.session.transaction() as connection:
        known = [Change(task=task) for task in tasks if task.status is not None]
        task_rows.save(connection, known, uuid4(), KnownTexts())
        connection.execute("UPDATE rushes.task SET saved_at = now() - interval '8 days'")
        connection.execute("UPDATE rushes.entry SET added = now() - interval '8 days'")


def over(task_id: str, **said: Any) -> Task:
    """A task that is over and has no file."""
    return task(said.pop("name", ""), said.pop("status", Status.FAILED), task_id=task_id, **said)


def ids(watchlist: Watchlist) -> list[str]:
    return [entry.ref.id for entry in watchlist.entries]


def test_a_long_list_is_read_as_far_as_it_is_open_unsaved_or_new(
    tmp_path: Path, store_url: str
) -> None:
    film = output(expires_in=86_400 * 3650)
    gone = output("image", expires_in=-60)
    fill(
        tmp_path,
        store_url,
        over("failed"),
        task("", Status.RUNNING, task_id="running"),
        task("", None, task_id="never-asked"),
        finish(task(task_id="unsaved"), film),
        finish(task(task_id="for-ever"), output()),
        finish(task(task_id="lost"), gone),
        finish(task(task_id="saved", fetches={1: saved()}), film),
        over("changed"),
        over("added"),
    )
    with team_in(tmp_path, store_url).session.transaction() as connection:
        for what, ref in (("task SET saved_at", "changed"), ("entry SET added", "added")):
            sql = f"UPDATE rushes.{what} = now() WHERE ref = %s"
            connection.execute(sql.encode(), (f"hiapi:{ref}",))
    opened = a_list(tmp_path, store_url, window=WEEK)
    inside = ["running", "never-asked", "unsaved", "for-ever", "changed", "added"]
    assert (ids(opened.read()), opened.left_out) == (inside, 3)
    assert len(a_list(tmp_path, store_url).read().entries) == 9
    assert len(team_in(tmp_path, store_url).open("dailies", None).read().entries) == 9


def test_edits_know_what_lies_beyond_the_window(tmp_path: Path, store_url: str) -> None:
    fill(tmp_path, store_url, over("a", name="opening"), over("b"))
    opened = a_list(tmp_path, store_url, window=WEEK)
    assert ids(opened.add([entry("c")])) == ["c"]
    assert opened.left_out == 2
    again = opened.add([entry("a", label="again")])
    assert [(it.ref.id, it.label) for it in again.entries] == [("a", "opening"), ("c", "")]
    opened.put(replace(again.entries[0], label="closing"))
    opened.remove([Ref("hiapi", "b")])
    whole = team_in(tmp_path, store_url).open("dailies", None).read()
    assert [(it.ref.id, it.label) for it in whole.entries] == [("a", "closing"), ("c", "")]


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [
        ("rain", True),
        ("RAIN fox", True),
        ("雨", True),
        ("forêt", False),
        ("happyhorse -tag:done", True),
        ('"in the"', True),
        ("status:succ", True),
        ("status:succeeded,canceled", True),
        ("provider:kie", True),
        ("tag:act-1,act-2", True),
        ("tag:act-*", False),
        ("label:shot", True),
        ("id:OTHER", True),
        ("status:canceled OR provider:kie", False),
        ('100% "a\\b"', True),
    ],
)
def test_a_filter_finds_what_lies_beyond_the_window(
    tmp_path: Path, postgres_servers: Servers, text: str, narrowed: bool
) -> None:
    url = new_store(postgres_servers.of(18))
    tasks = [
        over("label", name="Rain shot", status=Status.SUCCEEDED),
        over("id-rain-1", status=Status.CANCELED),
        over("prompt", prompt="a fox in the rain"),
        over("tag", tags=("Act-1", "b,c")),
        over("other", provider="kie"),
        over("rain-in-chinese", prompt="雨"),
        over("french", prompt="La Forêt"),
        over("odd", prompt='100% of "a\\b"'),
    ]
    fill(tmp_path, url, *tasks)
    opened = a_list(tmp_path, url, window=WEEK)
    assert ids(opened.read()) == []
    query = parse(text)
    opened.reach(query)
    came = set(ids(opened.read()))
    assert {each.ref.id for each in tasks if query.matches(each, START)} == (
        came if narrowed else came & FOUND[text]
    )


FOUND = {"forêt": {"french"}, "tag:act-*": {"tag"}}
FOUND["status:canceled OR provider:kie"] = {"id-rain-1", "other"}
"""What SQL cannot tell from the rest."""


def test_what_was_created_lately_was_added_lately(tmp_path: Path, store_url: str) -> None:
    fill(tmp_path, store_url, over("a"), over("b"))
    with team_in(tmp_path, store_url).session.transaction() as connection:
        connection.execute(
            "UPDATE rushes.entry SET added = now() - interval '5 h' WHERE ref = 'hiapi:b'"
        )
    opened = a_list(tmp_path, store_url, window=3600.0)
    assert opened.reach(parse("created<6h")) == (1, 1)
    assert opened.reach(parse("created<9d")) == (2, 2)
    assert opened.reach(parse("created>9d")) == (2, 2)


def test_of_many_those_are_taken_that_were_added_last(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_rows, "MOST", 3)
    fill(tmp_path, store_url, *(over(f"t{n}", name="rain") for n in range(5)), over("dry"))
    opened = a_list(tmp_path, store_url, window=WEEK)
    assert opened.reach(parse("rain")) == (5, 3)
    assert ids(opened.read()) == ["t2", "t3", "t4"]
    assert opened.left_out == 3
    assert opened.reach(parse("t0")) == (1, 1)
    assert ids(opened.read()) == ["t0"]


def test_while_the_store_is_away_a_whole_list_is_told_from_its_window(
    tmp_path: Path, server: Server, store_url: str
) -> None:
    fill(tmp_path, store_url, over("a"), over("b"))
    opened = a_list(tmp_path, store_url, window=WEEK)
    opened.add([entry("c")])
    team_in(tmp_path, store_url).open("dailies", None).read()
    server.kill()
    try:
        assert ids(a_list(tmp_path, store_url, window=WEEK).read()) == ["c"]
        assert len(team_in(tmp_path, store_url).open("dailies", None).read().entries) == 3
    finally:
        server.start()
