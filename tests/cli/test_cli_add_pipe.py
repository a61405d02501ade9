"""`rushes add` from a pipe: saved as it comes, and to the last line at a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

from rushes.providers.registry import recognise
from rushes.tui.command import add
from rushes.tui.shell import stdin
from rushes.tui.shell.ending_signals import ENDING_SIGNALS
from rushes.tui.shell.stdin import IDLE, LINES, Stopped, batches
from rushes.watch.task import Entry
from rushes.watch.watchlist.file import WatchlistFile

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

UUID = "e3dfa76a-5198-4527-b416-a51e317821cf"
NOTHING = None


def name(n: int) -> str:
    return f"tk-hiapi-{n:026}"


def lines(*numbers: int) -> bytes:
    return "".join(f"{name(n)}\n" for n in numbers).encode()


def watched(rushes: Rushes) -> list[str]:
    path = rushes.home / "watchlists" / "default.toml"
    return [task["id"] for task in tomllib.loads(path.read_text())["task"]] if path.exists() else []


class Scripted:
    """Says what comes, one read after the other: bytes, nothing for a while, a signal, the end."""

    def __init__(self, *script: bytes | int | None, rest: tuple[bytes, ...] = ()) -> None:
        self.script = list(script)
        self.waits: list[float | None] = []
        self._rest = rest

    def read(self, wait: float | None) -> bytes | None:
        if wait == 0 and not (self.script and isinstance(self.script[0], bytes)):
            return None
        self.waits.append(wait)
        said = self.script.pop(0) if self.script else b""
        if isinstance(said, int):
            raise Stopped(said)
        return said

    def rest(self) -> Iterator[bytes]:
        return iter(self._rest)


def test_what_waits_is_given_when_nothing_comes_for_a_moment() -> None:
    source = Scripted(lines(1), NOTHING, lines(2), NOTHING)
    assert [batch.text.encode() for batch in batches(source)] == [lines(1), lines(2)]
    assert source.waits == [None, IDLE, None, IDLE, None]


def test_many_lines_are_given_without_a_pause_and_all_that_came_meanwhile_with_them() -> None:
    script = [lines(n) for n in range(LINES)] + [lines(*range(100, 400)), NOTHING]
    given = [batch.text.count("\n") for batch in batches(Scripted(*script))]
    assert given == [LINES + 300]


def test_a_signal_gives_whole_lines_that_had_come_and_tells_of_the_one_it_cut() -> None:
    source = Scripted(lines(1), signal.SIGTERM, rest=(lines(2) + b"tk-hia",))
    given: list[bytes] = []
    with pytest.raises(Stopped) as stopped:
        given.extend(batch.text.encode() for batch in batches(source))
    assert b"".join(given) == lines(1, 2)
    assert (stopped.value.number, stopped.value.cut) == (signal.SIGTERM, "tk-hia")


def test_where_the_pipe_ends_at_the_signal_its_last_line_is_whole() -> None:
    source = Scripted(lines(1), signal.SIGINT, rest=(b"tk-hiapi-0002", b""))
    given: list[str] = []
    with pytest.raises(Stopped) as stopped:
        given.extend(batch.text for batch in batches(source))
    assert "".join(given).encode() == lines(1) + b"tk-hiapi-0002"
    assert stopped.value.cut == ""


def test_each_ref_is_on_disk_before_it_is_printed(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_when_asked: list[list[str]] = []

    class Watching(Scripted):
        def read(self, wait: float | None) -> bytes | None:
            if wait != 0:
                saved_when_asked.append(watched(rushes))
            return super().read(wait)

        def heeding(self) -> object:
            return stdin.Held(sys.stdin.buffer).heeding()

    source = Watching(lines(1), NOTHING, lines(2), NOTHING)

    def given(_: object) -> Watching:
        return source

    monkeypatch.setattr(add, "source_of", given)
    done = rushes("add", stdin=b"-")
    assert done.out.split() == [f"hiapi:{name(1)}", f"hiapi:{name(2)}"]
    assert saved_when_asked == [[], [], [name(1)], [name(1)], [name(1), name(2)]]


@pytest.fixture
def running(rushes: Rushes) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "rushes", "add"],
        env=rushes.process_environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_before_the_end_of_the_pipe_loses_nothing_that_came(
    rushes: Rushes, running: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(lines(1))
    running.stdin.flush()
    assert running.stdout.readline().decode() == f"hiapi:{name(1)}\n"
    os.write(running.stdin.fileno(), lines(2, 3) + b"tk-hiapi-0004")
    running.send_signal(number)
    assert running.wait(PATIENCE) == 128 + number
    assert watched(rushes) == [name(1), name(2), name(3)]
    assert running.stdout.read().decode().split() == [f"hiapi:{name(n)}" for n in (2, 3)]
    assert running.stderr is not None
    assert b"cut off by the signal: tk-hiapi-0004" in running.stderr.read()


def test_what_is_certain_is_saved_whatever_else_is_in_doubt(rushes: Rushes) -> None:
    done = rushes(
        "add", stdin=lines(*range(11)) + f"{UUID}\nsaw qjob-20260811120000-abcde\n".encode()
    )
    assert done.code == 2
    assert watched(rushes) == [name(n) for n in range(11)]
    assert done.out.split() == [f"hiapi:{name(n)}" for n in range(11)]
    refs = " or ".join(f"{account}:{UUID}" for account in recognise(UUID).providers)
    assert (
        f"line 12: several accounts have such ids; which one is it? rushes add {refs}" in done.err
    )
    assert "line 13: qjob-20260811120000-abcde looks like an id" in done.err
    assert "watching 11 tasks in default" in done.err


def test_words_of_the_command_line_are_held_to_the_same(rushes: Rushes) -> None:
    done = rushes("add", UUID, name(1), "job-00012345")
    assert (done.code, watched(rushes)) == (2, [name(1)])
    assert f"ttapi:{UUID}" in done.err
    assert "cannot tell whose task job-00012345 is" in done.err


def test_a_shared_form_is_settled_by_a_key_a_preference_or_a_word(rushes: Rushes) -> None:
    stdin = f"{UUID}\n".encode()
    assert rushes("add", stdin=stdin, TTAPI_API_KEY="abcdefgh").out == f"ttapi:{UUID}\n"
    assert rushes("add", "--default", "gptge", stdin=stdin).out == f"gptge:{UUID}\n"
    rushes.configure('[add]\nprefer = ["dashscope"]\n')
    assert rushes("add", stdin=stdin).out == f"dashscope:{UUID}\n"
    unknown = rushes("add", "--default", "dashscop", stdin=stdin)
    assert unknown.code == 2
    assert "did you mean dashscope?" in unknown.err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_what_a_shell_wrote_in_another_encoding_is_read(rushes: Rushes, encoding: str) -> None:
    text = f"{name(1)}\r\n{name(2)}\r\n".encode(encoding)
    assert rushes("add", "-", stdin=text).out.split() == [f"hiapi:{name(n)}" for n in (1, 2)]
    assert rushes("rm", "-", stdin=f"{name(1)}\r\n".encode(encoding)).code == 0


def test_an_id_that_no_list_can_hold_keeps_no_other_out(rushes: Rushes) -> None:
    done = rushes("add", "hiapi:..", name(1))
    assert (done.code, watched(rushes)) == (2, [name(1)])


def test_thousands_at_once_are_saved_in_a_few_steps(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[int] = []
    took = WatchlistFile.add

    def counted(self: WatchlistFile, entries: Iterable[Entry]) -> None:
        saves.append(1)
        took(self, entries)

    monkeypatch.setattr(WatchlistFile, "add", counted)
    done = rushes("add", stdin=lines(*range(3000)))
    assert done.out.count("\n") == 3000
    assert len(saves) <= 3


def test_a_provider_of_many_gateways_asks_for_two_lines(rushes: Rushes) -> None:
    for words in (("newapi", "task_1"), ("newapi:task_1",)):
        done = rushes("add", *words)
        assert done.code == 3
        assert '  base_url = "https://gateway.example"\n' in done.err
        assert '  api_key_env = "NEWAPI_API_KEY"\n' in done.err
    rushes.configure('[providers.newapi]\nbase_url = "https://gw.example"\n')
    assert rushes("add", "newapi", "task_1").out == "newapi:task_1\n"


def test_an_id_of_several_parts_is_one_word(rushes: Rushes) -> None:
    task_id = f"fal-ai/kling-video#{UUID}"
    assert rushes("add", "fal", task_id).out == f"fal:{task_id}\n"
    assert rushes("add", f"fal:{task_id}").out == f"fal:{task_id}\n"
    assert rushes("add", stdin=f"{task_id}\n".encode()).out == f"fal:{task_id}\n"
    done = rushes("add", "fal", UUID)
    assert done.code == 2
    assert "an id of fal is written as" in done.err


def test_a_provider_that_is_off_says_so(rushes: Rushes) -> None:
    rushes.configure("[providers.hiapi]\nenabled = false\n")
    done = rushes("add", "hiapi", name(1))
    assert done.code == 3
    assert "hiapi is off" in done.err
