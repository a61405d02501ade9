"""`ls` reads history as it prints: a few tasks at a time, and the same bytes as all at once."""

from __future__ import annotations

import gc
import io
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.as_json import JsonValue
from rushes.providers.exits import Exit
from rushes.tui.shell import memory
from rushes.tui.shell.json_output import print_json, print_json_list
from rushes.tui.shell.stream import Stream
from rushes.watch.history.reader import HistoryReader
from rushes.watch.store import StoreError
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

TASKS = tuple(f"task-{n}" for n in range(7))


@pytest.fixture
def listed(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> Rushes:
    """A home with seven tasks and a history, which is read two tasks at a time."""
    monkeypatch.setattr(memory, "CHUNK", 2)
    rushes.watch(*(f"ttapi:{name}" for name in TASKS))
    HistoryReader(rushes.home / "history.db").close()
    return rushes


class Reads:
    """What was read of the history and written to stdout, in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fails_at: int = -1) -> None:
        self.steps: list[str] = []
        load, text = HistoryReader.load, Stream.text

        def loading(reader: HistoryReader, entries: Sequence[Entry]) -> dict[Ref, Task]:
            if self.steps.count("read") == fails_at:
                raise StoreError("history.db: the disk does not answer")
            self.steps.append("read")
            return load(reader, entries)

        def writing(stream: Stream, part: str) -> None:
            self.steps += ["task"] * part.count('"ref"')
            text(stream, part)

        monkeypatch.setattr(HistoryReader, "load", loading)
        monkeypatch.setattr(Stream, "text", writing)


def test_no_more_tasks_are_read_than_were_written(
    listed: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads(monkeypatch)
    assert [task["id"] for task in listed("ls", "--json").json()["tasks"]] == list(TASKS)
    assert reads.steps == [*("read", "task", "task") * 3, "read", "task"]


def test_the_filter_and_the_order_are_those_of_the_list(listed: Rushes) -> None:
    assert [task["id"] for task in listed("ls", "--json", "task-5").json()["tasks"]] == ["task-5"]
    assert listed("ls", "--json", "nothing").json()["tasks"] == []
    rows = listed("ls").out.splitlines()
    assert [row.partition("\t")[0] for row in rows[1:]] == [f"ttapi:{name}" for name in TASKS]


@pytest.mark.parametrize("argv", [["ls"], ["export"]])
def test_where_nothing_can_be_read_nothing_is_written(
    listed: Rushes, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    Reads(monkeypatch, fails_at=0)
    done = listed(*argv)
    assert done.code == Exit.CONFIGURATION
    if "--json" in argv:
        assert list(done.json()) == ["error"]
    else:
        assert done.out == ""
    assert "the disk does not answer" in done.err


def test_where_nothing_can_be_read_a_script_is_told_so_and_no_more(
    listed: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reads(monkeypatch, fails_at=0)
    done = listed("ls", "--json")
    assert done.code == Exit.CONFIGURATION
    assert list(done.json()) == ["error"]
    assert "the disk does not answer" in done.json()["error"]["message"]


def test_a_history_that_fails_midway_leaves_no_document_that_could_pass_for_whole(
    listed: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reads(monkeypatch, fails_at=2)
    done = listed("ls", "--json")
    assert done.code == Exit.CONFIGURATION
    assert "the disk does not answer" in done.err
    assert done.out.count('"ref"') == 4
    with pytest.raises(json.JSONDecodeError):
        done.json()


def test_tasks_that_were_listed_are_noted_as_watched(
    listed: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Ref] = []

    def note(_reader: HistoryReader, refs: Iterable[Ref], _now: float) -> None:
        noted.extend(refs)

    monkeypatch.setattr(HistoryReader, "note_watched", note)
    listed("ls")
    assert [ref.id for ref in noted] == list(TASKS)


def test_what_is_damaged_in_history_is_not_said_on_stderr_line_by_line(listed: Rushes) -> None:
    with sqlite3.connect(listed.home / "history.db") as db:
        db.execute(
            "INSERT INTO task (ref, status, over, polls, not_found, skew)"
            " VALUES ('ttapi:task-0', 'sleeping', 0, 0, 0, 0)"
        )
    db.close()
    done = listed.run("ls")
    assert (done.returncode, done.stderr) == (0, b"")


# -- the same bytes -------------------------------------------------------------------------------

VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3).map(list[JsonValue])
        | st.dictionaries(st.text(max_size=4), inner, max_size=3).map(dict[str, JsonValue])
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


@settings(derandomize=True, max_examples=rounds(20, 600), deadline=None)
@given(OBJECTS, st.lists(OBJECTS, max_size=3), st.sampled_from(["utf-8", "ascii"]))
def test_a_list_that_comes_one_by_one_is_printed_as_if_it_came_at_once(
    head: dict[str, JsonValue], items: list[dict[str, JsonValue]], encoding: str
) -> None:
    whole, parts = io.BytesIO(), io.BytesIO()
    one, other = (
        Stream(io.TextIOWrapper(bytes_, encoding, newline="\n"), {}) for bytes_ in (whole, parts)
    )
    head.pop("the list", None)
    print_json(one, {**head, "the list": [*items]})
    print_json_list(other, head, "the list", iter(items))
    one.flush()
    other.flush()
    assert parts.getvalue() == whole.getvalue()


def test_only_what_goes_on_looks_for_garbage(listed: Rushes) -> None:
    gc.disable()
    try:
        listed("ls", "--json")
        assert not gc.isenabled()
        listed("providers")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()
