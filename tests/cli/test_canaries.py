"""Five keys go through the whole program, and turn up nowhere but where they belong (row 73)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from terminal import Terminal

from rushes.demo.gateway import CDN, Gateway
from rushes.demo.http import Request, Response, Server

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

OVER = 400
"""Seconds after the opening at which every scene has played."""

KEYS = {
    "hiapi": "canary-1/hiapi+Zm9vYmFy=1",
    "gptge": "canary-2/gptge+YmFyYmF6=2",
    "ttapi": "canary-3/ttapi+cXV4cXV1=3",
    "anyfast": "canary-4/anyfast+Y29yZ2U=4",
    "dimilinks": "canary-5/dimilinks+Z3JhdWx0=5",
}

REFUSED = "ttapi"
"""The one whose key is refused; its gateway says the key back."""

TALKATIVE = "gptge"
"""The one that says the key back in an answer of its own."""

MOVED = "anyfast"
"""The one whose polls lead elsewhere now and then."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")


def keys_in(data: bytes) -> set[str]:
    """Whose keys are in there: as they are, percent-encoded, or anywhere in base64."""
    whole = {data, unquote_to_bytes(data) if b"%" in data else data, data.replace(b"\\/", b"/")}
    found = {name for name, key in KEYS.items() if any(key.encode() in form for form in whole)}
    for run in _BASE64.finditer(data):
        text = run.group().translate(bytes.maketrans(b"-_", b"+/"))
        for skipped in range(4):
            part = text[skipped : len(text) - (len(text) - skipped) % 4]
            with contextlib.suppress(binascii.Error):
                # The last bytes of a key may stand in a group with what follows it.
                plain = base64.b64decode(part)
                found |= {name for name, key in KEYS.items() if key.encode()[:-2] in plain}
    return found


@dataclass(frozen=True)
class Heard:
    """A request, and who received it."""

    gateway: str
    origin: str
    request: Request


@dataclass
class Ear:
    """Everything that was asked of anybody."""

    heard: list[Heard] = field(default_factory=list[Heard])
    elsewhere: str = ""


class Listening(Gateway):
    """One provider's gateway, with a key of its own, that writes down every request."""

    def __init__(self, name: str, ear: Ear, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock, transfer_rate=None)
        self.api_key = KEYS[name]
        self._name = name
        self._ear = ear
        self._moved = 0

    async def _handle(
        self, origin: str, truth: Any, task_of: Any, request: Request
    ) -> Response | None:
        self._ear.heard.append(Heard(self._name, origin, request))
        moved = Response(302, {"Location": f"{self._ear.elsewhere}/{origin}"})
        escaped = self.api_key.replace("/", "\\/").replace("+", "\\u002B")
        said = f'{{"code": 401, "message": "no such key: {escaped}", "key": "{self.api_key}"}}'
        if origin == CDN or request.path.endswith("/content"):
            self._moved += 1
            if self._moved % 3 == 1:
                return moved
        elif self._name == REFUSED:
            return Response(401, {"X-Key": self.api_key}, said.encode())
        elif self._name == MOVED and len(self._ear.heard) % 4 == 0:
            return moved
        elif self._name == TALKATIVE and len(self._ear.heard) % 4 == 0:
            odd = base64.b64encode(f"Bearer {self.api_key}".encode()).decode()
            return Response(200, {}, f'{{"code": "{quote(self.api_key)}", "x": "{odd}"}}'.encode())
        return await super()._handle(origin, truth, task_of, request)


class World:
    """Five gateways and somebody whom nothing is meant for, on a loop of their own."""

    def __init__(self) -> None:
        self.ear = Ear()
        opened = time.time()
        clock = lambda: time.time() + (OVER if time.time() > opened + 1 else 0)  # noqa: E731
        self.gateways = {name: Listening(name, self.ear, clock) for name in KEYS}
        self._canary = Server(self._sing, clock=time.time, rate=None)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _sing(self, request: Request) -> Response:
        self.ear.heard.append(Heard("", "elsewhere", request))
        return Response(200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(64))

    async def _open(self) -> None:
        self.ear.elsewhere = f"http://127.0.0.1:{await self._canary.start(0)}"
        for gateway in self.gateways.values():
            await gateway.start()

    async def _close(self) -> None:
        for server in (*self.gateways.values(), self._canary):
            await server.stop()

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(5)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.start()
    yield world
    world.stop()


@dataclass
class Run:
    """Runs `rushes` again and again, and keeps all that comes out of it."""

    home: Path
    environ: dict[str, str]
    written: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    command_lines: bytes = b""

    def command(self, line: str, *, before: str = "") -> int:
        code = f"{before}\nfrom rushes.tui.shell.process import run\nrun({line.split()!r})"
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environ, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        self.written.append((line, done.stdout + done.stderr))
        return done.returncode

    def dashboard(self, use: Callable[[Terminal], None], *, before: str = "") -> int:
        code = f"{before}\nfrom rushes.tui.shell.process import run\nrun([])"
        terminal = Terminal([sys.executable, "-c", code], self.environ, 40, 150)
        try:
            use(terminal)
            for own in Path("/proc").glob(f"{terminal.pid}/cmdline"):
                self.command_lines += own.read_bytes()
            terminal.press(b"q")
            return terminal.end()
        finally:
            terminal.kill()
            self.written.append(("dashboard", terminal.read))


