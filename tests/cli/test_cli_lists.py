"""`ls` in the forms that are asked for: columns, order, CSV, a template, views, and its sums."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from known_tasks import remember
from sample_tasks import START, a_day, output, saved, task

from rushes.providers.exits import Exit
from rushes.providers.model import Failure, Status
from rushes.tui.command.list_forms import PIPED, tab_separated
from rushes.tui.shell.stream import Stream
from rushes.watch.clock import SystemClock
from rushes.watch.config.listing import ListColumn

if TYPE_CHECKING:
    from rushes.watch.task import Task
    from tests.cli.conftest import Rushes


@pytest.fixture
def day(rushes: Rushes) -> Rushes:
    remember(rushes.home, a_day())
    return rushes


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_a_pipe_gets_the_columns_that_are_named_and_times_for_programs(rushes: Rushes) -> None:
    done = task("shot", Status.SUCCEEDED, started=86, finished=20, outputs=(output(),))
    remember(rushes.home, [replace(done, fetches={1: saved()})])
    head, row = lines(rushes("ls", "--columns", "task,run,files,size,created,model").out)
    assert head == ["TASK", "RUN", "FILES", "SIZE", "CREATED", "MODEL"]
    assert row == ["shot", "66", "1/1", "12400000", "2026-11-22T11:58:34Z", "happyhorse-1-0"]


def test_the_usual_columns_are_the_same_whichever_way_they_are_asked_for(day: Rushes) -> None:
    assert PIPED[0] is ListColumn.REF
    assert day("ls", "--tsv").out == day("ls").out
    names = ",".join(column.value for column in PIPED)
    assert day("ls", "--columns", names).out == day("ls").out


def test_csv_is_read_back_by_a_csv_reader_and_runs_nothing_in_a_spreadsheet(
    rushes: Rushes,
) -> None:
    names = ['=HYPERLINK("x")', 'a "quoted", name', "-1+2", "plain"]
    remember(rushes.home, [task(name, task_id=f"tk-{n}") for n, name in enumerate(names)])
    done = rushes("ls", "--csv", "--columns", "label,ref,progress")
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows[0] == ["LABEL", "REF", "PROGRESS"]
    assert [row[0] for row in rows[1:]] == [
        """'=HYPERLINK("x")""",
        'a "quoted", name',
        "'-1+2",
        "plain",
    ]
    assert [row[0] for row in lines(rushes("ls", "--tsv", "--columns", "label").out)[1:]] == names


def test_what_csv_prints_is_a_list_again_where_it_is_piped_into_add(rushes: Rushes) -> None:
    tasks = [task("=sum", task_id="tk-a", tags=("x", "y"), prompt='a "cat", sits', model="m-1")]
    remember(rushes.home, tasks)
    printed = rushes("ls", "--csv", "--columns", "ref,label,tags,model,prompt").out
    assert rushes("add", "-w", "other", stdin=printed.encode()).code == 0
    (copy,) = rushes("ls", "--json", "-w", "other").json()["tasks"]
    wanted = ["=sum", ["x", "y"], "m-1", 'a "cat", sits']
    assert [copy["label"], copy["tags"], copy["model"], copy["prompt"]] == wanted


def test_a_template_has_words_for_people(rushes: Rushes) -> None:
    done = task("shot", Status.SUCCEEDED, started=86, finished=20, outputs=(output(),))
    remember(rushes.home, [done, task("wait", None)])
    form = r"{label}\t{model} {{{run}}} {status}"
    assert rushes("ls", "--format", form).out.splitlines() == [
        "shot\thappyhorse-1-0 {1m 06s} succeeded",
        "wait\t {} waiting",
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--columns", "task,statsu"], "did you mean status?"),
        (["--sort", "-addd"], "did you mean added?"),
        (["--format", "{labl}"], "did you mean label?"),
        (["--format", "{label!r}"], "a field is a name alone"),
        (["--format", "{"], "a brace that is none is doubled"),
        (["--limit", "0"], "from 1 on"),
        (["--csv", "--tsv"], "one form"),
        (["--format", "{id}", "--columns", "ref"], "leave --columns out"),
        (["--summary", "rain"], "leave filter out"),
        (["size>=10M"], "size>= has no meaning"),
        (["@nothing"], "no [views]"),
    ],
)
def test_what_has_no_meaning_is_said(rushes: Rushes, argv: list[str], said: str) -> None:
    done = rushes("ls", *argv)
    assert (done.code, done.out) == (Exit.USAGE, "")
    assert said in done.err


def test_the_order_and_the_number_are_as_asked_for(day: Rushes) -> None:
    named = [row[0] for row in lines(day("ls", "--columns", "task", "--sort", "task").out)][1:]
    assert named == sorted(named, key=str.casefold)
    backwards = day("ls", "--columns", "task", "--sort", "-task", "--limit", "2").out
    assert [row[0] for row in lines(backwards)][1:] == named[::-1][:2]
    limited = day("ls", "--json", "--sort=-created", "--limit", "1").json()["tasks"]
    assert [each["label"] for each in limited] == ["harbour, dusk"]


