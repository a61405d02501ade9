"""Whatever a gateway says, a terminal gets no control byte but our own (rows 70 to 72).

Each text in two kinds of replies by one of the gateways; in each kind by all with `RUSHES_WHOLE=1`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pyte
import pytest
from sampling import WHOLE, sample
from terminal import Terminal
from waiting import PATIENCE

from rushes.demo.http import Request, Response, Server
from rushes.providers.model import Snapshot
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

PROVIDERS = ("hiapi", "gptge", "ttapi", "anyfast", "dimilinks")

CORPUS = (
    "\x1b[2J\x1b[H", "\x1b[38;5;201mloud\x1b[5m", "\x1b]0;owned\x07", "\x1b]8;;http://x/\x1b\\y",
    "\x1b]52;c;aGVsbG8=\x07", "\x1bP1$r\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\", "\x1bc",
    "\x1b[?1049l\x1b[?1000h", "\x9b31m\x9d0;c1\x9c", "\x90dcs\x9c", "a\rb", "a\bb\b\b",
    "a\nb\tc\x0bd", "nul\x00del\x7f", "bell\x07\x0e\x0f", "\u202egnp.exe\u202c",
    "\u2066isolated\u2069",
    "\u200b\u2060\ufeffzero", "tag\U000e0041\U000e007f", "a" + "\u0301" * 4000, "x" * (1 << 16),
    "雨" * 3000, "[@click=app.quit]x[/] [red]", "\ud800 \u2028 \u2029 \ufff9",
)  # fmt: skip

KINDS = ("success", "failure", "unfinished", "anything")


def told_by(kind: str, n: int) -> tuple[str, ...]:
    """The gateways that say the n-th text in a reply of that kind."""
    if WHOLE:
        return PROVIDERS
    said = kind in ("success", KINDS[1 + n % 3])
    return (PROVIDERS[(n + KINDS.index(kind)) % len(PROVIDERS)],) if said else ()


OUR_OWN = re.compile(
    r"\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[[0-9]+;[0-9]+H"  # where to draw
    r"|\x1b\[\?(1|7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?(2026|2048)\$p"
    r"|\x1b\[[<>][0-9]*u"  # the keyboard's protocol
    r"|\x1b\]22;[a-z-]+\x07"  # the pointer's shape
    r"|\x1b\]2;(rushes [^\x00-\x1f\x7f]*)?\x07|\x1b\[2[23];[02]t"  # the window's title
    r"|\x1b\[8m|\x1b\[6n|\x1b\[>q|\x1b\[c|\x1b\[16t"  # how wide a sign is, which terminal it is
    r"|\r|\n"
)

STEPS = re.compile(r"\x1b\[[0-9]*[BCDG]")
"""How the painter gets from cell to cell, where it may use neither backspace nor VT."""

WATCHED = """
import os, sys
from rushes.tui.screen.painting import pen
from rushes.tui.screen.painting.painting import Painting
from rushes.tui.screen.painting.row import Row

pen.BACKSPACES = pen.INDEXES = 0  # a backspace that is sent is text

def note(texts):
    told.writelines(f"{text!a}\\n" for text in texts if not text.isprintable())

def put(row, x, cells, ink):
    note(cells)
    put_known(row, x, cells, ink)

def copy(painting, y, pieces, console):
    note(segment.text for _, strip in pieces for segment in strip)
    copy_known(painting, y, pieces, console)

