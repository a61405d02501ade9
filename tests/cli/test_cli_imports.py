"""What a command and the first frame load, and what not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

HEAVY = ("textual", "httpx", "rich.console", "tomli_w", "asyncio", "argparse", "sqlite3")


_BUCKETS = ("obstore", "rushes.watch.bucket")

_NOT_TO_LIST = (
    *("textual", "httpx", "asyncio", "ssl"),
    *("rushes.watch.desk", "rushes.watch.transfer.transfer", "rushes.demo"),
    *_BUCKETS,
)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("argv", "absent"),
    [
        (["--version"], HEAVY),
        (
            ["--help"],
            ("textual", "httpx", "rich", "tomli_w", "asyncio", "sqlite3", "rushes.watch.desk"),
        ),
        (
            ["ls"],
            (*_NOT_TO_LIST, "rushes.providers.signed_links", "rushes.watch.polling.observe"),
        ),
        (["ls", "--json"], _NOT_TO_LIST),
        (["show", "aa-1"], _NOT_TO_LIST),
        (
            ["add", "ttapi", "aa-2"],
            ("textual", "httpx", "sqlite3", "rushes.watch.desk", "rushes.demo"),
        ),
        (["ls", "--poll"], ("textual", "rushes.demo", *_BUCKETS)),
        (["get", "--all"], ("textual", "rushes.demo", *_BUCKETS, "rushes.watch.downloads.putting")),
    ],
)
def test_a_command_loads_no_more_than_it_needs(
    rushes: Rushes, argv: list[str], absent: tuple[str, ...]
) -> None:
    rushes.watch("ttapi", "aa-1")
    code = (
        "import sys, atexit\n"
        f"sys.argv[1:] = {argv!r}\n"
        "atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n"
        "from rushes.tui.entry import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip
    # Without a key nothing can be asked.
    assert done.returncode == (4 if {"--poll", "get"} & {*argv} else 0)
    loaded = done.stderr.partition("LOADED ")[2].split()
    assert "rushes.tui.entry" in loaded
    assert [name for name in absent if name in loaded] == []


@pytest.mark.parametrize("argv", [["--version"], ["ls"]])
def test_a_command_ends_without_a_last_look_for_garbage(rushes: Rushes, argv: list[str]) -> None:
    code = (
        "import sys, atexit, gc\n"
        f"sys.argv[1:] = {argv!r}\n"
        "atexit.register(lambda: print(gc.get_freeze_count(), file=sys.stderr))\n"
        "from rushes.tui.entry import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), capture_output=True, text=True,
        check=True, stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip
    assert int(done.stderr.splitlines()[-1]) > 0


AFTER_THE_FRAME = ("httpx", "rushes.watch.downloads.policy", "rushes.watch.polling.poller",
                   "rushes.watch.reasons", "rushes.watch.transfer.part")  # fmt: skip

FIRST_FRAME = """
import asyncio, os, sys
from rushes.tui.screen.app import RushesApp
from rushes.watch.config.settings import load
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk

async def show():
    paths = Paths.find(os.environ)
    known = load(paths.config, os.environ)
    async with open_desk(paths, known, "default", os.environ, at_once=1) as desk:
        app = RushesApp(desk)
        async with app.run_test(size=(120, 32)):
            await app.dashboard.stands.wait()
            print(len(desk.ledger.tasks()), *sys.modules)

import rushes.tui.command.dashboard
asyncio.run(show())
"""


def test_the_first_frame_reads_one_screen_and_loads_nothing_that_polls_or_fetches(
    rushes: Rushes,
) -> None:
    rushes.watch("ttapi", "aa-1", "aa-2")
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME], env=rushes.process_environ(), capture_output=True,
        text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    read, *loaded = done.stdout.split()
    assert read == "1"
    assert "textual.app" in loaded
    assert [name for name in AFTER_THE_FRAME if name in loaded] == []