def test_a_terminal_shows_the_columns_and_the_order_of_the_settings(day: Rushes) -> None:
    day.configure('[list]\ncolumns = ["status", "prompt", "task"]\nsort = "task"\n')
    shown = day("ls", terminal=True, COLUMNS="60", NO_COLOR="1").out.splitlines()
    assert shown[0].split() == ["STATUS", "PROMPT", "TASK"]
    assert all(len(line) <= 60 for line in shown)
    assert "b-roll 7" in shown[1]
    # A pipe is for programs, which know of no settings.
    assert lines(day("ls").out)[0][0] == "REF"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[list]\ncolumns = ["tsk"]', "[list] columns: unknown value tsk; did you mean task?"),
        ('[list]\ncolumns = "task"', "[list] columns: expected a list of task, via, status"),
        ('[list]\nsort = "addd"', "did you mean added?"),
        ('[views]\ntrailer = "statsu:failed"', "[views] trailer: unknown field 'statsu'"),
        ('[views]\n"a b" = "rain"', "expected a name"),
        ("[views]\n7 = 7", "[views] 7: expected text"),
        (
            '[providers.run]\ndialect = "hiapi"\nbase_url = "https://a.example"',
            "a word of the filter language",
        ),
    ],
)
def test_a_wrong_setting_is_a_line(rushes: Rushes, table: str, said: str) -> None:
    rushes.configure(table)
    done = rushes("ls")
    assert done.code == Exit.CONFIGURATION
    assert said in done.err


def test_a_view_stands_for_its_filter_anywhere_in_one(day: Rushes) -> None:
    day.configure('[views]\n7 = "status:failed,canceled"\nlate = "run>2m OR is:lost"\n')
    named = [row[0] for row in lines(day("ls", "@7", "--columns", "task").out)][1:]
    assert named == ["chase, wide", "old take 2"]
    both = lines(day("ls", "@7 @late", "--columns", "task").out)[1:]
    assert both == [["chase, wide"]]
    assert len(lines(day("ls", "--", "-@7").out)) == len(a_day()) - 2 + 1
    assert "did you mean late?" in day("ls", "@lat").err


def _start(_clock: SystemClock) -> datetime:
    return START


def _sums(tasks: list[Task], now: datetime) -> dict[str, object]:
    """The same sums by looking at each task."""
    assets = [asset for each in tasks for asset in each.assets(now)]
    left = [asset for asset in assets if not asset.saved and not asset.lost]
    ends = [asset.deadline - now for asset in left if asset.deadline]
    return {
        "tasks": len(tasks),
        "active": sum(not each.over for each in tasks),
        "trouble": sum(each.trouble is not None and not each.over for each in tasks),
        "unsaved": len(left),
        "at_risk": sum(end < timedelta(hours=1) for end in ends),
        "lost": sum(asset.lost for asset in assets),
    }


def test_the_sums_are_those_of_looking_at_each_task(
    day: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "now", _start)
    found = day("ls", "--summary", "--json").json()
    wanted = _sums(list(a_day()), START)
    assert {name: found[name] for name in wanted} == wanted
    assert found["statuses"]["waiting"] == 1
    assert found["next_loss"]["at"] == "2026-11-22T12:11:42Z"
    said = day("ls", "--summary").out
    assert "next loss 11m" in said
    assert "running" in said


def test_the_sums_of_a_list_that_nobody_was_asked_about(rushes: Rushes) -> None:
    rushes.watch("ttapi:abc123", "ttapi:abc124")
    assert rushes("ls", "--summary").out == "2 waiting\n"
    assert not (rushes.home / "history.db").exists()
    found = rushes("ls", "--summary", "--json").json()
    assert (found["tasks"], found["next_loss"]) == (2, None)


def test_a_failure_is_a_column(rushes: Rushes) -> None:
    failed = task("x", Status.FAILED, failure=Failure("1027", "refused"))
    remember(rushes.home, [failed, task("y", Status.FAILED, failure=Failure("7", None))])
    assert rushes("ls", "--columns", "error").out.splitlines() == ["ERROR", "refused", "7"]
    assert len(rushes("ls", "error:102*").out.splitlines()) == 2
    assert json.loads(rushes("ls", "--json", "error:refus").out)["tasks"][0]["label"] == "x"


def test_no_tasks_are_a_head_alone() -> None:
    held = io.BytesIO()
    out = Stream(io.TextIOWrapper(held, "utf-8"), {})
    tab_separated((ListColumn.REF,))([], datetime.now(UTC), out)
    out.flush()
    assert held.getvalue() == b"REF\n"


@pytest.mark.parametrize("words", [["ls"], ["ls", "--summary"], ["stats"]], ids=" ".join)
def test_a_short_command_loads_nothing_that_it_has_no_use_for(
    day: Rushes, words: list[str]
) -> None:
    done = day.start_code(
        "import sys; from rushes.tui.shell import process\n"
        f"try: process.run({words})\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    _, err = done.communicate()
    loaded = set(err.decode().split())
    assert "rushes.watch.history.outline_sums" in loaded
    unused = {"dataclasses", "inspect", "asyncio", "httpx", "textual"}
    if "--summary" in words:
        unused |= {"rushes.watch.config.settings", "rushes.watch.config.network"}
    assert not unused & loaded
