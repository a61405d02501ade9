"""A home of one's own, `rushes` called in it, and a gateway that stands still in time."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest
from demo_gateway import keys_of
from waiting import PATIENCE

from rushes.demo.gateway import Gateway
from rushes.tui.shell.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Piped(io.BytesIO):
    """stdin as a pipe; without bytes as a terminal."""

    def isatty(self) -> bool:
        return not self.getvalue()


class Screen(io.TextIOWrapper):
    """stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Rushes:
    """The command line in one home, in this process or in one of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ: dict[str, str] = {"RUSHES_HOME": str(home), "TERM": "xterm"}

    def __call__(
        self,
        *argv: str,
        stdin: bytes = b"",
        encoding: str = "utf-8",
        terminal: bool = False,
        **environ: str,
    ) -> Result:
        kind = Screen if terminal else io.TextIOWrapper
        out, err = kind(io.BytesIO(), encoding), io.TextIOWrapper(io.BytesIO(), encoding)
        code = main(argv, self.environ | environ, Piped(stdin), out, err)
        return Result(code, _written(out), _written(err))

    def start(
        self, *argv: str, stdout: int | IO[bytes] = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """The same as a process of its own, without stdin."""
        return self._start(["-m", "rushes", *argv], stdout)

    def run(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        """The same to its end."""
        process = self.start(*argv)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def start_code(self, code: str) -> subprocess.Popen[bytes]:
        """A program that does something to Rushes first, in the same surroundings."""
        return self._start(["-c", code], subprocess.PIPE)

    def _start(self, argv: list[str], stdout: int | IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *argv],
            env=self.process_environ(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )

    def process_environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        } | self.environ

    def watch(self, *refs: str) -> None:
        assert self("add", *refs).code == 0

    def configure(self, text: str) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "config.toml").write_text(text, encoding="utf-8")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(stream.encoding)


@pytest.fixture
def rushes(tmp_path: Path) -> Rushes:
    return Rushes(tmp_path / "home")


class Play:
    """The demo's gateway on a loop of its own, held at one moment of its scenes."""

    def __init__(self) -> None:
        self.opened = time.time()
        self.offset = 0.0
        self.gateway = Gateway(clock=lambda: self.opened + self.offset, transfer_rate=None)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.gateway.start(), self._loop).result(PATIENCE)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.gateway.stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def ref(self, label: str) -> str:
        scene = next(scene for scene in self.gateway.tasks if scene.label == label)
        return f"{scene.provider}:{scene.id}"

    def let_pass(self, requests: int) -> None:
        """Return once so many more came: all of them but the last one were answered."""
        wanted, last = len(self.asked) + requests, time.monotonic() + PATIENCE
        while len(self.asked) < wanted:
            assert time.monotonic() < last, self.asked
            time.sleep(0.005)

    @contextlib.contextmanager
    def meanwhile(self, *acts: tuple[int, Callable[[], object]]) -> Generator[None]:
        """Beside what the block does: each act, once so many more requests came."""

        def go_on() -> None:
            for requests, act in acts:
                self.let_pass(requests)
                act()

        with ThreadPoolExecutor(1) as beside:
            going_on = beside.submit(go_on)
            yield
            going_on.result(PATIENCE)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for so far."""
        return [visit.path for visit in self.gateway.requests]


@pytest.fixture
def play() -> Iterator[Play]:
    play = Play()
    play.start()
    yield play
    play.stop()


@pytest.fixture
def staged(rushes: Rushes, play: Play) -> Rushes:
    """`rushes` whose accounts are the play's, with their keys in the environment."""
    tables = [
        f'[providers.{name}]\nbase_url = "{url}"\npoll_interval = "0.1s"\n'
        for name, url in play.gateway.base_urls.items()
    ]
    rushes.configure("\n".join(tables))
    rushes.environ |= keys_of(play.gateway)
    return rushes
