"""The commands for events: what they are given, how they are run, and that each is begun once."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from waiting import PATIENCE

from rushes.watch.changes import CommandFailed, Event, Readers
from rushes.watch.disk.ownership import TRUST_HOME
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.at_end import AtEnd
from rushes.watch.events.command import filled
from rushes.watch.events.program import KEPT, run_command
from rushes.watch.events.queue import EventQueue
from rushes.watch.events.ran import Ran
from rushes.watch.events.runner import EventCommands
from rushes.watch.keys.known_keys import learn
from rushes.watch.queued_events import CommandEnd, Happening

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SAVED = Happening(
    kind=EventKind.SAVED,
    at=NOW,
    subject="hiapi:a",
    n=1,
    values={
        "path": "/x/video 1.mp4",
        "ref": "hiapi:a",
        "label": "-rf",
        "status": "succeeded",
        "model": "kling; rm -rf ~",
        "prompt": 'a "fox" $(id)',
        "kind": "video",
        "n": "1",
        "sha256": "ab",
        "bytes": "7",
    },
)
WELL = Ran(CommandEnd.DONE, 0)


# -- what it is given -------------------------------------------------------------------------


def test_values_stand_whole_in_their_arguments_and_in_variables() -> None:
    ready = filled(["ingest", "{path}", "--model={model}", "{n}:{kind}", '{"a": 1}'], SAVED)
    assert ready.command == (
        "ingest",
        "/x/video 1.mp4",
        "--model=kling; rm -rf ~",
        "1:video",
        '{"a": 1}',
    )
    assert ready.dash == ""
    assert ready.variables["RUSHES_EVENT"] == "saved"
    assert ready.variables["RUSHES_PROMPT"] == 'a "fox" $(id)'
    assert ready.variables["RUSHES_SHA256"] == "ab"
    assert ready.variables["RUSHES_ERROR"] == ""


def test_doubled_braces_are_a_name_in_braces() -> None:
    assert filled(["awk", "{{path}}"], SAVED).command == ("awk", "{path}")


@pytest.mark.parametrize(
    ("argument", "dash"),
    [("{label}", "{label}"), ("{label}{n}", "{label}{n}"), ("x{label}", ""), ("--l={label}", "")],
)
def test_a_value_that_would_be_taken_for_an_option_is_never_an_argument(
    argument: str, dash: str
) -> None:
    ready = filled(["ingest", argument], SAVED)
    assert ready.dash == dash
    assert ready.variables["RUSHES_LABEL"] == "-rf"


def test_no_value_holds_a_key() -> None:
    learn("sk-events-0123456789")
    told = replace(SAVED, values={**SAVED.values, "prompt": "my sk-events-0123456789 key"})
    assert filled(["say", "{prompt}"], told).command == ("say", "my *** key")


# -- how it is run ----------------------------------------------------------------------------


def script(folder: Path, text: str) -> list[str]:
    path = folder / "script.py"
    path.write_text(text)
    return [sys.executable, "-I", str(path)]


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or waits only for its parent to notice, within the patience."""
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True)
        if not shown.stdout.strip() or shown.stdout.startswith(b"Z"):
            return True
        time.sleep(0.01)
    return False


def environ(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], TRUST_HOME: "1", **more}


def test_its_end_is_told_with_its_code_and_last_lines(tmp_path: Path) -> None:
    text = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    ran = run_command(script(tmp_path, text), environ())
    assert (ran.end, ran.code) == (CommandEnd.FAILED, 3)
    assert set(ran.said.split()) == {"out", "err"}


def test_it_has_nothing_to_read_no_terminal_and_just_these_variables(tmp_path: Path) -> None:
    text = """
import os, sys
assert sys.stdin.read() == ""
assert os.getsid(0) == os.getpid()
assert os.environ["RUSHES_PATH"] == "/x/a b"
"""
    assert run_command(script(tmp_path, text), environ(RUSHES_PATH="/x/a b")).end is CommandEnd.DONE


def test_however_much_it_prints_only_the_end_is_kept(tmp_path: Path) -> None:
    text = "import sys\nfor n in range(4000): print(str(n) * 500)\nprint('last')"
    ran = run_command(script(tmp_path, text), environ())
    assert ran.end is CommandEnd.DONE
    assert len(ran.said) <= KEPT
    assert ran.said.endswith("last")


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    text = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = os.fork()
if held:
    print(os.getpid(), held, flush=True)
time.sleep(60)
"""
    ran = run_command(script(tmp_path, text), environ(), seconds=0.5, grace=0.1)
    assert ran.end is CommandEnd.TIMED_OUT
    for pid in ran.said.split():
        assert has_ended(int(pid)), "something of it runs on"


def test_what_it_leaves_behind_is_not_waited_for(tmp_path: Path) -> None:
    text = "import os, time\nif os.fork() == 0: time.sleep(3)"
    began = time.monotonic()
    assert run_command(script(tmp_path, text), environ()).end is CommandEnd.DONE
    assert time.monotonic() - began < 3


def test_one_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    text = "import os, time\nos.close(1); os.close(2); time.sleep(0.2); os._exit(7)"
    assert run_command(script(tmp_path, text), environ()).code == 7


def test_a_missing_program_is_told_of() -> None:
    assert run_command(["no-such-program-31337"], environ()).end is CommandEnd.NOT_FOUND


def test_a_program_that_others_could_have_written_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "ingest"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o777)
    ran = run_command([str(path)], {"PATH": os.environ["PATH"]})
    assert ran.end is CommandEnd.UNTRUSTED


# -- that each is begun once ------------------------------------------------------------------


class Rig:
    """Processes that share a store, and what they ran."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.memory = Memory()
        self.ran: list[tuple[str, ...]] = []
        self.environs: list[Mapping[str, str]] = []
        self.answers: Callable[[Sequence[str]], Ran] = lambda _: WELL
        self.all: list[EventCommands] = []

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> Ran:
        self.ran.append(tuple(command))
        self.environs.append(environ)
        return self.answers(command)

    def process(
        self,
        at_end: AtEnd = AtEnd.FINISH,
        commands: Mapping[EventKind, tuple[str, ...]] | None = None,
        **environ: str,
    ) -> tuple[MemoryStore, EventCommands]:
        store = MemoryStore(self.memory, self.clock)
        queue = EventQueue(store, {EventKind.SAVED})
        made = EventCommands(
            store=store,
            queue=queue,
            commands=commands or {EventKind.SAVED: ("ingest", "{path}")},
            environ=environ,
            keys={"STUDIO_KEY"},
            clock=self.clock,
            at_end=at_end,
            run=self.run,
        )
        self.all.append(made)
        return store, made

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0.001)
            await self.clock.advance(0.1)