@pytest.fixture
def run(rushes: Rushes, world: World, tmp_path: Path) -> Run:
    """A home with the five accounts; their keys come from everywhere that keys come from."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text(KEYS["gptge"])
    where = {
        "hiapi": "",
        "gptge": f'api_key_command = ["cat", "{tmp_path / "secret" / "key"}"]\n',
        "ttapi": "",
        "anyfast": f'api_key = "{KEYS["anyfast"]}"\n',
        "dimilinks": 'api_key_env = "OTHER_NAME"\n',
    }
    tables = ['[download]\nauto = "off"\nsidecar = true\n']
    tables += [
        f'[providers.{name}]\nbase_url = "{gateway.base_urls[name]}"\n'
        f'poll_interval = "0.2s"\n{where[name]}'
        for name, gateway in world.gateways.items()
    ]
    rushes.configure("\n".join(tables))
    rushes.environ |= {
        "HIAPI_API_KEY": KEYS["hiapi"],
        "TTAPI_API_KEY": KEYS["ttapi"],
        "OTHER_NAME": KEYS["dimilinks"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "HTTP_PROXY": world.ear.elsewhere,
        "ALL_PROXY": world.ear.elsewhere,
    }
    for name, gateway in world.gateways.items():
        scenes = [scene for scene in gateway.tasks if scene.provider == name]
        rushes.watch(*(f"{name}:{scene.id}" for scene in scenes))
    return Run(rushes.home, rushes.process_environ())


BROKEN_PARSE = """
import dataclasses
from rushes.providers import hiapi, registry
from rushes.watch.polling import session
def parse(*_):
    from rushes.watch.keys import known_keys
    raise ValueError('a library shows ' + repr(sorted(known_keys._forms)))
known = session.Session._understood
async def understood(self, read, ref, reply, key):
    return parse() if ref.provider == 'hiapi' else await known(self, read, ref, reply, key)
session.Session._understood = understood
"""

BROKEN_SCREEN = """
import os
from rushes.tui.screen.app import RushesApp
def crash(self):
    from rushes.watch.keys import known_keys
    keys = sorted(known_keys._forms)
    raise ValueError('a library shows ' + ' '.join(keys))
known = RushesApp.on_mount
def on_mount(self):
    known(self)
    self.set_timer(1.0, lambda: crash(self))
RushesApp.on_mount = on_mount
"""


def everything(terminal: Terminal) -> None:
    """Look at all there is, copy what can be copied, fetch what can be fetched."""
    terminal.until("succeeded")
    for keys in (b"D", b"y", b"Y", b"j", b"Y", b"T", b"T", b"?", b"?", b"\r", b"\r", b"R"):
        terminal.press(keys)
        terminal.rest(0.15)
    terminal.press(b"\x1b")  # on a slow machine both `?` come as one press, and help would stay
    terminal.rest(0.5)
    for _ in range(24):
        terminal.press(b"jY")
        terminal.rest(0.03)
    terminal.rest(1.0)


def test_five_keys_turn_up_nowhere_but_at_their_own_gateways(
    run: Run, world: World, rushes: Rushes
) -> None:
    assert run.dashboard(everything) == 0
    ref = next(
        f"hiapi:{scene.id}" for scene in world.gateways["hiapi"].tasks if scene.provider == "hiapi"
    )
    odd = next(
        f"gptge:{scene.id}" for scene in world.gateways["gptge"].tasks if scene.provider == "gptge"
    )
    for line in (
        "ls --poll", "ls --json", "wait --timeout 2s --download", "get --all", "verify", "info",
        f"show {ref}", f"show {ref} --json", f"show {ref} --raw", f"show {odd} --raw",
        f"show {odd} --redacted", "export", "providers", "providers --json", "config check",
        "watchlists",
    ):  # fmt: skip
        assert run.command(line) in (0, 1, 4, 5, 6, 7, 124), line
    run.command("ls --poll", before=BROKEN_PARSE)
    assert run.dashboard(lambda screen: screen.until("internal error"), before=BROKEN_SCREEN) == 70

    asked = [(one, keys_in(_whole(one.request))) for one in world.ear.heard]
    for name in KEYS:
        assert any(name in keys for one, keys in asked if _belongs(name, one)), name
    assert [one for one, keys in asked for name in keys if not _belongs(name, one)] == []
    assert [one for one, _ in asked if keys_in(one.request.query.encode())] == []
    files = [path for path in rushes.home.rglob("*") if path.is_file()]
    assert len(files) > 20
    written_down = {path.name: keys for path in files if (keys := keys_in(path.read_bytes()))}
    assert written_down == {"config.toml": {"anyfast"}}
    assert [line for line, out in run.written if keys_in(out)] == []
    assert not keys_in(run.command_lines)
    assert b"run([])" in run.command_lines
    assert {"elsewhere", CDN} <= {one.origin for one, _ in asked}
    log = (rushes.home / "rushes.log").read_text()
    assert "a library shows ***" in log
    out = b"".join(out for _, out in run.written)
    assert b"internal error, ValueError: a library shows ***" in out
    assert b"]52;c;" in out, "nothing was copied"


def _belongs(name: str, one: Heard) -> bool:
    return one.gateway == one.origin == name


def _whole(request: Request) -> bytes:
    return repr((request.path, request.query, sorted(request.headers.items()))).encode()


def test_what_looks_for_keys_finds_them() -> None:
    key = KEYS["hiapi"]
    for before in range(4):
        whole = base64.b64encode(bytes(before) + key.encode() + b" and more")
        assert keys_in(b"x=" + whole + b";") == {"hiapi"}
    assert keys_in(quote(key, safe="").encode()) == {"hiapi"}
    assert keys_in(f"<{key}>".encode()) == {"hiapi"}
    assert not keys_in(b"canary-1/hiapi and so on, YmFyYmF6YmFyYmF6YmFyYmF6")