told = open(os.environ["PAINTED"], "w", buffering=1)
put_known, Row.put = Row.put, put
copy_known, Painting._copy = Painting._copy, copy
from rushes.tui.shell.process import run
run([])
"""
"""A dashboard that notes each text that comes to its painter and that no terminal should get."""


def documented(provider: str, kind: str) -> tuple[Any, str]:
    """The first row of that kind whose body is an object, and the task it is about."""
    rows = Path(__file__).parents[1] / "contract" / provider / f"{kind}.json"
    row = next(
        row
        for row in json.loads(rows.read_text("utf-8"))
        if isinstance(row["body"], dict) and row["status"] == 200 and row["ask"]["task_id"]
    )
    return row["body"], row["ask"]["task_id"]


Place = tuple[str | int, ...]


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Where all the texts stand: the names and numbers that lead there."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict):
        for key, member in cast("dict[str, object]", value).items():
            yield from places(member, (*at, key))
    elif isinstance(value, list):
        for n, member in enumerate(cast("list[object]", value)):
            yield from places(member, (*at, n))


def with_text(body: Any, at: Place, text: str) -> Any:
    """A copy with `text` there; behind what stands there, if that is a link."""
    copy = deepcopy(body)
    *steps, last = at
    holder = reduce(getitem, steps, copy)
    holder[last] = f"{holder[last]}{text}" if _is_link(body, at) else text
    return copy


def _is_link(body: Any, at: Place) -> bool:
    return str(reduce(getitem, at, body)).startswith("http")


def meaning(provider: str, task_id: str, body: object) -> object:
    """How it would be read, as far as it matters here."""
    ask = Ask(task_id, "https://gateway.example")
    result = find(provider).parse(Reply(200, {}, json.dumps(body).encode()), ask)
    return (result.status, len(result.outputs)) if isinstance(result, Snapshot) else result.kind


@cache
def free_places(provider: str, kind: str) -> list[Place]:
    """The places of a documented reply where some text may stand, and it means the same."""
    body, task_id = documented(provider, kind)
    known = meaning(provider, task_id, body)
    return [
        at for at in places(body) if meaning(provider, task_id, with_text(body, at, "any")) == known
    ]


def spoilt(provider: str, kind: str, task_id: str, text: str) -> bytes:
    """A documented reply with `text` in every place that does not change what it means."""
    known_kind = "success" if kind == "anything" else kind
    plain, known_id = documented(provider, known_kind)
    plain = json.loads(json.dumps(plain).replace(known_id, task_id))
    free = list(places(plain)) if kind == "anything" else free_places(provider, known_kind)
    body = spread(plain, free, text)
    if kind != "anything" and meaning(provider, task_id, body) != meaning(provider, task_id, plain):
        # Such a text makes a link unfit.
        body = spread(plain, [at for at in free if not _is_link(plain, at)], text)
    return json.dumps(body).encode()


def spread(body: Any, wanted: list[Place], text: str) -> Any:
    return reduce(lambda so_far, at: with_text(so_far, at, text), wanted, body)


class Hostile:
    """A gateway that speaks every dialect, and has nothing good to say."""

    def __init__(self) -> None:
        self.bodies = {
            (provider, f"task-{kind}-{n}"): spoilt(provider, kind, f"task-{kind}-{n}", text)
            for kind in KINDS
            for n, text in enumerate(CORPUS)
            for provider in told_by(kind, n)
        }
        self.base = ""
        self._server = Server(self._answer, clock=time.time, rate=None)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _answer(self, request: Request) -> Response:
        provider, _, rest = request.path.strip("/").partition("/")
        body = self.bodies.get((provider, unquote(rest.rpartition("/")[2])), b"{}")
        headers = {"Content-Type": "text/\xff", "X-Request-Id": "\x1b]0;header\x07"}
        return Response(200, headers, body)

    def start(self) -> None:
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._server.start(0), self._loop).result(PATIENCE)
        self.base = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    gateway = Hostile()
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def home(rushes: Rushes, hostile: Hostile) -> Rushes:
    """A home that watches every one of those tasks, under names that are no better."""
    rushes.configure(
        "\n".join(
            f'[providers.{name}]\nbase_url = "{hostile.base}/{name}"\npoll_interval = "0.1s"\n'
            f"max_concurrency = 8\n"
            for name in PROVIDERS
        )
    )
    rushes.environ |= {f"{name.upper()}_API_KEY": "sk-hostile" for name in PROVIDERS}
    for name in PROVIDERS:
        rushes.watch(*(f"{name}:{task}" for at, task in hostile.bodies if at == name))
    for n, text in enumerate(CORPUS):
        named = f"{told_by('success', n)[0]}:task-success-{n}"
        rushes("label", named, text)
        rushes("tag", named, f"+{text}")
    return rushes


def not_ours(text: str) -> set[str]:
    """What is left of it that no terminal should be given."""
    return {char for char in OUR_OWN.sub("", text) if not char.isprintable()}


def test_no_command_passes_on_what_a_gateway_says(home: Rushes, hostile: Hostile) -> None:
    home("ls", "--poll")
    asked = home("ls", "--json").json()["tasks"]
    assert {"succeeded", "failed"} <= {task["status"] for task in asked}
    for line in (
        ["ls"], ["ls", "--json"], ["wait", "--timeout", "0.2s"], ["export"], ["providers"],
        ["verify"], ["watchlists"],
        *(["show", f"{name}:{task}"] for name, task in list(hostile.bodies)[::3]),
    ):  # fmt: skip
        done = home(*line, terminal=True, NO_COLOR="1")
        assert not_ours((done.out + done.err).replace("\n", "")) - {"\t"} == set(), line
        assert "internal error" not in done.err
    for text in CORPUS:
        given = (["add", text], ["show", text], ["ls", text], ["ls", "-w", text], [text])
        for words in sample(given, 2, ascii(text)):
            if "\x00" not in text:
                done = home("-w", "another", *words, terminal=True, NO_COLOR="1")
                assert not_ours((done.out + done.err).replace("\n", "")) - {"\t"} == set(), words
                assert "internal error" not in done.err


KEYS = (b"g", b"?", b"\x1b", b"T", b"\x1b", b"/\x1b]0;x\x07", b"\x1b", b"\x10", b"\x1b")


def looked_through(terminal: Terminal, tasks: int) -> bytes:
    """Look at every task, then at what else there is, and quit; what was written for the tasks."""
    terminal.until("everything")
    for _ in range(tasks):
        terminal.press(b"j")
        terminal.more(1.0)  # as fast as it draws: each of them is to be seen
    terminal.rest(0.5)
    listed = terminal.read
    for keys in KEYS:
        terminal.press(keys)
        terminal.rest(0.2)
    terminal.rest(1.0)
    terminal.press(b"\x11\x11")  # whatever has the focus; the first may be taken for escape's
    assert terminal.end() == 0
    return listed


def walls_of(listed: bytes) -> list[list[int]]:
    """In which columns a line stands between list and details, for each row that has one."""
    drawn = pyte.Screen(160, 50)
    pyte.Stream(drawn).feed(listed.decode("utf-8", "ignore"))
    rows = (drawn.buffer[line] for line in range(50))
    walls = ([column for column in range(160) if row[column].data == "│"] for row in rows)
    return [wall for wall in walls if wall]


def test_the_dashboard_passes_on_nothing_either(home: Rushes, hostile: Hostile) -> None:
    home.environ |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    home("ls", "--poll")
    painted = home.home / "painted"
    environ = home.process_environ() | {"PAINTED": str(painted)}
    terminal = Terminal([sys.executable, "-c", WATCHED], environ, rows=50, columns=160)
    try:
        listed = looked_through(terminal, len(hostile.bodies))
    finally:
        terminal.kill()
    text = terminal.read.decode("utf-8")
    assert painted.read_text() == ""
    assert not_ours(STEPS.sub("", text)) == set()
    assert "␛" in text
    assert "␈" in text
    assert "⟦U+202E⟧" in text
    # No cell was pushed aside: the line between the list and the details is straight.
    walls = walls_of(listed)
    assert len(walls) > 40
    assert all(wall == walls[0] for wall in walls)