def saved(n: int = 1) -> Happening:
    return replace(SAVED, n=n, mark=str(n), values={**SAVED.values, "path": f"/x/{n}"})


@pytest.fixture
async def rig(clock: ManualClock) -> AsyncIterator[Rig]:
    it = Rig(clock)
    yield it
    for commands in it.all:
        await commands.end()


async def test_the_commands_are_run_one_after_the_other_with_no_key_in_sight(rig: Rig) -> None:
    store, commands = rig.process(HIAPI_API_KEY="sk-one", STUDIO_KEY="sk-two", LANG="C")
    commands.start(Readers(rig.clock))
    for n in (1, 2, 3):
        store.queue(saved(n))
    await commands.end()
    assert rig.ran == [("ingest", f"/x/{n}") for n in (1, 2, 3)]
    assert rig.environs[0]["LANG"] == "C"
    assert not {"HIAPI_API_KEY", "STUDIO_KEY"} & rig.environs[0].keys()
    assert {kept.end for kept in rig.memory.events} == {CommandEnd.DONE}


async def test_what_others_queue_is_theirs_until_they_end(rig: Rig) -> None:
    one, _ = rig.process()
    _, others = rig.process(AtEnd.LEAVE)
    one.queue(replace(saved(), at=rig.clock.now()))
    others.start(Readers(rig.clock))
    await rig.settle()
    assert rig.ran == []
    rig.clock.wall += timedelta(minutes=5)
    await rig.clock.advance(15.0)
    await rig.settle()
    assert rig.ran == [("ingest", "/x/1")]


async def test_what_is_left_at_the_end_is_left_to_the_next(rig: Rig) -> None:
    store, commands = rig.process(AtEnd.LEAVE)
    store.queue(saved())
    await commands.end()
    assert rig.ran == []
    assert await store.has_event(own=True)


async def test_a_fault_is_told_once_for_each_command_and_cause_and_the_next_one_runs(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    readers = Readers(rig.clock)
    told = readers.new()
    store, commands = rig.process()
    rig.answers = lambda command: Ran(CommandEnd.FAILED, 3, f"cannot ingest {command[1]}")
    commands.start(readers)
    with caplog.at_level(logging.INFO):
        for n in (1, 2):
            store.queue(saved(n))
        await rig.settle()
        rig.answers = lambda _: WELL
        store.queue(saved(3))
        await commands.end()
    assert len(rig.ran) == 3
    events: Sequence[Event] = told.take().events
    failed = CommandFailed(EventKind.SAVED, "ingest", CommandEnd.FAILED, 3)
    assert [event.news for event in events] == [failed]
    assert commands.take_failed() == [failed]
    assert commands.take_failed() == []
    assert "cannot ingest /x/2" in caplog.text


async def test_a_dash_is_told_and_the_command_is_not_run(rig: Rig) -> None:
    store, commands = rig.process(commands={EventKind.SAVED: ("ingest", "{label}")})
    store.queue(saved())
    await commands.end()
    assert rig.ran == []
    assert [one.end for one in commands.take_failed()] == [CommandEnd.DASH]


async def test_what_has_no_command_any_more_is_passed_over(rig: Rig) -> None:
    store, commands = rig.process(commands={EventKind.IDLE: ("echo",)})
    store.queue(saved())
    await commands.end()
    assert rig.ran == []
    assert [kept.end for kept in rig.memory.events] == [CommandEnd.NO_COMMAND]
    assert commands.take_failed() == []


async def test_what_was_cut_off_is_told_and_never_run(rig: Rig) -> None:
    dead, _ = rig.process()
    dead.queue(replace(saved(), at=rig.clock.now()))
    assert await dead.begin_event() is not None
    rig.clock.wall += timedelta(minutes=5)
    _, commands = rig.process(AtEnd.LEAVE)
    commands.start(Readers(rig.clock))
    await rig.settle()
    assert rig.ran == []
    assert commands.notice == "the command for saved of hiapi:a was cut off: it is not run again"


async def test_an_error_of_our_own_ends_one_command_only(rig: Rig) -> None:
    store, commands = rig.process()

    def answer(command: Sequence[str]) -> Ran:
        if command[1] == "/x/1":
            raise RuntimeError("a fault")
        return WELL

    rig.answers = answer
    for n in (1, 2):
        store.queue(saved(n))
    await commands.end()
    assert [kept.end for kept in rig.memory.events] == [CommandEnd.NOT_STARTED, CommandEnd.DONE]
